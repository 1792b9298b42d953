package system_test

import (
	"context"
	"runtime"
	"time"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// restartTypes is group B: which ends mean a restart (G2, R4).
func restartTypes() []scenario {
	return []scenario{
		live("RT-01", restartsPermanent),
		live("RT-02", keepsTransientThatIsDone),
		live("RT-03", restartsTransientThatCrashed),
		live("RT-04", forgetsTemporary),
		live("RT-07", keepsNothingOfTemporary),
	}
}

// An ending is a way to end.
type ending struct {
	name  string
	kind  actor.Kind
	order order
}

var (
	regular = []ending{
		{"normal", actor.Normal, end(actor.ErrStop)},
		{"normal, wrapped", actor.Normal, end(wrapped(actor.ErrStop))},
		{"shutdown", actor.Shutdown, end(actor.ErrShutdown)},
		{"shutdown, wrapped", actor.Shutdown, end(wrapped(actor.ErrShutdown))},
	}
	abnormal = []ending{
		{"error", actor.Failure, byError.order},
		{"panic", actor.Panic, byPanic.order},
		{"goexit", actor.Goexit, byExit.order},
	}
)

// A permanent child comes back after every end.
func restartsPermanent(s *stage) {
	a, b := s.probe("a"), s.probe("b")
	s.start(supervision.Spec{Limit: supervision.AtMost(9, time.Hour)}, a, b)
	s.sawf("start(a) start(b)")
	for _, e := range append(regular, abnormal...) {
		s.tell(a, e.order)
		s.sawf("stop(a, %v) start(a)", e.kind)
	}
	s.kill(a)
	s.sawf("start(a)")
	s.listed(s.root(), "a running, b running")
	s.incarnation(9, a)
	s.incarnation(1, b)
}

// A transient child that ends by itself in order is done: known, without a
// process, until somebody asks for it.
func keepsTransientThatIsDone(s *stage) {
	a := s.probe("a", transient)
	s.start(supervision.Spec{Limit: supervision.AtMost(0, time.Hour)}, a)
	s.sawf("start(a)")
	for _, e := range regular {
		s.tell(a, e.order)
		time.Sleep(time.Hour)
		s.sawf("stop(a, %v)", e.kind)
		s.listed(s.root(), "a stopped")
		s.counted(s.root(), supervision.Counts{Specs: 1, Workers: 1})
		s.gone(a)
		require.NoError(s, supervision.RestartChild(s.ctx, s.root(), "a"))
		s.sawf("start(a)")
		s.listed(s.root(), "a running")
	}
}

// One that ends abnormally comes back.
func restartsTransientThatCrashed(s *stage) {
	a := s.probe("a", transient)
	s.start(supervision.Spec{}, a)
	s.sawf("start(a)")
	for _, e := range abnormal {
		s.tell(a, e.order)
		s.sawf("stop(a, %v) start(a)", e.kind)
	}
	s.kill(a)
	s.sawf("start(a)")
	s.listed(s.root(), "a running")
	s.incarnation(5, a)
}

// A temporary child never comes back; its id is free.
func forgetsTemporary(s *stage) {
	a := s.probe("a", temporary)
	s.start(supervision.Spec{Limit: supervision.AtMost(0, time.Hour)}, a)
	s.sawf("start(a)")
	again := func() {
		s.Helper()
		time.Sleep(time.Hour)
		s.listed(s.root(), "")
		s.counted(s.root(), supervision.Counts{})
		s.gone(a)
		assert.ErrorIs(s, supervision.RestartChild(s.ctx, s.root(), "a"), supervision.ErrNotFound)
		s.add(s.root(), a)
		s.sawf("start(a)")
	}
	for _, e := range append(regular, abnormal...) {
		s.tell(a, e.order)
		s.sawf("stop(a, %v)", e.kind)
		again()
	}
	s.kill(a)
	s.sawf("")
	again()
}

// A supervisor keeps nothing of a temporary child that has ended, and no copy of
// its start arguments before: those are what the child's New holds on to, and
// New may be called again as long as there is somebody to do so.
func keepsNothingOfTemporary(s *stage) {
	d := dynamic("d", supervision.Spec{Defaults: supervision.Defaults{Restart: supervision.Temporary}})
	s.start(supervision.Spec{}, d)
	for range 2 { // the second time, one has died before
		used, kept := addHeavy(s, d)
		s.sawf("start(heavy)")
		s.listed(d.Ref, "heavy running")
		runtime.GC()
		assert.False(s, alive(used), "New has let go of it")
		assert.True(s, alive(kept), "New has not")
		require.NoError(s, supervision.TerminateChild(s.ctx, d.Ref, "heavy"))
		s.sawf("stop(heavy, shutdown)")
		s.listed(d.Ref, "")
		time.Sleep(time.Minute) // a stopped timer is the runtime's until its time comes
		runtime.GC()
		assert.False(s, alive(kept), "the child has ended")
	}
}

// A cargo is a start argument of 50 MB.
type cargo [50 << 20]byte

func alive(c weak.Pointer[cargo]) bool { return c.Value() != nil }

// addHeavy adds a child that has two of them, and forgets it. The child's New
// uses one up.
func addHeavy(s *stage, d *branch) (used, kept weak.Pointer[cargo]) {
	s.Helper()
	one, two := new(cargo), new(cargo)
	used, kept = weak.Make(one), weak.Make(two)
	log := &s.log
	p := actor.New(actor.Spec[order]{Name: "heavy", New: func(context.Context, *actor.Self[order]) (actor.Actor[order], error) {
		log.began("heavy")
		one[0], two[0] = 1, 1
		one = nil
		return &hauler{log}, nil
	}})
	require.NoError(s, supervision.StartChild(s.ctx, d.Ref, supervision.Child{Process: p}))
	return used, kept
}

// A hauler is the child's state.
type hauler struct{ log *journal }

// Receive implements actor.Actor.
func (*hauler) Receive(context.Context, order) error { return nil }

// Stopped implements actor.Stopper.
func (h *hauler) Stopped(_ context.Context, exit actor.Exit) error {
	h.log.ended("heavy", exit.Kind)
	return nil
}
