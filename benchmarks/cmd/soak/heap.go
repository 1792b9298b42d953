package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/metrics"
	"time"
)

const (
	// The heap at the end may exceed that after a quarter of the time by this
	// share, and this many bytes: histories fill up, and at one moment more is on
	// the way than at another.
	heapShare = 0.25
	heapSlack = 8 << 20
)

// A sample is the heap that a collection has found alive.
type sample struct {
	at         time.Duration
	heap       uint64
	goroutines int
}

func measure(began time.Time) sample {
	runtime.GC()
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	return sample{time.Since(began), live[0].Value.Uint64(), runtime.NumGoroutine()}
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
