package system_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// These tests are outside of bubbles: the goroutine that receives signals is
// the process's.

func TestRunEndsWithContext(t *testing.T) {
	var log kitLog
	a := kitNew("a", &log)
	ctx, cancel := context.WithCancel(context.Background())
	require.NoError(t, a.TrySend(func(context.Context) error { cancel(); return nil }))
	require.NoError(t, system.Run(ctx, kitConfig(a)))
	assert.Equal(t, []string{"start a#1", "stop a: shutdown"}, log.take())
}

func TestRunEndsWithSignal(t *testing.T) {
	// A signal that came at another time would end the test.
	caught := make(chan os.Signal, 8)
	signal.Notify(caught, syscall.SIGTERM, syscall.SIGINT)
	defer signal.Stop(caught)
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		var log kitLog
		a := kitNew("a", &log)
		require.NoError(t, a.TrySend(func(context.Context) error {
			return syscall.Kill(os.Getpid(), sig)
		}))
		require.NoError(t, system.Run(context.Background(), kitConfig(a)))
		assert.Equal(t, []string{"start a#1", "stop a: shutdown"}, log.take())
		<-caught
	}
}

// A signal leads a system that was started before through its phases.
func TestRunOfAStartedSystem(t *testing.T) {
	caught := make(chan os.Signal, 8)
	signal.Notify(caught, syscall.SIGTERM)
	defer signal.Stop(caught)
	var log kitLog
	a := kitNew("a", &log)
	s := kitStart(t, kitConfig(a))
	require.NoError(t, s.OnShutdown(system.PhaseDrain, phaseTask(&log, "drain", 0, errKit)))
	running := make(chan error, 1)
	go func() { running <- s.Run(context.Background()) }()
	kitSend(t, a.Ref, func(context.Context) error { return syscall.Kill(os.Getpid(), syscall.SIGTERM) })
	select {
	case err := <-running:
		require.ErrorIs(t, err, errKit)
	case <-caught: // the signal may have come before Run listened
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		require.ErrorIs(t, s.Run(ctx), errKit)
		require.ErrorIs(t, <-running, errKit)
	}
	assert.Equal(t, []string{"start a#1", "drain", "stop a: shutdown"}, log.take())
	require.ErrorIs(t, s.Run(context.Background()), errKit, "of a system that has ended")
}

// A second signal ends the process, however stuck it is. The test runs itself
// as that process.
func TestRunSecondSignal(t *testing.T) {
	if os.Getenv("UNDERSTUDY_RUN") != "" {
		runStuck()
		return
	}
	self := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRunSecondSignal$")
	self.Env = append(os.Environ(), "UNDERSTUDY_RUN=1")
	out, err := self.StdoutPipe()
	require.NoError(t, err)
	var told strings.Builder
	self.Stderr = &told
	require.NoError(t, self.Start())
	lines := bufio.NewScanner(out)
	for _, want := range []string{"running", "stopping"} {
		require.True(t, lines.Scan())
		require.Equal(t, want, lines.Text())
		require.NoError(t, self.Process.Signal(syscall.SIGTERM))
	}
	var exit *exec.ExitError
	require.ErrorAs(t, self.Wait(), &exit)
	status, ok := exit.Sys().(syscall.WaitStatus)
	require.True(t, ok)
	assert.Equal(t, syscall.SIGTERM, status.Signal(), "%v: %s", exit, told.String())
}

// runStuck runs a system that does not stop.
func runStuck() {
	stuck, entered := kitNew("stuck", nil), make(chan struct{})
	_ = stuck.TrySend(func(ctx context.Context) error {
		close(entered)
		<-ctx.Done()
		fmt.Println("stopping")
		select {}
	})
	cfg := kitConfig(stuck)
	cfg.ShutdownTimeout = actor.Forever
	cfg.Root.Defaults.Shutdown = supervision.Infinity
	cfg.Monitors.System = runTeller{after: entered}
	_ = system.Run(context.Background(), cfg)
}

// runTeller tells that the system has been started, and its actor is at work.
type runTeller struct {
	monitoring.Noop[monitoring.SystemEvent]
	after <-chan struct{}
}

func (r runTeller) Record(ev monitoring.SystemEvent) {
	if ev.Kind == monitoring.SystemStarted {
		<-r.after
		fmt.Println("running")
	}
}

// What was told to end before it had begun has not failed.
func TestRunEndsBeforeItHasBegun(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	spec := kitSpec("a", nil)
	spec.New = func(ctx context.Context, _ *actor.Self[kitDo]) (actor.Actor[kitDo], error) {
		cancel(errKit)
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}
	// The start may come to its end before ctx is looked at.
	err := system.Run(ctx, kitConfig(actor.New(spec)))
	if !errors.Is(err, actor.ErrShutdown) {
		require.NoError(t, err)
	}
	require.NoError(t, system.Run(ctx, kitConfig(kitNew("b", nil))))
}

// But who was left behind then is told.
func TestRunNamesWhatIsStuck(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	release := make(chan struct{})
	defer close(release)
	spec := kitSpec("stuck", nil)
	spec.New = func(context.Context, *actor.Self[kitDo]) (actor.Actor[kitDo], error) {
		cancel()
		<-release
		return nil, errKit
	}
	err := system.Run(ctx, kitConfig(actor.New(spec)))
	require.ErrorIs(t, err, actor.ErrAbandoned)
	require.ErrorIs(t, err, context.Canceled)
}

func TestRunFailsToStart(t *testing.T) {
	err := system.Run(context.Background(), kitConfig(kitBroken("bad", errKit)))
	require.ErrorIs(t, err, supervision.ErrStartFailed)
	require.ErrorIs(t, system.Run(context.Background(), system.Config{}), system.ErrInvalidConfig)
}

// The root's end is the end of the program, with the reason.
func TestRunRootGivesUp(t *testing.T) {
	a := kitNew("a", nil)
	cfg := kitConfig(a)
	cfg.Root.Limit = supervision.AtMost(0, time.Minute)
	require.NoError(t, a.TrySend(kitFail))
	err := system.Run(context.Background(), cfg)
	var limit *supervision.IntensityError
	require.ErrorAs(t, err, &limit)
	assert.Equal(t, "/sys", limit.Path)
	assert.ErrorIs(t, err, errKit)
}
