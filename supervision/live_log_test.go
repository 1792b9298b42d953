package supervision_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
)

// A liveLog is what the children of a test do, in order and with the virtual time
// at which they do it:
//
//	start(a)@0s            New was called, and will do
//	fail(a)@1s             New was called, and will fail
//	stop(a, failure)@2s    the stop hook was called
type liveLog struct {
	from time.Time

	// mu protects what follows.
	mu    sync.Mutex
	lines []string
}

func newLiveLog() *liveLog { return &liveLog{from: time.Now()} }

func (l *liveLog) addf(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...)+"@"+time.Since(l.from).String())
}

// saw checks all that has been logged since it was last asked, after all has
// become quiet.
func (l *liveLog) saw(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	assert.Equal(t, strings.Join(want, "\n"), strings.Join(l.lines, "\n"))
	l.lines = nil
}

// spec declares an actor that does what it is told, and logs its life. The nth
// start goes as starts[n] says, further ones go well.
func (l *liveLog) spec(name string, starts ...func(context.Context) error) actor.Spec[liveDo] {
	return actor.Spec[liveDo]{
		Name: name,
		New: func(ctx context.Context, _ *actor.Self[liveDo]) (actor.Actor[liveDo], error) {
			outcome := "fail(%s)"
			defer func() { l.addf(outcome, name) }()
			if start := liveNext(l, &starts); start != nil {
				if err := start(ctx); err != nil {
					return nil, err
				}
			}
			outcome = "start(%s)"
			return &liveLife{l, name}, nil
		},
	}
}

func (l *liveLog) process(name string, starts ...func(context.Context) error) *actor.Process[liveDo] {
	return actor.New(l.spec(name, starts...))
}

// liveNext takes the first of what is left, if anything is. It locks because an
// incarnation that was abandoned is in no order with the next one.
func liveNext[T any](l *liveLog, left *[]T) (next T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(*left) > 0 {
		next, *left = (*left)[0], (*left)[1:]
	}
	return next
}

// liveSlow is a start that takes a second.
func liveSlow(context.Context) error {
	time.Sleep(time.Second)
	return nil
}

// liveLife is an incarnation of such an actor.
type liveLife struct {
	log  *liveLog
	name string
}

// Receive implements actor.Actor.
func (*liveLife) Receive(ctx context.Context, do liveDo) error { return do(ctx) }

// Stopped implements actor.Stopper.
func (l *liveLife) Stopped(_ context.Context, exit actor.Exit) error {
	l.log.addf("stop(%s, %v)", l.name, exit.Kind)
	return nil
}

// liveOrder has an actor do something, and returns when all is quiet.
func liveOrder(t *testing.T, to *actor.Process[liveDo], do liveDo) {
	t.Helper()
	require.NoError(t, to.TrySend(do))
	synctest.Wait()
}

// liveEnd has an actor end.
func liveEnd(err error) liveDo { return func(context.Context) error { return err } }

// liveHang keeps an actor busy, whatever it is asked, until it is released.
func liveHang(release <-chan struct{}) liveDo {
	return func(context.Context) error { <-release; return nil }
}

// liveEvents is a telemetry that keeps supervision events, and nothing else.
func liveEvents(t *testing.T) (*monitoring.Telemetry, *monitoring.Memory[monitoring.SupervisionEvent]) {
	t.Helper()
	seen := new(monitoring.Memory[monitoring.SupervisionEvent])
	tel, err := monitoring.NewTelemetry(monitoring.TelemetryConfig{
		Logger: liveSilent, Monitors: monitoring.Monitors{Supervision: seen},
	})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, tel.Close(context.Background())) })
	return tel, seen
}

// liveKind returns the events of one kind.
func liveKind(seen *monitoring.Memory[monitoring.SupervisionEvent], kind monitoring.SupervisionKind) []monitoring.SupervisionEvent {
	var found []monitoring.SupervisionEvent
	for _, e := range seen.Snapshot().Recent {
		if e.Kind == kind {
			found = append(found, e)
		}
	}
	return found
}

// liveHold keeps a supervisor from looking at whatever comes in until release is
// called: it is asked to add a child whose declaration takes that long to check,
// and refuses it then, so that nothing of it remains.
func liveHold(t *testing.T, sup actor.Ref[supervision.Message]) (release func()) {
	t.Helper()
	g := liveGate{opened: make(chan struct{})}
	answer := make(chan error, 1)
	go func() { answer <- supervision.StartChild(context.Background(), sup, supervision.Child{Process: g}) }()
	synctest.Wait()
	return func() {
		t.Helper()
		close(g.opened)
		require.ErrorIs(t, <-answer, errLive)
		synctest.Wait()
	}
}

// A liveGate is a child that is never one.
type liveGate struct {
	actor.Child
	opened chan struct{}
}

func (liveGate) Name() string { return "gate" }

func (g liveGate) Validate() error { <-g.opened; return errLive }
