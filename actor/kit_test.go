package actor

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

var errBoom = errors.New("boom")

// do is a message that says itself what the actor does with it.
type do func(context.Context) error

func nothing(context.Context) error { return nil }

// bubble runs a test in virtual time.
func bubble(t *testing.T, f func(*testing.T, context.Context)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		t.Helper()
		f(t, t.Context())
	})
}

// pass lets time pass, and waits for what happens then.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// running counts the goroutines that run actors in virtual time, or wait to do so:
// one of an earlier test may be about to end still.
func running() (n int) {
	stacks := make([]byte, 1<<20)
	for g := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
		if strings.Contains(g, "synctest bubble") && strings.Contains(g, "actor.(*crew).serve(") {
			n++
		}
	}
	return n
}

// doer declares an actor that does what it is told.
func doer(name string, options ...func(*Spec[do])) *Process[do] {
	spec := Spec[do]{Name: name, New: func(context.Context, *Self[do]) (Actor[do], error) { return plain{}, nil }}
	for _, o := range options {
		o(&spec)
	}
	return New(spec)
}

type plain struct{}

func (plain) Receive(ctx context.Context, msg do) error { return msg(ctx) }

// hooked is an actor with a stop hook.
type hooked struct {
	plain
	hook func(context.Context, Exit) error
}

func (h hooked) Stopped(ctx context.Context, exit Exit) error { return h.hook(ctx, exit) }

func withHook(hook func(context.Context, Exit) error) func(*Spec[do]) {
	return withNew(func(context.Context, *Self[do]) (Actor[do], error) { return hooked{hook: hook}, nil })
}

func withNew(f func(context.Context, *Self[do]) (Actor[do], error)) func(*Spec[do]) {
	return func(s *Spec[do]) { s.New = f }
}

// withSelf has New leave its Self in a variable.
func withSelf(self **Self[do]) func(*Spec[do]) {
	return withNew(func(_ context.Context, s *Self[do]) (Actor[do], error) {
		*self = s
		return plain{}, nil
	})
}

func withCapacity(n int) func(*Spec[do]) { return func(s *Spec[do]) { s.Mailbox.Capacity = n } }

// host is a parent that is no actor.
type host struct {
	started chan error
	ended   chan Exit
}

func newHost() *host { return &host{make(chan error, 16), make(chan Exit, 16)} }

func (h *host) Started(err error) { h.started <- err }
func (h *host) Ended(e Exit)      { h.ended <- e }

// tellHost calls functions, on the child's run loop.
type tellHost struct {
	started func(error)
	ended   func(Exit)
}

func (h *tellHost) Started(err error) {
	if h.started != nil {
		h.started(err)
	}
}

func (h *tellHost) Ended(e Exit) {
	if h.ended != nil {
		h.ended(e)
	}
}

// start starts a child and waits until it runs.
func start(t *testing.T, child Child) *host {
	t.Helper()
	h := newHost()
	child.Start(t.Context(), h)
	require.NoError(t, <-h.started)
	return h
}

// again starts a child once more.
func again(t *testing.T, child Child, h *host) {
	t.Helper()
	child.Start(t.Context(), h)
	require.NoError(t, <-h.started)
}

// end stops a child, ends its address, and returns how it ended.
func end(child *Process[do], h *host) Exit {
	child.Stop(time.Minute)
	exit := <-h.ended
	child.Retire(nil)
	<-child.Done()
	return exit
}

// call has f run by the actor, and returns what it answers.
func call[R any](ctx context.Context, to *Process[do], f func(context.Context) R) (R, error) {
	return Ask(ctx, to.Ref, func(r Reply[R]) do {
		return func(ctx context.Context) error {
			r.Send(f(ctx))
			return nil
		}
	})
}

// question asks with a handler that is given the Reply.
func question(ctx context.Context, to *Process[do], f func(context.Context, Reply[int]) error) (int, error) {
	return Ask(ctx, to.Ref, func(r Reply[int]) do {
		return func(ctx context.Context) error { return f(ctx, r) }
	})
}

// block has the actor's handler wait, deaf to its context, until release is
// called, and returns when it does.
func block(t *testing.T, p *Process[do]) (release func()) {
	t.Helper()
	entered, c := make(chan struct{}), make(chan struct{})
	require.NoError(t, p.TrySend(func(context.Context) error {
		close(entered)
		<-c
		return nil
	}))
	<-entered
	return sync.OnceFunc(func() { close(c) })
}

// probe is a log of what happened, in order.
type probe struct {
	mu  sync.Mutex
	log []string // protected by mu
}

func (p *probe) add(entry string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = append(p.log, entry)
}

// take returns the log and empties it.
func (p *probe) take() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	log := p.log
	p.log = nil
	return log
}

// adds is a message that adds an entry.
func (p *probe) adds(entry string) do {
	return func(context.Context) error {
		p.add(entry)
		return nil
	}
}

// hook is a stop hook that adds an entry.
func (p *probe) hook(entry string) func(*Spec[do]) {
	return withHook(func(_ context.Context, exit Exit) error {
		p.add(entry + " " + exit.Kind.String())
		return nil
	})
}
