package main

import (
	"context"
	"slices"

	"github.com/understudy-go/understudy/actor"
)

// A JournalMsg is what the journal takes.
type JournalMsg interface{ journal() }

// Append writes an order, and is answered with its number when that is done.
type Append struct {
	Order Order
	Reply actor.Reply[int]
}

// Replay asks for all orders, oldest first.
type Replay struct{ Reply actor.Reply[[]Order] }

func (Append) journal() {}
func (Replay) journal() {}

// A Journal keeps the orders in memory; a real one would write them to a disk.
type Journal struct{ orders []Order }

// Receive implements actor.Actor.
func (j *Journal) Receive(_ context.Context, msg JournalMsg) error {
	switch msg := msg.(type) {
	case Append:
		j.orders = append(j.orders, msg.Order)
		msg.Reply.Send(len(j.orders))
	case Replay:
		msg.Reply.Send(slices.Clone(j.orders))
	}
	return nil
}
