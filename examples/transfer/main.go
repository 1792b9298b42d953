// Transfer moves money between accounts, each of them an actor, by a saga: an
// actor for each transfer, which withdraws, then deposits, and gives everything
// back when that fails. It writes into a journal what it is about to do. A saga
// that crashes is restarted, finds in the journal that it was under way, and
// gives everything back as well. Whatever happens no money is lost or made.
//
//	go run ./examples/transfer
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// money is how much there is in all accounts together, whatever happens.
const money = 150

func run(ctx context.Context, out io.Writer) error {
	ann, bob, carl := open("ann", 100, false), open("bob", money-100, false), open("carl", 0, true)
	accounts := []*actor.Process[Msg]{ann, bob, carl}
	sagas := supervision.NewDynamic(supervision.Spec{
		Name:     "sagas",
		Limit:    supervision.AtMost(1000, time.Second), // crashes are what this is about
		Defaults: supervision.Defaults{Restart: supervision.Transient},
	})
	sys, err := system.Start(ctx, system.Config{
		Name: "bank",
		Root: supervision.Spec{Children: []supervision.Child{ // sagas go before the accounts do
			{Process: ann}, {Process: bob}, {Process: carl}, {Process: sagas},
		}},
		Logger: slog.New(slog.DiscardHandler), // the panics are on purpose: no log lines
	})
	if err != nil {
		return err
	}
	defer sys.Shutdown(ctx)

	journal := new(Journal)
	begin := supervision.Template(sagas.Ref, "saga", func(t Transfer) actor.Spec[Step] { return declare(t, journal) })
	// transfer returns when the transfer has come to an end, over all restarts.
	transfer := func(t Transfer) error {
		saga, err := begin(ctx, t)
		if err == nil {
			_, err = actor.Await(ctx, saga)
		}
		return err
	}
	for _, t := range []Transfer{
		{ID: "all is well", From: ann.Ref, To: bob.Ref, Amount: 30},
		{ID: "too much", From: ann.Ref, To: bob.Ref, Amount: 300},
		{ID: "frozen", From: bob.Ref, To: carl.Ref, Amount: 10},
		{ID: "crash after withdrawing", From: ann.Ref, To: bob.Ref, Amount: 20, Crash: Withdraw},
		{ID: "crash after depositing", From: ann.Ref, To: bob.Ref, Amount: 20, Crash: Deposit},
		{ID: "crash while giving back", From: bob.Ref, To: carl.Ref, Amount: 20, Crash: Refund},
	} {
		if err := transfer(t); err != nil {
			return err
		}
		balances, err := count(ctx, accounts)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%-24s %v:%s\n", t.ID, journal.Steps(t.ID), balances)
	}

	// Many at once, back and forth, every third of which crashes somewhere.
	const many = 300
	var wg sync.WaitGroup
	failed := make(chan error, many)
	for n := range many {
		t := Transfer{ID: fmt.Sprint("number ", n), From: ann.Ref, To: bob.Ref, Amount: n % 40}
		if n%2 == 1 {
			t.From, t.To = t.To, t.From
		}
		t.Crash = [...]Step{Begin, Begin, Withdraw, Begin, Begin, Deposit}[n%6]
		wg.Go(func() { failed <- transfer(t) })
	}
	wg.Wait()
	for range many {
		if err := <-failed; err != nil {
			return err
		}
	}
	if _, err := count(ctx, accounts); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d at once: all have ended, and it is still %d\n", many, money)
	return sys.Shutdown(ctx)
}

// count tells what each account has. That it is anything but money altogether is
// an error.
func count(ctx context.Context, accounts []*actor.Process[Msg]) (string, error) {
	var text strings.Builder
	sum := 0
	for _, a := range accounts {
		balance, err := actor.Ask(ctx, a.Ref, func(r actor.Reply[int]) Msg { return Balance{r} })
		if err != nil {
			return "", err
		}
		sum += balance
		fmt.Fprintf(&text, " %s %d", a.Name(), balance)
	}
	if sum != money {
		return "", fmt.Errorf("there should be %d, and is %d:%s", money, sum, &text)
	}
	return text.String(), nil
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}
