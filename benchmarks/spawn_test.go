package benchmarks

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"
)

// million is how many actors are alive at once in the largest cases.
const million = 1_000_000

// A population is n actors, with mailboxes as the system makes them by
// default. Each marks the census when it is made, and again when it handles a
// message.
type population struct {
	spawn     func() error      // makes all; the census knows when they are ready
	tell      func() error      // sends a message to each; the census knows when all are handled
	stopFirst func(n int) error // ends the first n, one after another; nil if the system cannot
	stopAll   func() error      // ends those that are left, and returns when the last has ended; nil if the system cannot
	alive     func() int        // how many have not ended
}

// BenchmarkSpawn100k counts in actors. One operation is one spawn; what the
// same actors cost afterwards is reported beside it.
func BenchmarkSpawn100k(b *testing.B) { spawned(b, 100_000) }

// BenchmarkSpawn1M is the same with more of them alive at once.
func BenchmarkSpawn1M(b *testing.B) { spawned(b, million) }

func spawned(b *testing.B, crowd int) {
	b.Helper()
	each(b, func(system contender) func(*testing.B) error {
		if system.spawn == nil || system.large && crowd >= million {
			return nil
		}
		return func(b *testing.B) error {
			b.ReportAllocs()
			b.StopTimer()
			var all life
			for left := b.N; left > 0; left -= crowd {
				l, err := live(b, system, min(left, crowd), func(spawn func() error) error {
					b.StartTimer()
					defer b.StopTimer()
					return spawn()
				})
				if err != nil {
					return err
				}
				all.add(l)
			}
			all.report(b)
			return nil
		}
	})
}

// A life is what a population has cost.
type life struct {
	actors         int
	idle, used     int64 // bytes, before and after the first message
	one, rest      int   // stopped one after another, and all together
	oneIn, restsIn time.Duration
}

// live has n actors made, used and stopped. timed runs what is to be timed.
func live(tb testing.TB, system contender, n int, timed func(func() error) error) (life, error) {
	tb.Helper()
	c := newCensus()
	p := system.spawn(tb, n, c)
	l := life{actors: n, rest: n}
	before := memory()

	c.expect(n)
	err := timed(func() error {
		if err := p.spawn(); err != nil {
			return err
		}
		c.wait()
		return nil
	})
	if err != nil {
		return l, err
	}
	l.idle = memory() - before

	c.expect(n)
	if err := p.tell(); err != nil {
		return l, err
	}
	c.wait()
	l.used = memory() - before

	if alive := p.alive(); alive != n {
		return l, fmt.Errorf("%d actors alive, not %d", alive, n)
	}
	if p.stopFirst != nil {
		l.one = (n + 9) / 10
		l.rest = n - l.one
		began := time.Now()
		if err := p.stopFirst(l.one); err != nil {
			return l, err
		}
		l.oneIn = time.Since(began)
		if alive := p.alive(); alive != l.rest {
			return l, fmt.Errorf("%d actors alive, not %d", alive, l.rest)
		}
	}
	if p.stopAll != nil {
		began := time.Now()
		if err := p.stopAll(); err != nil {
			return l, err
		}
		l.restsIn = time.Since(began)
		if alive := p.alive(); alive != 0 {
			return l, fmt.Errorf("%d actors alive after the last was stopped", alive)
		}
	}
	if !c.over() {
		return l, errors.New("more was handled than was sent")
	}
	return l, nil
}

func (l *life) add(o life) {
	l.actors += o.actors
	l.idle += o.idle
	l.used += o.used
	l.one += o.one
	l.rest += o.rest
	l.oneIn += o.oneIn
	l.restsIn += o.restsIn
}

func (l *life) report(b *testing.B) {
	b.ReportMetric(float64(l.idle)/float64(l.actors), "idle-B")
	b.ReportMetric(float64(l.used)/float64(l.actors), "used-B")
	if l.one > 0 {
		b.ReportMetric(float64(l.oneIn)/float64(l.one), "stop-one-ns")
	}
	if l.rest > 0 && l.restsIn > 0 {
		b.ReportMetric(float64(l.restsIn)/float64(l.rest), "stop-all-ns")
	}
}

// memory is what is in use after a collection, in bytes. Twice, because what
// is kept for one more cycle, such as a sync.Pool, is no part of an actor.
func memory() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
