package system_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// errKit is what kit actors fail with.
var errKit = errors.New("boom")

// kitDo is the message of kit actors: what the handler is to do.
type kitDo func(ctx context.Context) error

func kitFail(context.Context) error    { return errKit }
func kitPanic(context.Context) error   { panic(errKit) }
func kitStop(context.Context) error    { return actor.ErrStop }
func kitNothing(context.Context) error { return nil }

// kitHang blocks until the test is over, whatever it is told.
func kitHang(t *testing.T) kitDo {
	t.Helper()
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	return func(context.Context) error {
		<-release
		return nil
	}
}

// kitLog is what happened, in order.
type kitLog struct {
	mu    sync.Mutex
	lines []string // protected by mu
}

func (l *kitLog) addf(format string, args ...any) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

// take returns what has been added since the last take.
func (l *kitLog) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := l.lines
	l.lines = nil
	return lines
}

// kitWorker is an actor that does what it is told and notes its starts and
// ends.
type kitWorker struct {
	log  *kitLog
	name string
}

func (w *kitWorker) Receive(ctx context.Context, do kitDo) error { return do(ctx) }

func (w *kitWorker) Stopped(_ context.Context, exit actor.Exit) error {
	w.log.addf("stop %s: %v", w.name, exit.Kind)
	return nil
}

// kitSpec declares a kitWorker.
func kitSpec(name string, log *kitLog) actor.Spec[kitDo] {
	return actor.Spec[kitDo]{
		Name: name,
		New: func(_ context.Context, self *actor.Self[kitDo]) (actor.Actor[kitDo], error) {
			log.addf("start %s#%d", name, self.Incarnation())
			return &kitWorker{log, self.Name()}, nil
		},
	}
}

func kitNew(name string, log *kitLog) *actor.Process[kitDo] { return actor.New(kitSpec(name, log)) }

// kitBroken declares an actor whose start fails with an error.
func kitBroken(name string, err error) *actor.Process[kitDo] {
	return actor.New(actor.Spec[kitDo]{
		Name: name,
		New:  func(context.Context, *actor.Self[kitDo]) (actor.Actor[kitDo], error) { return nil, err },
	})
}

// kitStuck declares an actor whose New does not return before the test is over.
func kitStuck(t *testing.T, name string) *actor.Process[kitDo] {
	t.Helper()
	hang := kitHang(t)
	return actor.New(actor.Spec[kitDo]{
		Name: name,
		New: func(ctx context.Context, _ *actor.Self[kitDo]) (actor.Actor[kitDo], error) {
			return nil, hang(ctx)
		},
	})
}

func kitChildren(processes ...actor.Child) []supervision.Child {
	var children []supervision.Child
	for _, p := range processes {
		children = append(children, supervision.Child{Process: p})
	}
	return children
}

// kitSup declares a supervisor.
func kitSup(name string, processes ...actor.Child) *actor.Process[supervision.Message] {
	return supervision.New(supervision.Spec{Name: name, Children: kitChildren(processes...)})
}

// kitConfig is a system named "sys" with the given children, which logs
// nothing.
func kitConfig(processes ...actor.Child) system.Config {
	return system.Config{
		Name:   "sys",
		Root:   supervision.Spec{Children: kitChildren(processes...)},
		Logger: slog.New(slog.DiscardHandler),
	}
}

func kitStart(t *testing.T, cfg system.Config) *system.ActorSystem {
	t.Helper()
	s, err := system.Start(t.Context(), cfg)
	require.NoError(t, err)
	return s
}

// kitShut shuts a system down and wants that to go well.
func kitShut(t *testing.T, s *system.ActorSystem) {
	t.Helper()
	require.NoError(t, s.Shutdown(context.Background()))
}

// kitSend sends what is to be done.
func kitSend(t *testing.T, to actor.Ref[kitDo], do kitDo) {
	t.Helper()
	require.NoError(t, to.Send(context.Background(), do))
}

// kitCall has something done by an actor and returns what came of it.
func kitCall(t *testing.T, to actor.Ref[kitDo], do kitDo) error {
	t.Helper()
	got := make(chan error, 1)
	kitSend(t, to, func(ctx context.Context) error {
		got <- do(ctx)
		return nil
	})
	return <-got
}

// kitWithin runs f and wants it to take at most d.
func kitWithin(t *testing.T, d time.Duration, f func()) {
	t.Helper()
	began := time.Now()
	f()
	require.LessOrEqual(t, time.Since(began), d)
}
