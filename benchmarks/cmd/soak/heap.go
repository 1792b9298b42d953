package main

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"runtime/metrics"
	"time"
)

const (
	// The heap at the end may exceed that after a quarter of the time by this
	// share, and this many bytes: the histories of events fill up with errors that
	// are now smaller, now larger, and at one moment more is on the way than at
	// another. Ten bytes lost with each message are more than that in a minute.
	heapShare = 0.25
	heapSlack = 16 << 20
)

// A sample is the heap that a collection has found alive.
type sample struct {
	at         time.Duration
	heap       uint64
	goroutines int
}

// measure takes the least of a few collections: what is allocated while one of
// them is under way counts as alive in it, which is much on a busy machine.
func measure(began time.Time) sample {
	least := uint64(math.MaxUint64)
	for range 3 {
		runtime.GC()
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		least = min(least, live[0].Value.Uint64())
	}
	return sample{time.Since(began), least, runtime.NumGoroutine()}
}

// watch takes a sample at each quarter of the time, at the last one shortly
// before the load is over.
func watch(ctx context.Context, length time.Duration) (samples []sample) {
	began := time.Now()
	quarter := (length - length/10) / 4
	due := began
	for range 4 {
		due = due.Add(quarter)
		if !pause(ctx, time.Until(due)) {
			break
		}
		samples = append(samples, measure(began))
	}
	return samples
}

// flat returns an error if the heap has grown.
func flat(samples []sample) error {
	if len(samples) < 4 {
		return nil // it was interrupted
	}
	first, last := samples[0].heap, samples[3].heap
	if bound := first + uint64(heapShare*float64(first)) + heapSlack; last > bound {
		return fmt.Errorf("the heap has grown from %s to %s, and may be %s", size(first), size(last), size(bound))
	}
	return nil
}

func size(n uint64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }
