package benchmarks

import (
	"errors"
	"runtime/metrics"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkFlood1M counts in messages from a goroutine to an actor that is
// slower than it. What was not handled, or not in order, is reported beside it,
// and so is the most memory that was in use.
func BenchmarkFlood1M(b *testing.B) {
	each(b, func(system contender) func(*testing.B) error {
		if system.wire == nil {
			return nil
		}
		return func(b *testing.B) error {
			b.ReportAllocs()
			b.StopTimer()
			f, err := flood(b, system.wire, b.N, func(run func() error) error {
				b.StartTimer()
				defer b.StopTimer()
				return run()
			})
			if err != nil {
				return err
			}
			b.ReportMetric(float64(f.lost), "lost")
			b.ReportMetric(float64(f.wrong), "disordered")
			b.ReportMetric(float64(f.peak), "peak-B")
			return nil
		}
	})
}

// A deluge is what came of a flood.
type deluge struct {
	lost, wrong int64
	peak        int64 // bytes of heap and stacks
}

// patience is how long nothing may be handled, before what is missing counts as
// lost.
const patience = 2 * time.Second

// flood sends n messages to a slow actor. timed runs what is to be timed.
func flood(tb testing.TB, wire wiring, n int, timed func(func() error) error) (deluge, error) {
	tb.Helper()
	var handled, wrong atomic.Int64
	finished := make(chan struct{}, 1)
	var next uint64
	net := wire(tb, []part{{handle: func(_ node, m message) {
		if m.seq != next {
			wrong.Add(1)
		}
		next = m.seq + 1
		toil(m)
		if handled.Add(1) == int64(n) {
			finished <- struct{}{}
		}
	}}})
	peak := watchMemory()
	err := timed(func() error {
		for seq := range n {
			if err := net.tell(0, message{seq: uint64(seq)}); err != nil {
				return err
			}
		}
		for last := int64(-1); ; {
			select {
			case <-finished:
				return nil
			case <-time.After(patience):
				now := handled.Load()
				if now == last {
					return nil
				}
				last = now
			}
		}
	})
	f := deluge{lost: int64(n) - handled.Load(), wrong: wrong.Load(), peak: peak()}
	if f.lost < 0 {
		return f, errors.New("more was handled than was sent")
	}
	return f, err
}

// toil is what makes the actor slow: about half a microsecond.
func toil(m message) {
	x := m.seq | 1
	for range 300 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	sweat.Store(x)
}

// sweat keeps toil from being removed.
var sweat atomic.Uint64

// watchMemory looks every few milliseconds, without stopping the world, until
// peak is called.
func watchMemory() (peak func() int64) {
	stop, result := make(chan struct{}), make(chan int64)
	go func() {
		samples := []metrics.Sample{
			{Name: "/memory/classes/heap/objects:bytes"},
			{Name: "/memory/classes/heap/stacks:bytes"},
		}
		var most uint64
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			metrics.Read(samples)
			most = max(most, samples[0].Value.Uint64()+samples[1].Value.Uint64())
			select {
			case <-tick.C:
			case <-stop:
				result <- int64(most)
				return
			}
		}
	}()
	return func() int64 {
		close(stop)
		return <-result
	}
}
