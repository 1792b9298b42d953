package actor

import (
	"math/rand/v2"
	"time"

	"github.com/understudy-go/understudy/monitoring"
)

// Metrics cost a message next to nothing. How many were handled is what the
// mailbox counts anyway. One in 64 is timed, for the clock alone takes as long
// as everything else: the run loop counts messages, says by a bit of asks that
// one is to be timed, and the next sender to come puts the time into its
// message. Without metrics that bit is never set, and the count never comes to
// its end.

// timedEvery is how many messages there are to one that is timed, on average.
const timedEvery = 64

// gap is how many messages to let pass. It is drawn so that each message has
// the same chance: whatever regularity there is in the messages does not meet
// one of ours, and an actor that lives for few messages is not overlooked.
func gap() int { return 1 + int(rand.ExpFloat64()*(timedEvery-1)) }

// want has the next message timed that is sent. Run loop only.
func (c *core) want() {
	c.until = int32(gap())
	c.asks.Or(timeNext)
}

// time puts the time into a message, unless another sender has been faster.
func (p *Process[M]) time(m *meta) *meta {
	if p.asks.And(^timeNext)&timeNext == 0 {
		return m
	}
	if m == nil {
		m = new(meta)
	}
	m.timed, m.sent = true, time.Now()
	return m
}

// countStarted counts an incarnation that has been made, and takes the actor
// into the metrics if it is not in them yet: only now its type is known.
func (c *core) countStarted() {
	if c.meter == nil {
		if c.meter = c.telemetry().Meter(c.Type(), c.body.load()); c.meter == nil {
			return
		}
		c.until = int32(gap())
	}
	c.meter.Started()
}

// countStopped counts the end of an incarnation, or a start that failed.
func (c *core) countStopped(inc *incarnation) {
	kind := inc.exit.Kind
	switch {
	case inc.created:
		c.meter.Stopped(kind.String())
	case kind.Abnormal() && !inc.ignored:
		var typ string // not the name, which takes its place elsewhere
		if t := c.typ.Load(); t != nil {
			typ = *t
		}
		c.telemetry().StartFailed(typ, kind.String())
	}
}

// countOver takes the actor out of the metrics: its address ends.
func (c *core) countOver() {
	c.meter.Close()
	c.meter, c.until = nil, 0
	c.asks.And(^timeNext)
}

// load implements body.
func (p *Process[M]) load() monitoring.Load { return load[M]{p} }

// load is a Process as the metrics see it, whatever goroutine they look from.
type load[M any] struct{ p *Process[M] }

// Load implements monitoring.Load. What is buried was taken from the mailbox like
// what is handled. If that happens just now it is too early to tell the one from
// the other: then it answers that there is nothing new.
func (l load[M]) Load() (handled uint64, depth int) {
	r := l.p.rare.Load()
	if r == nil {
		s := l.p.queue.Stats()
		if l.p.rare.Load() == nil {
			return s.Dequeued, s.Depth
		}
		return 0, s.Depth
	}
	before := r.burials.Load()
	aside := uint64(r.aside.Load())
	s := l.p.queue.Stats()
	handled = s.Dequeued - r.buried.Load() - aside
	if before%2 == 1 || r.burials.Load() != before {
		handled = 0
	}
	return handled, s.Depth + int(aside)
}
