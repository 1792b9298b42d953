package main

import (
	"context"

	"github.com/understudy-go/understudy/actor"
)

// Place asks the desk to take an order. The answer is its number.
type Place struct{ Reply actor.Reply[int] }

// Desk is an actor that has others do the work.
type Desk struct {
	stock   actor.Ref[Reserve]
	printer actor.Ref[Print]
}

// Receive implements actor.Actor.
func (d *Desk) Receive(ctx context.Context, msg Place) error {
	number, err := actor.Ask(ctx, d.stock, func(r actor.Reply[int]) Reserve { return Reserve{r} })
	if err == nil {
		number, err = actor.Ask(ctx, d.printer, func(r actor.Reply[int]) Print { return Print{number, r} })
	}
	if err != nil {
		msg.Reply.Fail(err) // whoever ordered is told; the desk goes on
		return nil
	}
	msg.Reply.Send(number)
	return nil
}

// Reserve asks the stock for the goods. The answer is how many are reserved.
type Reserve struct{ Reply actor.Reply[int] }

// Stock is an actor with state, which is lost when it is restarted.
type Stock struct{ reserved int }

// NewStock returns a stock of which nothing is reserved.
func NewStock() *Stock { return new(Stock) }

// Receive implements actor.Actor.
func (s *Stock) Receive(_ context.Context, msg Reserve) error {
	s.reserved++
	msg.Reply.Send(s.reserved)
	return nil
}

// Print asks the printer for a receipt.
type Print struct {
	Number int
	Reply  actor.Reply[int]
}

// Printer is an actor that has ink only if somebody has looked after it.
type Printer struct{ ink bool }

// NewPrinter makes a printer: the first one has no ink, those after it do.
func NewPrinter(_ context.Context, self *actor.Self[Print]) (actor.Actor[Print], error) {
	return &Printer{ink: self.Incarnation() > 1}, nil
}

// Receive implements actor.Actor.
func (p *Printer) Receive(_ context.Context, msg Print) error {
	if !p.ink {
		panic("out of ink")
	}
	msg.Reply.Send(msg.Number)
	return nil
}
