package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace/noop"
)

// countPlain counts with n goroutines that share a channel of files and a
// mutex over the totals: what one would write without a framework, and without
// a thought of crashes.
func countPlain(ctx context.Context, folders []string, n int) (Totals, error) {
	files, _, err := find(ctx, folders)
	if err != nil {
		return Totals{}, err
	}
	queue := make(chan File, 16*n)
	go func() {
		defer close(queue)
		for _, file := range files {
			select {
			case queue <- file:
			case <-ctx.Done():
				return
			}
		}
	}()

	var wg sync.WaitGroup
	var mu sync.Mutex // protects t
	t := newTotals()
	for range n {
		wg.Go(func() {
			for file := range queue {
				source, err := parse(file)
				var facts Facts
				if err == nil {
					facts = source.count()
				}
				mu.Lock()
				if err != nil {
					t.unreadable(file, err)
				} else {
					t.add(file, facts)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return t, context.Cause(ctx)
}

// countActors counts with a pipeline.
func countActors(ctx context.Context, folders []string, o options) (Totals, error) {
	report, _, err := index(ctx, plan{
		folders:  folders,
		parsers:  o.parsers,
		chaos:    o.chaos,
		logger:   slog.New(slog.DiscardHandler),
		provider: noop.NewTracerProvider(),
		progress: io.Discard,
	})
	return report.Totals, err
}

// rounds is how often runComparison takes each time.
const rounds = 5

// runComparison measures what the actors cost. Both ways are run by turns, so
// that what else the machine does falls on both.
func runComparison(ctx context.Context, o options, to console) error {
	folders, err := foldersOf(ctx, o)
	if err != nil {
		return err
	}
	var actors, plain []time.Duration
	for round := range rounds {
		var a, b Totals
		ta, err := timed(func() (err error) { a, err = countActors(ctx, folders, o); return err })
		if err != nil {
			return interruption(ctx, err)
		}
		tb, err := timed(func() (err error) { b, err = countPlain(ctx, folders, o.parsers); return err })
		if err != nil {
			return interruption(ctx, err)
		}
		if d := a.differences(b); len(d) > 0 {
			return &mismatchError{d}
		}
		fmt.Fprintf(to.out, "round %d: actors %v, plain loop %v\n", round+1, ta, tb)
		actors, plain = append(actors, ta), append(plain, tb)
	}
	compare := func(what string, a, b time.Duration) {
		fmt.Fprintf(to.out, "%-8s actors %v, plain loop %v, ratio %.2f\n", what+":", a, b, a.Seconds()/b.Seconds())
	}
	compare("best", slices.Min(actors), slices.Min(plain)) // the least disturbed
	compare("median", median(actors), median(plain))
	return nil
}

// timed returns how long f took, starting from a clean heap.
func timed(f func() error) (time.Duration, error) {
	runtime.GC()
	began := time.Now()
	err := f()
	return time.Since(began).Round(time.Millisecond), err
}

func median(d []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(d))[len(d)/2]
}
