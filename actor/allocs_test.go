package actor

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Declared, started, and told of to its parent, a child takes its Process, its
// mailbox, its incarnation, its Self, its parent's record of it and the actor's own
// value; to end, what it ended with, in three parts.
func TestStartOfAChildAllocatesLittle(t *testing.T) {
	events := make(chan EventKind, 1)
	spec := Spec[int]{Name: "child", New: func(context.Context, *Self[int]) (Actor[int], error) { return &sumOfInts{}, nil }}
	var self *Self[do]
	parent := doer("parent", func(s *Spec[do]) {
		s.New = func(_ context.Context, its *Self[do]) (Actor[do], error) {
			self = its
			return plain{}, nil
		}
	})
	h := start(t, parent)
	on := func(e Event) do {
		events <- e.Kind
		return func(context.Context) error { return nil }
	}
	lives := func(ends bool) float64 {
		return testing.AllocsPerRun(2000, func() {
			child := New(spec)
			require.NoError(t, self.Start(child, on))
			require.Equal(t, ChildStarted, <-events)
			if ends {
				child.Stop(Forever)
				require.Equal(t, ChildEnded, <-events)
			}
		})
	}
	const noise = 2 // goroutines, tables that grow, and what the test itself needs
	assert.LessOrEqual(t, lives(true), 12.0+noise)
	assert.LessOrEqual(t, lives(false), 6.0+noise)
	parent.Stop(Forever)
	<-h.ended
}

type sumOfInts struct{ n int }

func (s *sumOfInts) Receive(_ context.Context, n int) error {
	s.n += n
	return nil
}
