package main

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

const (
	// The heap at the end may exceed that after a quarter of the time by this
	// share, and this many bytes: histories, pools and the garbage collector's own
	// rounding need some room.
	heapShare = 0.25
	heapSlack = 8 << 20
)

// A sample is the heap in use at one moment, garbage aside.
type sample struct {
	at         time.Duration
	heap       uint64
	goroutines int
}

func measure(began time.Time) sample {
	runtime.GC()
	runtime.GC() // for what the first one has had finalized
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return sample{time.Since(began), m.HeapAlloc, runtime.NumGoroutine()}
}

// watch takes a sample at each quarter of the time, at the last one shortly
// before the load is over.
func watch(ctx context.Context, length time.Duration) (samples []sample) {
	began := time.Now()
	for q := range time.Duration(4) {
		if !pause(ctx, time.Until(began.Add((q+1)*(length-length/10)/4))) {
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
