package main

import (
	"context"

	"github.com/understudy-go/understudy/actor"
)

// A Transfer is what a saga is started with.
type Transfer struct {
	ID       string
	From, To actor.Ref[Msg]
	Amount   int
	Crash    Step // after having taken this step, the first time
}

// A Saga sees a transfer through to one of its ends.
type Saga struct {
	Transfer
	self    *actor.Self[Step]
	journal *Journal
}

// declare declares the saga of a transfer. Its restarts are made of the same
// Spec, and so go on with the same transfer.
func declare(t Transfer, j *Journal) actor.Spec[Step] {
	return actor.Spec[Step]{
		Name: t.ID,
		New: func(_ context.Context, self *actor.Self[Step]) (actor.Actor[Step], error) {
			switch j.Last(t.ID) {
			case Begin:
				self.Continue(Withdraw)
			case Done, Refunded:
				return nil, actor.ErrIgnore
			default: // nobody knows whether what was noted last was done
				self.Continue(Refund)
			}
			return &Saga{t, self, j}, nil
		},
	}
}

// Receive takes a step, and tells itself which one is next. Whatever keeps an
// account from being booked is a reason to give back; if that cannot be done, the
// saga fails, and its next incarnation tries again.
func (s *Saga) Receive(ctx context.Context, step Step) error {
	s.journal.Note(s.ID, step)
	var next Step
	switch step {
	case Withdraw:
		next = Deposit
		if s.book(ctx, s.From, -s.Amount) != nil {
			next = Refund
		}
	case Deposit:
		next = Done
		if s.book(ctx, s.To, s.Amount) != nil {
			next = Refund
		}
	case Refund:
		next = Refunded
		for _, account := range []actor.Ref[Msg]{s.To, s.From} {
			_, err := actor.Ask(ctx, account, func(r actor.Reply[int]) Msg { return Undo{s.ID, r} })
			if err != nil {
				return err
			}
		}
	default:
		return actor.ErrStop
	}
	if step == s.Crash && s.self.Incarnation() == 1 {
		panic("lost power")
	}
	s.self.Continue(next)
	return nil
}

func (s *Saga) book(ctx context.Context, account actor.Ref[Msg], by int) error {
	_, err := actor.Ask(ctx, account, func(r actor.Reply[int]) Msg { return Book{s.ID, by, r} })
	return err
}
