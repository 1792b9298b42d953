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
