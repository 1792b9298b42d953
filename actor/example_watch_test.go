package actor_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/understudy-go/understudy/actor"
)

// keeper ends an actor's address when the actor has ended. In a program this is
// a supervisor's part.
type keeper struct{ address *actor.Process[string] }

func (k keeper) Started(error)    {}
func (k keeper) Ended(actor.Exit) { k.address.Retire(nil) }

// The ship is told that the lighthouse has ended, after what that had said.
func ExampleSelf_Watch() {
	ctx := context.Background()
	var ship actor.Ref[string]
	lighthouse := actor.New(actor.Spec[string]{
		Name: "lighthouse",
		New: actor.Make(func() actor.Func[string] {
			return func(ctx context.Context, signal string) error {
				_ = ship.Send(ctx, signal)
				return errors.New("out of oil")
			}
		}),
	})
	vessel := actor.New(actor.Spec[string]{
		Name: "ship",
		New: func(_ context.Context, self *actor.Self[string]) (actor.Actor[string], error) {
			return actor.Func[string](func(_ context.Context, msg string) error {
				fmt.Println("seen:", msg)
				return nil
			}), self.Watch(lighthouse, func(d actor.Down) string { return fmt.Sprint("dark, ", d) })
		},
	})
	ship = vessel.Ref
	p := newParent()
	vessel.Start(ctx, p)
	<-p.started

	lighthouse.Start(ctx, keeper{lighthouse})
	_ = lighthouse.Send(ctx, "keep off")
	_, _ = actor.Await(ctx, lighthouse)
	vessel.Drain(actor.Forever)
	<-p.ended
	// Output:
	// seen: keep off
	// seen: dark, /lighthouse: failure: out of oil
	// ended: shutdown
}

// Cache saves what it knows when it is going to be restarted.
type Cache struct{ saved *[]string }

func (c Cache) Receive(_ context.Context, word string) error {
	if word == "" {
		return errors.New("no word")
	}
	*c.saved = append(*c.saved, word)
	return nil
}

func (c Cache) PreRestart(_ context.Context, exit actor.Exit) error {
	fmt.Println("saving", *c.saved, "before a restart, because of a", exit)
	return nil
}

func ExampleRestarter() {
	ctx := context.Background()
	var saved []string
	cache := actor.New(actor.Spec[string]{Name: "cache", New: actor.Make(func() Cache { return Cache{&saved} })})
	boss := actor.New(actor.Spec[actor.Event]{
		Name: "boss",
		New: func(_ context.Context, self *actor.Self[actor.Event]) (actor.Actor[actor.Event], error) {
			asIs := func(e actor.Event) actor.Event { return e }
			policy := func(exit actor.Exit) actor.Prospect {
				if exit.Kind.Abnormal() {
					return actor.Renews
				}
				return actor.Ends
			}
			return actor.Func[actor.Event](func(_ context.Context, e actor.Event) error {
				if e.Kind != actor.ChildRenewed {
					return nil
				}
				fmt.Println("incarnation", e.Incarnation)
				return actor.ErrStop
			}), self.Oversee(cache, policy, asIs)
		},
	})
	_ = cache.Send(ctx, "understudy")
	_ = cache.Send(ctx, "")
	p := newParent()
	boss.Start(ctx, p)
	<-p.ended
	// Output:
	// saving [understudy] before a restart, because of a failure on string: no word
	// incarnation 2
	// ended: normal
}
