// Breaker puts a circuit breaker in front of a backend that stops answering. As
// long as the breaker is closed calls go through; three failures in a row open
// it, and calls are refused at once instead of waiting in vain; after a while it
// is half open and lets one call through, to see whether it can close again.
//
//	go run ./examples/breaker
package main

import (
	"context"
	"io"
	"log"
	"os"
	"sync/atomic"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// Request is what the backend takes.
type Request struct{ Reply actor.Reply[string] }

// A Backend answers, unless the world outside of the program keeps it from that.
type Backend struct{ down *atomic.Bool }

func (b Backend) Receive(_ context.Context, msg Request) error {
	if !b.down.Load() {
		msg.Reply.Send("fine")
	}
	return nil // a question that is not answered is one that times out
}

func run(ctx context.Context, out io.Writer) error {
	l := log.New(out, "", 0) // several write to it
	var down atomic.Bool
	backend := actor.New(actor.Spec[Request]{
		Name: "backend",
		New:  actor.Make(func() Backend { return Backend{&down} }),
	})
	breaker := declare(backend.Ref, l)
	sys, err := system.Start(ctx, system.Config{
		Name: "shop",
		Root: supervision.Spec{Children: []supervision.Child{{Process: backend}, {Process: breaker}}},
	})
	if err != nil {
		return err
	}
	defer sys.Shutdown(ctx)

	ticks := time.NewTicker(100 * time.Millisecond)
	defer ticks.Stop()
	const calls = 14
	for n := 1; n <= calls; n++ {
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		down.Store(n >= 3 && n <= 10) // the outage
		began := time.Now()
		text, err := actor.Ask(ctx, breaker.Ref, func(r actor.Reply[string]) Msg { return Call{r} })
		if err != nil {
			text = err.Error()
		}
		l.Printf("%4d: %s, after %d ms", n, text, time.Since(began).Milliseconds())
	}
	l.Printf("%d calls, of which the backend has seen %d", calls, backend.Info().Handled)
	return sys.Shutdown(ctx)
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}
