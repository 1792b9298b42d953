package main

import (
	"context"
	"errors"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
)

// ErrUnknown: there is no such item.
var ErrUnknown = errors.New("no such item")

// A PriceMsg is what the actor of the prices takes.
type PriceMsg interface{ price() }

// Quote asks for an item's price.
type Quote struct {
	Item  string
	Reply actor.Reply[int]
}

// Reload has the prices read anew, which takes until Done is closed.
type Reload struct{ Begun, Done chan struct{} }

func (Quote) price()  {}
func (Reload) price() {}

// Prices knows what things cost.
type Prices map[string]int

// prices declares the actor. When it has more to do than it can, whoever asks is
// told at once.
func prices(list Prices) actor.Spec[PriceMsg] {
	return actor.Spec[PriceMsg]{
		Name:    "prices",
		New:     actor.Make(func() Prices { return list }),
		Mailbox: mailbox.Config{Capacity: 2, Overflow: mailbox.Reject},
	}
}

// Receive implements actor.Actor.
func (p Prices) Receive(ctx context.Context, msg PriceMsg) error {
	switch msg := msg.(type) {
	case Quote:
		cents, ok := p[msg.Item]
		if !ok {
			msg.Reply.Fail(ErrUnknown)
			return nil
		}
		if cents == 0 {
			panic("an item for nothing: " + msg.Item)
		}
		msg.Reply.Send(cents)
	case Reload:
		close(msg.Begun)
		select {
		case <-msg.Done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}
