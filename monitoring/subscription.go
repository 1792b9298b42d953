package monitoring

import (
	"slices"
	"sync/atomic"
)

// DefaultBuffer is how many events a Subscription holds unless told otherwise.
const DefaultBuffer = 256

// Subscription passes on events as they are recorded. It is a channel with a
// bound: an event that finds it full is dropped and counted, so that a reader
// that is slow, or has gone, holds up nobody. It has no goroutine.
type Subscription[E Event] struct {
	memory  *Memory[E]
	from    Severity
	events  chan E // sent to and closed with memory.mu held
	dropped atomic.Uint64
}

// Subscribe returns a subscription to what the Memory records from now on, if
// its severity is from or more; zero means all that is recorded, which is never
// less than Min. The buffer is how many events may wait to be read: less than
// one means DefaultBuffer.
//
// Events come in the order in which they are recorded. A Snapshot taken after
// Subscribe may hold some that come through the subscription as well; none is
// missing from both. Reset leaves subscriptions as they are.
//
// The subscription lasts until Cancel is called.
func (m *Memory[E]) Subscribe(from Severity, buffer int) *Subscription[E] {
	if buffer < 1 {
		buffer = DefaultBuffer
	}
	s := &Subscription[E]{memory: m, from: from, events: make(chan E, buffer)}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.subscriptions = append(m.subscriptions, s)
	return s
}

// Events returns the channel of events. It is closed by Cancel, after which
// what is in it can still be read.
func (s *Subscription[E]) Events() <-chan E { return s.events }

// Dropped returns how many events found the buffer full.
func (s *Subscription[E]) Dropped() uint64 { return s.dropped.Load() }

// Cancel ends the subscription: when it has returned, no more events come. Only
// the first call has an effect.
func (s *Subscription[E]) Cancel() {
	m := s.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.Index(m.subscriptions, s)
	if i < 0 {
		return
	}
	m.subscriptions = slices.Delete(m.subscriptions, i, i+1)
	close(s.events)
}

// publish passes an event on, with memory.mu held.
func (s *Subscription[E]) publish(event E, severity Severity) {
	if severity < s.from {
		return
	}
	select {
	case s.events <- event:
	default:
		s.dropped.Add(1)
	}
}
