package benchmarks

import (
	"context"
	"strconv"
	"testing"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/system"
)

// understudySkynet makes children, which begin by themselves. Each is told of
// the events of its children, as any parent is.
func understudySkynet(tb testing.TB) forest {
	tb.Helper()
	ctx := context.Background()
	sys := startUnderstudy(tb)
	told := make(chan uint64, 1)
	return func(n int) (uint64, error) {
		root := actor.Spec[understudySap]{New: func(_ context.Context, self *actor.Self[understudySap]) (actor.Actor[understudySap], error) {
			return newUnderstudyTree(self, grove{0, n}, func(_ context.Context, sum uint64) error {
				told <- sum
				return nil
			}), nil
		}}
		if _, err := system.Spawn(ctx, sys, root); err != nil {
			return 0, err
		}
		return <-told, nil
	}
}

// An understudySap is what goes up in the tree. Mailboxes hold it by value, so that it
// has no more of an event than what is looked at.
type understudySap struct {
	kind understudySapKind
	sum  uint64
	err  error
}

type understudySapKind uint8

const (
	understudyGrow  understudySapKind = iota // from itself: begin
	understudySum                            // from below
	understudyEvent                          // of a child
)

type understudyTree struct {
	self *actor.Self[understudySap]
	grove
	above func(context.Context, uint64) error

	left  int // children that have not told
	total uint64
}

func newUnderstudyTree(self *actor.Self[understudySap], g grove, above func(context.Context, uint64) error) *understudyTree {
	self.Continue(understudySap{kind: understudyGrow})
	return &understudyTree{self: self, grove: g, above: above}
}

func (t *understudyTree) Receive(ctx context.Context, s understudySap) error {
	switch s.kind {
	case understudyGrow:
		if t.n > 1 {
			return t.grow()
		}
		return t.end(ctx, t.first)
	case understudySum:
		t.total += s.sum
		if t.left--; t.left == 0 {
			return t.end(ctx, t.total)
		}
		return nil
	default:
		return s.err
	}
}

func (t *understudyTree) grow() error {
	here := t.self.Ref()
	tell := func(ctx context.Context, sum uint64) error {
		return here.Send(ctx, understudySap{kind: understudySum, sum: sum})
	}
	below := t.branches()
	t.left = len(below)
	for i, g := range below {
		child := actor.New(actor.Spec[understudySap]{
			Name: strconv.Itoa(i),
			New: func(_ context.Context, self *actor.Self[understudySap]) (actor.Actor[understudySap], error) {
				return newUnderstudyTree(self, g, tell), nil
			},
		})
		if err := t.self.Start(child, func(e actor.Event) understudySap {
			return understudySap{kind: understudyEvent, err: e.Err}
		}); err != nil {
			return err
		}
	}
	return nil
}

func (t *understudyTree) end(ctx context.Context, sum uint64) error {
	if err := t.above(ctx, sum); err != nil {
		return err
	}
	return actor.ErrStop
}
