package benchmarks

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A siege is what goes on in a system while one of its actors, the first part,
// is asked by a goroutine. An operation is a question and its answer.
type siege struct {
	parts []part
	begin func(network) (end func() error) // nil if nothing goes on
	first bool                             // the very first answer is a figure of its own
}

func BenchmarkLatencyIdle(b *testing.B)        { besieged(b, idle) }
func BenchmarkLatencyUnderFlood(b *testing.B)  { besieged(b, flooded) }
func BenchmarkLatencyAmong1000(b *testing.B)   { besieged(b, func() siege { return busy(1000) }) }
func BenchmarkBlockedHandlers10k(b *testing.B) { besieged(b, func() siege { return blocked(10_000) }) }
func BenchmarkNestedAsk16(b *testing.B)        { besieged(b, func() siege { return nested(16) }) }

func besieged(b *testing.B, s func() siege) {
	b.Helper()
	each(b, func(system contender) func(*testing.B) error {
		if system.wire == nil {
			return nil
		}
		return func(b *testing.B) error {
			b.ReportAllocs()
			b.StopTimer()
			l, err := s().answers(b, system.wire, b.N, func(ask func() error) error {
				b.StartTimer()
				defer b.StopTimer()
				return ask()
			})
			if err != nil {
				return err
			}
			l.report(b)
			return nil
		}
	})
}

// warmUpTime ends warming up where answers take long.
const warmUpTime = 100 * time.Millisecond

// latencies are the times that answers took.
type latencies struct {
	first time.Duration
	all   []time.Duration // but for the first ones, which warm up
}

// answers asks n times, timed by the second hand of each question. timed runs
// all of them.
func (s siege) answers(tb testing.TB, wire wiring, n int, timed func(func() error) error) (latencies, error) {
	tb.Helper()
	l := latencies{all: make([]time.Duration, n)}
	net := wire(tb, s.parts)
	ask := func(seq int) (time.Duration, error) {
		m := message{seq: uint64(seq)}
		began := time.Now()
		got, err := net.ask(0, m)
		took := time.Since(began)
		if err == nil && got != m.answer() {
			err = errAnswer
		}
		return took, err
	}
	end := func() error { return nil }
	if s.begin != nil {
		end = s.begin(net)
	}
	err := func() (err error) {
		began := time.Now()
		if l.first, err = ask(0); err != nil {
			return err
		}
		for seq := 0; seq < warmUp && time.Since(began) < warmUpTime; seq++ {
			if _, err := ask(seq); err != nil {
				return err
			}
		}
		return timed(func() (err error) {
			for i := range l.all {
				if l.all[i], err = ask(i); err != nil {
					return err
				}
			}
			return nil
		})
	}()
	if endErr := end(); err == nil {
		err = endErr
	}
	if !s.first {
		l.first = 0
	}
	return l, err
}

// quantile returns how long all but the slowest q took, one of q in 1000.
func (l latencies) quantile(perMille int) time.Duration {
	i := (len(l.all)*perMille+999)/1000 - 1
	return l.all[max(i, 0)]
}

func (l latencies) report(b *testing.B) {
	slices.Sort(l.all)
	b.ReportMetric(float64(l.quantile(500)), "p50-ns")
	b.ReportMetric(float64(l.quantile(990)), "p99-ns")
	b.ReportMetric(float64(l.quantile(999)), "p99.9-ns")
	b.ReportMetric(float64(l.quantile(1000)), "max-ns")
	if l.first > 0 {
		b.ReportMetric(float64(l.first), "first-ns")
	}
}

// oracle answers.
var oracle = part{answer: func(_ node, m message) message { return m.answer() }}

func idle() siege { return siege{parts: []part{oracle}} }

// flooders is how many goroutines send all the time.
const flooders = 8

// backlog is how many messages may wait in an unbounded mailbox, so that a flood
// fits into memory.
const backlog = 1 << 20

// flooded has another actor flooded by goroutines.
func flooded() siege {
	var sent, handled atomic.Int64
	sink := part{handle: func(node, message) { handled.Add(1) }}
	return siege{parts: []part{oracle, sink}, begin: func(net network) func() error {
		var stop atomic.Bool
		var crew sync.WaitGroup
		errs := make(chan error, flooders)
		for worker := range flooders {
			crew.Go(func() {
				for seq := 0; !stop.Load(); seq++ {
					for sent.Load()-handled.Load() > backlog && !stop.Load() {
						runtime.Gosched()
					}
					sent.Add(1)
					if err := net.tell(1, message{uint64(worker), uint64(seq)}); err != nil {
						errs <- err
						return
					}
				}
			})
		}
		return func() error {
			stop.Store(true)
			crew.Wait()
			select {
			case err := <-errs:
				return err
			default:
				return nil
			}
		}
	}}
}

// busy has n other actors that keep a message to themselves going.
func busy(n int) siege {
	parts := []part{oracle}
	over := newCensus()
	var stop atomic.Bool
	var failed atomic.Pointer[error]
	for i := 1; i <= n; i++ {
		parts = append(parts, part{handle: func(self node, m message) {
			if stop.Load() {
				over.mark()
			} else if err := self.send(i, message{m.from, m.seq + 1}); err != nil {
				failed.Store(&err)
				over.mark()
			}
		}})
	}
	return siege{parts: parts, begin: func(net network) func() error {
		over.expect(n)
		for i := 1; i <= n; i++ {
			if err := net.tell(i, message{}); err != nil {
				return func() error { return err }
			}
		}
		return func() error {
			stop.Store(true)
			over.wait()
			if err := failed.Load(); err != nil {
				return *err
			}
			return nil
		}
	}}
}

// blocked has n other actors whose handlers wait for something.
func blocked(n int) siege {
	parts := []part{oracle}
	entered, left := newCensus(), newCensus()
	release := make(chan struct{})
	for range n {
		parts = append(parts, part{handle: func(node, message) {
			entered.mark()
			<-release
			left.mark()
		}})
	}
	return siege{parts: parts, first: true, begin: func(net network) func() error {
		entered.expect(n)
		left.expect(n)
		for i := 1; i <= n; i++ {
			if err := net.tell(i, message{}); err != nil {
				close(release)
				return func() error { return err }
			}
		}
		entered.wait()
		return func() error {
			close(release)
			left.wait()
			return nil
		}
	}}
}

// nested has n handlers that each ask the next one, and one more that answers.
func nested(n int) siege {
	parts := make([]part, n, n+1)
	for i := range parts {
		parts[i].answer = func(self node, m message) message {
			got, err := self.ask(i+1, m)
			if err != nil {
				return message{from: ^uint64(0), seq: uint64(i)} // a wrong answer
			}
			return got
		}
	}
	return siege{parts: append(parts, oracle)}
}
