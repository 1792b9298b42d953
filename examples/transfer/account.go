package main

import (
	"context"
	"errors"

	"github.com/understudy-go/understudy/actor"
)

var (
	// ErrFunds: the account does not have as much.
	ErrFunds = errors.New("not enough money")
	// ErrFrozen: the account takes part in no transfer.
	ErrFrozen = errors.New("account is frozen")
	// ErrUndone: the transfer has been called off.
	ErrUndone = errors.New("transfer is undone")
)

type Msg interface{ account() }

// Book moves money into the account, or out of it if By is negative, on behalf
// of a transfer. It is answered with the balance.
type Book struct {
	Transfer string
	By       int
	Reply    actor.Reply[int]
}

// Undo takes back what was booked on behalf of a transfer, if anything was, and
// has nothing booked for it from then on. To say it twice does no harm: whoever
// does not know whether it was done says it again. It may leave the account below
// zero, for what is taken back may have been spent.
type Undo struct {
	Transfer string
	Reply    actor.Reply[int]
}

// Balance asks how much there is.
type Balance struct{ Reply actor.Reply[int] }

func (Book) account()    {}
func (Undo) account()    {}
func (Balance) account() {}

// An Account holds money. It knows by which transfer it got, or lost, how much.
type Account struct {
	balance int
	frozen  bool
	booked  map[string]int
	undone  map[string]bool
}

func open(name string, balance int, frozen bool) *actor.Process[Msg] {
	return actor.New(actor.Spec[Msg]{Name: name, New: actor.Make(func() *Account {
		return &Account{balance, frozen, make(map[string]int), make(map[string]bool)}
	})})
}

func (a *Account) Receive(_ context.Context, msg Msg) error {
	switch msg := msg.(type) {
	case Book:
		switch {
		case a.frozen:
			msg.Reply.Fail(ErrFrozen)
		case a.undone[msg.Transfer]:
			msg.Reply.Fail(ErrUndone)
		case a.balance+msg.By < 0:
			msg.Reply.Fail(ErrFunds)
		default:
			a.balance += msg.By
			a.booked[msg.Transfer] += msg.By
			msg.Reply.Send(a.balance)
		}
	case Undo:
		a.balance -= a.booked[msg.Transfer]
		delete(a.booked, msg.Transfer)
		a.undone[msg.Transfer] = true
		msg.Reply.Send(a.balance)
	case Balance:
		msg.Reply.Send(a.balance)
	}
	return nil
}
