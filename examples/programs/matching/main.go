// Program matching is the order book of a small exchange. Orders are matched by
// price, and by time where the price is the same; orders of members are taken
// from the mailbox before all others. What is accepted is written to
// a journal first, which is an actor of its own; so when a bug takes the book
// down, the next one is rebuilt from the journal and goes on where it was.
//
//	go run ./examples/programs/matching
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// run trades, crashes the book, and trades on; out is told of all.
func run(ctx context.Context, out io.Writer) (err error) {
	journal := actor.New(actor.Spec[JournalMsg]{Name: "journal", New: actor.Make(func() *Journal {
		return new(Journal)
	})})
	book := actor.New(book(journal.Ref))

	// What comes before the opening waits; a member's order comes first.
	err = errors.Join(
		book.Send(ctx, Place{Order: Order{"hal", Sell, 100, 1}}),
		book.Send(ctx, Place{Order: Order{"ida", Sell, 100, 1}, Member: true}),
	)
	if err != nil {
		return err
	}

	// A book without its journal would be wrong: when that is lost both begin anew.
	sys, err := system.Start(ctx, system.Config{
		Name:   "exchange",
		Logger: slog.New(slog.DiscardHandler), // the crash is on purpose
		Root: supervision.Spec{
			Strategy: supervision.RestForOne,
			Children: []supervision.Child{{Process: journal}, {Process: book}},
		},
	})
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, sys.Shutdown(ctx))
	}()

	place := func(o Order) error {
		trades, err := actor.Ask(ctx, book.Ref, func(r actor.Reply[[]Trade]) BookMsg { return Place{Order: o, Reply: r} })
		fmt.Fprintf(out, "%v: trades %v", o, trades)
		if err != nil {
			fmt.Fprintf(out, ", refused: %v", err)
		}
		fmt.Fprintln(out)
		return err
	}
	for _, o := range []Order{
		{"jay", Buy, 100, 2},
		{"ann", Sell, 102, 5}, {"bob", Sell, 101, 5}, {"cid", Sell, 101, 5}, {"dot", Buy, 101, 7},
	} {
		if err := place(o); err != nil {
			return err
		}
	}
	if err := place(Order{"eve", Buy, 100, 0}); !errors.Is(err, ErrQuantity) {
		return fmt.Errorf("an order for nothing: %w", err)
	}

	// The spread is a subtraction that forgets that a side may be empty.
	spread := func(r actor.Reply[int]) BookMsg { return Spread{r} }
	_, err = actor.Ask(ctx, book.Ref, spread)
	var crash *actor.PanicError
	if !errors.As(err, &crash) {
		return fmt.Errorf("the book should have crashed: %w", err)
	}
	fmt.Fprintln(out, "crash:", crash)

	if err := place(Order{"fay", Buy, 100, 2}); err != nil {
		return err
	}
	n, err := actor.Ask(ctx, book.Ref, spread)
	fmt.Fprintf(out, "spread %d, by book number %d\n", n, book.Incarnation())
	if err != nil {
		return err
	}
	return place(Order{"gus", Buy, 105, 10})
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}
