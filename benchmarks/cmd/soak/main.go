// Soak lets thousands of actors under five levels of supervisors run for a
// while, makes them fail in every way that there is, and then adds up: no
// message is lost without a trace, no incarnation is left without its end, every
// actor that had to be abandoned was named, no goroutine is left, and the heap
// has not grown.
//
//	go run ./cmd/soak -for 2m
//
// It prints a report, and ends with status 1 and the reasons if something is
// off. The seed decides what is done, not how the goroutines take turns.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/pprof"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// patience is how long the end may take after the load is over. What takes
// longer hangs.
const patience = 3 * time.Minute

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var o options
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.DurationVar(&o.length, "for", time.Minute, "how long the actors are under load")
	flags.IntVar(&o.actors, "actors", 5000, "how many actors there are at least, besides those that come and go")
	flags.IntVar(&o.senders, "senders", 8, "how many goroutines send")
	flags.Uint64Var(&o.seed, "seed", 1, "what the choices derive from")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := o.validate(); err != nil {
		return err
	}
	hung := time.AfterFunc(o.length+patience, func() {
		fmt.Fprintln(stderr, "soak: it hangs; these are its goroutines")
		_ = pprof.Lookup("goroutine").WriteTo(stderr, 1)
		os.Exit(1)
	})
	defer hung.Stop()
	r, err := soak(ctx, o)
	if err != nil {
		return err
	}
	r.print(stdout)
	return errors.Join(r.wrong...)
}
