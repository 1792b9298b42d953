package actortest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/understudy-go/understudy/actor"
)

var errBoom = errors.New("boom")

// Msg is what the actors of these tests take.
type Msg interface{ msg() }

type (
	Inc   struct{ By int }
	Get   struct{ Reply actor.Reply[int] }
	Crash struct{ Err error } // nil: a panic
	Leave struct{}
	Tell  struct {
		To  actor.Ref[Msg]
		Msg Msg
	}
	Do struct {
		F func(ctx context.Context, self *actor.Self[Msg]) error
	}
)

func (Inc) msg()   {}
func (Get) msg()   {}
func (Crash) msg() {}
func (Leave) msg() {}
func (Tell) msg()  {}
func (Do) msg()    {}

// Counter is an actor for tests.
type Counter struct {
	n    int
	self *actor.Self[Msg]
}

func (c *Counter) Receive(ctx context.Context, msg Msg) error {
	switch msg := msg.(type) {
	case Inc:
		c.n += msg.By
	case Get:
		msg.Reply.Send(c.n)
	case Crash:
		if msg.Err == nil {
			panic("crashed")
		}
		return msg.Err
	case Leave:
		return actor.ErrStop
	case Tell:
		return msg.To.Send(ctx, msg.Msg)
	case Do:
		return msg.F(ctx, c.self)
	}
	return nil
}

func counterSpec(name string) actor.Spec[Msg] {
	return actor.Spec[Msg]{Name: name, New: func(_ context.Context, self *actor.Self[Msg]) (actor.Actor[Msg], error) {
		return &Counter{self: self}, nil
	}}
}

// bubble runs a test in virtual time.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

// A fakeTB is a test whose failures are looked at.
type fakeTB struct {
	testing.TB // of the real one: the rest

	ctx    context.Context
	cancel context.CancelFunc

	mu       sync.Mutex
	failures []string // protected by mu
	cleanups []func() // protected by mu
}

// failures runs f as a test of its own, with its clean-ups, and returns the
// texts of its failures. A fatal one ends f.
func failures(t *testing.T, f func(t testing.TB)) []string {
	t.Helper()
	fake := &fakeTB{TB: t}
	fake.ctx, fake.cancel = context.WithCancel(context.Background())
	fake.run(func() { f(fake) })
	fake.cancel()
	for _, cleanup := range slices.Backward(fake.cleanups) {
		fake.run(cleanup)
	}
	return fake.failures
}

// fails is failures of which there is one.
func fails(t *testing.T, f func(t testing.TB)) string {
	t.Helper()
	all := failures(t, f)
	if len(all) != 1 {
		t.Fatalf("%d failures instead of one: %q", len(all), all)
	}
	return all[0]
}

func (f *fakeTB) run(g func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		g()
	}()
	<-done
}

func (f *fakeTB) Errorf(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failures = append(f.failures, fmt.Sprintf(format, args...))
}

func (f *fakeTB) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	runtime.Goexit()
}

func (f *fakeTB) Cleanup(g func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cleanups = append(f.cleanups, g)
}

func (f *fakeTB) Helper()                  {}
func (f *fakeTB) Context() context.Context { return f.ctx }
func (f *fakeTB) Output() io.Writer        { return io.Discard }

// text joins lines, each of which is indented by tabs.
func text(lines ...string) string { return strings.Join(lines, "\n") }

// sleepy is longer than any expectation waits.
const sleepy = time.Hour
