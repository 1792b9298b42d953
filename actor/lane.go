package actor

import (
	"sync"
	"sync/atomic"
)

// A signal is one piece of control traffic: start, stop, a child's end, a
// timer's tick. It is applied on the actor's run loop. apply reports whether
// the run still belongs to the caller: a run whose user code was abandoned
// meanwhile has lost it, and must touch nothing more.
type signal interface {
	apply(c *core) (mine bool)
}

// A lane carries control traffic to one actor, apart from its mailbox and
// ahead of it. It has no bound, so that nobody who reports an end or asks for
// a stop ever blocks.
type lane struct {
	// waiting is how many signals there are. The run loop looks at it before
	// each message without taking mu.
	waiting atomic.Int32

	mu    sync.Mutex
	first signal   // protected by mu: the oldest, if it came when there was no other
	rest  *signals // protected by mu: those after it; made on demand
}

// signals are some in the order in which they came.
type signals struct {
	queue []signal
	head  int // queue[:head] has been taken
}

// keepSignals bounds the room that an idle actor keeps for its next signals.
const keepSignals = 16

func (l *lane) push(s signal) {
	l.mu.Lock()
	switch {
	case l.waiting.Load() == 0:
		l.first = s
	case l.rest == nil:
		l.rest = &signals{queue: []signal{s}}
	default:
		l.rest.push(s)
	}
	l.waiting.Add(1)
	l.mu.Unlock()
}

// take returns the oldest signal, or nil. Signals are taken one by one: what
// is still in the lane when user code has to be abandoned is not lost.
func (l *lane) take() signal {
	if l.waiting.Load() == 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.first
	if s != nil {
		l.first = nil
	} else {
		s = l.rest.take()
	}
	if l.waiting.Add(-1) == 0 && l.rest != nil && cap(l.rest.queue) > keepSignals {
		l.rest = nil
	}
	return s
}

func (q *signals) push(s signal) {
	if len(q.queue) == cap(q.queue) && q.head > len(q.queue)/2 {
		// A lane that is never empty must not grow for ever.
		n := copy(q.queue, q.queue[q.head:])
		clear(q.queue[n:])
		q.queue, q.head = q.queue[:n], 0
	}
	q.queue = append(q.queue, s)
}

// take returns the oldest signal, of which there is one.
func (q *signals) take() signal {
	s := q.queue[q.head]
	q.queue[q.head] = nil
	if q.head++; q.head == len(q.queue) {
		q.queue, q.head = q.queue[:0], 0
	}
	return s
}
