package benchmarks

import "sync/atomic"

// A census counts what each actor of a population does once.
type census struct {
	left atomic.Int64
	all  chan struct{}
}

func newCensus() *census { return &census{all: make(chan struct{}, 1)} }

// expect makes ready for n marks.
func (c *census) expect(n int) { c.left.Store(int64(n)) }

// mark is called by each actor.
func (c *census) mark() {
	if c.left.Add(-1) == 0 {
		c.all <- struct{}{}
	}
}

// wait returns when all have called mark.
func (c *census) wait() { <-c.all }

// over reports whether no more marks came than were expected.
func (c *census) over() bool { return c.left.Load() == 0 }

// A roll knows how many actors have not ended.
type roll struct {
	alive atomic.Int64
	none  chan struct{}
}

func newRoll() *roll { return &roll{none: make(chan struct{}, 1)} }

// enter is called for each actor when it is made.
func (r *roll) enter() { r.alive.Add(1) }

// leave is called for each when it has ended.
func (r *roll) leave() {
	if r.alive.Add(-1) > 0 {
		return
	}
	select {
	case r.none <- struct{}{}:
	default:
	}
}

// count is how many are alive.
func (r *roll) count() int { return int(r.alive.Load()) }

// empty waits until none is.
func (r *roll) empty() {
	for r.count() > 0 {
		<-r.none
	}
}
