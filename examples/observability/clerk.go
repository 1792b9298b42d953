package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// Order asks a clerk for some items, and is answered with how many the clerk
// has sold so far.
type Order struct {
	Items int
	Reply actor.Reply[int]
}

// Clerk sells.
type Clerk struct{ sold int }

func NewClerk() *Clerk { return new(Clerk) }

func (c *Clerk) Receive(_ context.Context, o Order) error {
	if o.Items == 0 {
		panic("an order without items")
	}
	c.sold += o.Items
	o.Reply.Send(c.sold)
	return nil
}

// clerks declares n clerks.
func clerks(n int) (children []supervision.Child, desks []actor.Ref[Order]) {
	for i := range n {
		c := actor.New(actor.Spec[Order]{Name: fmt.Sprintf("clerk-%d", i+1), New: actor.Make(NewClerk)})
		children = append(children, supervision.Child{Process: c})
		desks = append(desks, c.Ref)
	}
	return children, desks
}

// emptyOrder is how many orders there are to one without items.
const emptyOrder = 1000

// customers declares who orders from the clerks, one order after another.
func customers(desks []actor.Ref[Order], orders int, pause time.Duration) actor.Child {
	return supervision.FromFunc("customers", func(ctx context.Context) error {
		for n := 1; orders == 0 || n <= orders; n++ {
			items := n % emptyOrder
			_, err := actor.Ask(ctx, desks[n%len(desks)], func(r actor.Reply[int]) Order { return Order{items, r} })
			if _, crashed := errors.AsType[*actor.PanicError](err); err != nil && !crashed {
				return err
			}
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				return nil
			}
		}
		return nil
	})
}
