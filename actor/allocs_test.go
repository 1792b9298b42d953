package actor

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// noise is what may come on top of a cycle's own allocations: a goroutine's hand, a
// table that grows.
const noise = 0.5

// allocs is how many allocations a cycle takes on average, to the fraction.
func allocs(cycle func()) float64 {
	const cycles = 2000
	cycle()
	return testing.AllocsPerRun(1, func() {
		for range cycles {
			cycle()
		}
	}) / cycles
}

// offspring is a parent for the figures of its children.
type offspring struct {
	t      *testing.T
	parent *Process[do]
	h      *host
	self   *Self[do]
	events chan EventKind
}

func newOffspring(t *testing.T) *offspring {
	t.Helper()
	o := &offspring{t: t, events: make(chan EventKind, 1)}
	o.parent = doer("parent", func(s *Spec[do]) {
		s.New = func(_ context.Context, self *Self[do]) (Actor[do], error) {
			o.self = self
			return plain{}, nil
		}
	})
	o.h = start(t, o.parent)
	return o
}

func (o *offspring) on(e Event) do {
	o.events <- e.Kind
	return nothing
}

func (o *offspring) expect(kind EventKind) { require.Equal(o.t, kind, <-o.events) }

func (o *offspring) end() {
	o.parent.Stop(Forever)
	<-o.h.ended
}

// Declared, started, and told of to its parent, a child takes its Process, its
// mailbox, its incarnation, its parent's record of it and the actor's own value; to
// end, what it ended with, what is told of that to the parent and to those who
// watch, and the order to retire.
func TestStartOfAChildAllocatesLittle(t *testing.T) {
	o := newOffspring(t)
	defer o.end()
	spec := Spec[int]{Name: "child", New: func(context.Context, *Self[int]) (Actor[int], error) { return &sumOfInts{}, nil }}
	on := o.on
	lives := func(ends bool) float64 {
		return allocs(func() {
			child := New(spec)
			require.NoError(t, o.self.Start(child, on))
			o.expect(ChildStarted)
			if ends {
				child.Stop(Forever)
				o.expect(ChildEnded)
			}
		})
	}
	assert.LessOrEqual(t, lives(false), 5+noise, "a start")
	assert.LessOrEqual(t, lives(true), 5+4+noise, "a start and an end")
}

// Started again after a failure, a child takes an incarnation, its parent's record of
// it and the actor's own value; its end before, what it ended with and what is told
// of that.
func TestRestartOfAChildAllocatesLittle(t *testing.T) {
	o := newOffspring(t)
	defer o.end()
	child := New(Spec[int]{Name: "child", New: func(context.Context, *Self[int]) (Actor[int], error) { return &failing{}, nil }})
	var on func(Event) do
	on = func(e Event) do {
		if e.Kind == ChildEnded {
			o.self.Keep(child)
			require.NoError(t, o.self.Start(child, on))
			return nothing
		}
		return o.on(e)
	}
	require.NoError(t, o.self.Start(child, on))
	o.expect(ChildStarted)
	assert.LessOrEqual(t, allocs(func() {
		require.NoError(t, child.TrySend(1))
		o.expect(ChildStarted)
	}), 5+noise)
}

type failing struct{ n int }

func (f *failing) Receive(context.Context, int) error {
	f.n++
	return errBoom
}

type sumOfInts struct{ n int }

func (s *sumOfInts) Receive(_ context.Context, n int) error {
	s.n += n
	return nil
}
