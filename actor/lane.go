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
	head  int32     // protected by mu: queue[:head] has been taken
	queue []signal  // protected by mu
	place [1]signal // that of queue, until there is more than one at a time
}

// keepSignals bounds the room that an idle actor keeps for its next signals.
const keepSignals = 16

func (l *lane) push(s signal) {
	l.mu.Lock()
	if len(l.queue) == cap(l.queue) && int(l.head) > len(l.queue)/2 {
		// A lane that is never empty must not grow for ever.
		n := copy(l.queue, l.queue[l.head:])
		clear(l.queue[n:])
		l.queue, l.head = l.queue[:n], 0
	}
	if l.queue == nil {
		l.queue = l.place[:0]
	}
	l.queue = append(l.queue, s)
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
	s := l.queue[l.head]
	l.queue[l.head] = nil
	l.head++
	if l.waiting.Add(-1) == 0 {
		l.queue, l.head = l.queue[:0], 0
		if cap(l.queue) > keepSignals {
			l.queue = nil
		}
	}
	return s
}
