// Crash makes a counter panic on purpose and shows what its supervisor makes
// of it: the counter is back, at zero, under the same address.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

type Msg interface{ counter() }

type Inc struct{ By int }
type Get struct{ Reply actor.Reply[int] }
type Crash struct{ Reply actor.Reply[int] }

func (Inc) counter()   {}
func (Get) counter()   {}
func (Crash) counter() {}

type Counter struct{ n int }

func NewCounter() *Counter { return new(Counter) }

func (c *Counter) Receive(_ context.Context, msg Msg) error {
	switch msg := msg.(type) {
	case Inc:
		c.n += msg.By
	case Get:
		msg.Reply.Send(c.n)
	case Crash:
		panic(fmt.Sprintf("told to crash at %d", c.n))
	}
	return nil
}

func run(ctx context.Context) error {
	// The supervisor's own account of what it saw and did. The zero Memory is
	// ready for use.
	var seen monitoring.Memory[monitoring.SupervisionEvent]

	counter := actor.New(actor.Spec[Msg]{Name: "counter", New: actor.Make(NewCounter)})
	sys, err := system.Start(ctx, system.Config{
		Name:     "tally",
		Root:     supervision.Spec{Children: []supervision.Child{{Process: counter}}},
		Monitors: monitoring.Monitors{Supervision: &seen},
		Logger:   slog.New(slog.DiscardHandler), // the panic is on purpose: no log line
	})
	if err != nil {
		return err
	}
	defer sys.Shutdown(ctx)

	if err := counter.Send(ctx, Inc{By: 3}); err != nil {
		return err
	}
	if err := show(ctx, "before", counter.Ref); err != nil {
		return err
	}

	// Nobody answers a question that kills. Ask returns as soon as that is
	// certain, with the panic.
	_, err = actor.Ask(ctx, counter.Ref, func(r actor.Reply[int]) Msg { return Crash{r} })
	if _, crashed := errors.AsType[*actor.PanicError](err); !crashed {
		return fmt.Errorf("the counter did not crash: %w", err)
	}
	fmt.Println("crash: ", err)

	// The same address. Had it been quicker than the supervisor, this message
	// would have waited for the new counter.
	if err := show(ctx, "after", counter.Ref); err != nil {
		return err
	}

	if err := sys.Shutdown(ctx); err != nil {
		return err
	}
	fmt.Println("the supervisor:")
	for _, e := range seen.Snapshot().Recent {
		fmt.Println(" ", describe(e))
	}
	return nil
}

func show(ctx context.Context, when string, counter actor.Ref[Msg]) error {
	n, err := actor.Ask(ctx, counter, func(r actor.Reply[int]) Msg { return Get{r} })
	if err != nil {
		return err
	}
	fmt.Printf("%-7s %d\n", when+":", n)
	return nil
}

// describe puts an event into one line, without its time.
func describe(e monitoring.SupervisionEvent) string {
	switch e.Kind {
	case monitoring.ChildFailed:
		return fmt.Sprintf("%v: %s: %v", e.Kind, e.Child, e.Err)
	case monitoring.StrategyApplied:
		return fmt.Sprintf("%v: %s to %v", e.Kind, e.Strategy, e.Affected)
	case monitoring.ChildRestarted:
		return fmt.Sprintf("%v: %s, number %d", e.Kind, e.Child, e.Restarts)
	case monitoring.ChildStopped:
		return fmt.Sprintf("%v: %s: %s", e.Kind, e.Child, e.Reason)
	default:
		return fmt.Sprintf("%v: %s", e.Kind, e.Child)
	}
}

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}
