// Strategies lets the same four workers run under each of the three strategies,
// crashes the second one, and shows what stops and what starts, in order.
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

// names are the workers, in the order of their start. Each one relies on those
// before it.
var names = []string{"database", "cache", "api", "web"}

// crashing is the index of the one that crashes.
const crashing = 1

type Msg interface{ worker() }

type Ping struct{ Reply actor.Reply[string] }
type Crash struct{ Reply actor.Reply[string] }

func (Ping) worker()  {}
func (Crash) worker() {}

// A Worker tells the journal of its starts and stops.
type Worker struct {
	name    string
	journal *Journal
}

// declare declares a worker.
func declare(name string, j *Journal) *actor.Process[Msg] {
	return actor.New(actor.Spec[Msg]{
		Name: name,
		New: func(context.Context, *actor.Self[Msg]) (actor.Actor[Msg], error) {
			j.Note(name + " starts")
			return &Worker{name, j}, nil
		},
	})
}

func (w *Worker) Receive(_ context.Context, msg Msg) error {
	switch msg := msg.(type) {
	case Ping:
		msg.Reply.Send(w.name)
	case Crash:
		panic("lost my mind")
	}
	return nil
}

// Stopped is the stop hook. It runs after a panic too.
func (w *Worker) Stopped(_ context.Context, exit actor.Exit) error {
	w.journal.Note(fmt.Sprintf("%s stops: %v", w.name, exit.Kind))
	return nil
}

// run shows all strategies, one after the other.
func run(ctx context.Context, out io.Writer) error {
	for _, s := range []supervision.Strategy{
		supervision.OneForOne,
		supervision.OneForAll,
		supervision.RestForOne,
	} {
		lines, err := crash(ctx, s)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%v: %s crashes\n", s, names[crashing])
		for _, line := range lines {
			fmt.Fprintln(out, " ", line)
		}
	}
	return nil
}

// crash makes a worker crash under the strategy and returns what happened then.
func crash(ctx context.Context, s supervision.Strategy) ([]string, error) {
	j := new(Journal)
	var workers []actor.Ref[Msg]
	root := supervision.Spec{Strategy: s}
	for _, name := range names {
		w := declare(name, j)
		workers = append(workers, w.Ref)
		root.Children = append(root.Children, supervision.Child{Process: w})
	}
	sys, err := system.Start(ctx, system.Config{
		Name:   "strategies",
		Root:   root,
		Logger: slog.New(slog.DiscardHandler), // the panic is on purpose: no log line
	})
	if err != nil {
		return nil, err
	}
	defer sys.Shutdown(ctx)
	j.Take() // they have started

	_, err = actor.Ask(ctx, workers[crashing], func(r actor.Reply[string]) Msg { return Crash{r} })
	if _, crashed := errors.AsType[*actor.PanicError](err); !crashed {
		return nil, fmt.Errorf("%s did not crash: %w", names[crashing], err)
	}

	// A group stops as a whole before the first of it starts again. So when the
	// one that crashed answers, whoever stops because of it has stopped, and
	// answers when it runs again.
	for _, w := range workers[crashing:] {
		if _, err := actor.Ask(ctx, w, func(r actor.Reply[string]) Msg { return Ping{r} }); err != nil {
			return nil, err
		}
	}
	return j.Take(), nil // before they are all stopped
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}
