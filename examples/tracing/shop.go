package main

import (
	"context"

	"github.com/understudy-go/understudy/actor"
)

// The desk takes orders.
type (
	DeskMsg interface{ desk() }
	Place   struct{ Reply actor.Reply[int] }
)

func (Place) desk() {}

// Desk is an actor that has others do the work.
type Desk struct {
	stock   actor.Ref[StockMsg]
	printer actor.Ref[PrinterMsg]
}

// Receive implements actor.Actor.
func (d *Desk) Receive(ctx context.Context, msg DeskMsg) error {
	switch msg := msg.(type) {
	case Place:
		receipt, err := d.place(ctx)
		if err != nil {
			msg.Reply.Fail(err) // whoever ordered is told; the desk goes on
			return nil
		}
		msg.Reply.Send(receipt)
	}
	return nil
}

func (d *Desk) place(ctx context.Context) (int, error) {
	number, err := actor.Ask(ctx, d.stock, func(r actor.Reply[int]) StockMsg { return Reserve{r} })
	if err != nil {
		return 0, err
	}
	return actor.Ask(ctx, d.printer, func(r actor.Reply[int]) PrinterMsg { return Print{number, r} })
}

// The stock counts what is reserved.
type (
	StockMsg interface{ stock() }
	Reserve  struct{ Reply actor.Reply[int] }
)

func (Reserve) stock() {}

// Stock is an actor with state, which is lost when it is restarted.
type Stock struct{ reserved int }

// NewStock returns a stock of which nothing is reserved.
func NewStock() *Stock { return new(Stock) }

// Receive implements actor.Actor.
func (s *Stock) Receive(_ context.Context, msg StockMsg) error {
	switch msg := msg.(type) {
	case Reserve:
		s.reserved++
		msg.Reply.Send(s.reserved)
	}
	return nil
}

// The printer prints receipts.
type (
	PrinterMsg interface{ printer() }
	Print      struct {
		Number int
		Reply  actor.Reply[int]
	}
)

func (Print) printer() {}

// Printer is an actor that has ink only if somebody has looked after it.
type Printer struct{ ink bool }

// newPrinter makes a printer: the first one has no ink, those after it do.
func newPrinter(_ context.Context, self *actor.Self[PrinterMsg]) (actor.Actor[PrinterMsg], error) {
	return &Printer{ink: self.Incarnation() > 1}, nil
}

// Receive implements actor.Actor.
func (p *Printer) Receive(_ context.Context, msg PrinterMsg) error {
	switch msg := msg.(type) {
	case Print:
		if !p.ink {
			panic("out of ink")
		}
		msg.Reply.Send(msg.Number) // the stock has been restarted too: it counts from one again
	}
	return nil
}
