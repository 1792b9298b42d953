package benchmarks

import (
	"context"
	"errors"
	"path"
	"strconv"
	"testing"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// understudyCitizen is one actor of a population.
type understudyCitizen struct{ census *census }

func (c *understudyCitizen) Receive(context.Context, message) error {
	c.census.mark()
	return nil
}

func understudyCitizens(c *census) func(context.Context, *actor.Self[message]) (actor.Actor[message], error) {
	return actor.Make(func() actor.Actor[message] {
		c.mark()
		return &understudyCitizen{c}
	})
}

// understudySpawn makes actors with system.Spawn, each ready before the next,
// and ends them by Shutdown.
func understudySpawn(tb testing.TB, n int, c *census) population {
	tb.Helper()
	return understudySpawnRoom(tb, n, c, 0)
}

func understudySpawnRoom(tb testing.TB, n int, c *census, room int) population {
	tb.Helper()
	ctx := context.Background()
	sys := startUnderstudy(tb)
	refs := make([]actor.Ref[message], n)
	spec := actor.Spec[message]{New: understudyCitizens(c), Mailbox: mailbox.Config{Capacity: room}}
	return population{
		spawn: func() (err error) {
			for i := range refs {
				if refs[i], err = system.Spawn(ctx, sys, spec); err != nil {
					return err
				}
			}
			return nil
		},
		tell: func() error {
			for _, ref := range refs {
				if err := ref.Send(ctx, message{}); err != nil {
					return err
				}
			}
			return nil
		},
		stopFirst: func(n int) error {
			for _, ref := range refs[:n] {
				if err := supervision.TerminateChild(ctx, sys.Spawned(), path.Base(ref.Path())); err != nil {
					return err
				}
			}
			return nil
		},
		stopAll: func() error { return sys.Shutdown(ctx) },
		alive: func() int {
			counts, err := supervision.Count(ctx, sys.Spawned())
			if errors.Is(err, actor.ErrStopped) {
				return 0 // a supervisor ends after its last child
			}
			return counts.Active
		},
	}
}

// understudySelf is the framework when an actor makes the others, as its
// children, and does not wait for each. It ends them by ending itself: one
// after another, last first.
var understudySelf = contender{name: "understudy-self", spawn: understudySelfSpawn}

func understudySelfSpawn(tb testing.TB, n int, c *census) population {
	tb.Helper()
	ctx := context.Background()
	children := make([]*actor.Process[message], n)
	spec := actor.Spec[message]{New: understudyCitizens(c)}
	parent := actor.New(actor.Spec[understudyBirth]{
		Name: "parent",
		New: func(_ context.Context, self *actor.Self[understudyBirth]) (actor.Actor[understudyBirth], error) {
			return &understudyParent{self, spec, children}, nil
		},
	})
	sys := startUnderstudy(tb, parent)
	return population{
		spawn: func() error { return parent.Send(ctx, understudyBirth{first: true}) },
		tell: func() error {
			for _, child := range children {
				if err := child.Send(ctx, message{}); err != nil {
					return err
				}
			}
			return nil
		},
		stopAll: func() error { return supervision.TerminateChild(ctx, sys.Root(), parent.Name()) },
		alive: func() (n int) {
			for _, child := range children {
				if child.Info().State == "receiving" {
					n++
				}
			}
			return n
		},
	}
}

// understudyBirth has a parent make its children, or tells it of one.
type understudyBirth struct {
	first bool
	err   error
}

type understudyParent struct {
	self     *actor.Self[understudyBirth]
	spec     actor.Spec[message]
	children []*actor.Process[message]
}

func (p *understudyParent) Receive(_ context.Context, b understudyBirth) error {
	if !b.first {
		return b.err
	}
	for i := range p.children {
		p.spec.Name = "child-" + strconv.Itoa(i)
		child := actor.New(p.spec)
		p.children[i] = child
		if err := p.self.Start(child, func(e actor.Event) understudyBirth { return understudyBirth{err: e.Err} }); err != nil {
			return err
		}
	}
	return nil
}
