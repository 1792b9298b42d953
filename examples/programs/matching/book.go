package main

import (
	"container/heap"
	"context"
	"errors"
	"fmt"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
)

// The sides of a book.
const (
	Buy Side = iota
	Sell
)

// ErrQuantity: an order is for nothing.
var ErrQuantity = errors.New("quantity must be positive")

// A Side says whether an order buys or sells.
type Side int

func (s Side) String() string { return [...]string{"buys", "sells"}[s] }

// An Order is for a quantity at a price, or a better one.
type Order struct {
	Who             string
	Side            Side
	Price, Quantity int
}

func (o Order) String() string {
	return fmt.Sprintf("%s %v %d at %d", o.Who, o.Side, o.Quantity, o.Price)
}

// meets reports whether a price of the other side is good enough.
func (o Order) meets(price int) bool {
	if o.Side == Buy {
		return price <= o.Price
	}
	return price >= o.Price
}

// A Trade is what became of two orders.
type Trade struct {
	Buyer, Seller   string
	Price, Quantity int
}

func (t Trade) String() string {
	return fmt.Sprintf("%s<%s %d at %d", t.Buyer, t.Seller, t.Quantity, t.Price)
}

// A BookMsg is what the book takes.
type BookMsg interface{ book() }

// Place places an order, and is answered with the trades that it leads to.
type Place struct {
	Order  Order
	Member bool // of the exchange
	Reply  actor.Reply[[]Trade]
}

// Spread asks how far the best prices of the two sides are apart.
type Spread struct{ Reply actor.Reply[int] }

func (Place) book()  {}
func (Spread) book() {}

// A Book has the orders that are open.
type Book struct {
	journal actor.Ref[JournalMsg]
	placed  int
	sides   [2]queue
}

// book declares the book. Members' orders are handled before all that wait.
func book(journal actor.Ref[JournalMsg]) actor.Spec[BookMsg] {
	return actor.Spec[BookMsg]{
		Name:    "book",
		Mailbox: mailbox.Config{Kind: mailbox.NoBound},
		Priority: func(msg BookMsg) int {
			if p, ok := msg.(Place); ok && p.Member {
				return 1
			}
			return 0
		},
		New: func(ctx context.Context, _ *actor.Self[BookMsg]) (actor.Actor[BookMsg], error) {
			orders, err := actor.Ask(ctx, journal, func(r actor.Reply[[]Order]) JournalMsg { return Replay{r} })
			if err != nil {
				return nil, err
			}
			b := &Book{journal: journal}
			for _, o := range orders {
				b.match(o)
			}
			return b, nil
		},
	}
}

// Receive implements actor.Actor.
func (b *Book) Receive(ctx context.Context, msg BookMsg) error {
	switch msg := msg.(type) {
	case Place:
		if msg.Order.Quantity <= 0 {
			msg.Reply.Fail(ErrQuantity) // the customer's fault, not the book's
			return nil
		}
		write := func(r actor.Reply[int]) JournalMsg { return Append{msg.Order, r} }
		if _, err := actor.Ask(ctx, b.journal, write); err != nil {
			return err
		}
		msg.Reply.Send(b.match(msg.Order))
	case Spread:
		msg.Reply.Send(b.sides[Sell].orders[0].Price - b.sides[Buy].orders[0].Price)
	}
	return nil
}

// match is the same for the same orders, whenever they come.
func (b *Book) match(o Order) (trades []Trade) {
	own, other := &b.sides[o.Side], &b.sides[1-o.Side]
	for other.Len() > 0 && o.Quantity > 0 && o.meets(other.orders[0].Price) {
		best := &other.orders[0]
		n := min(o.Quantity, best.Quantity)
		t := Trade{o.Who, best.Who, best.Price, n}
		if o.Side == Sell {
			t.Buyer, t.Seller = t.Seller, t.Buyer
		}
		trades = append(trades, t)
		o.Quantity -= n
		if best.Quantity -= n; best.Quantity == 0 {
			heap.Pop(other)
		}
	}
	b.placed++
	if o.Quantity > 0 {
		heap.Push(own, open{o, b.placed})
	}
	return trades
}
