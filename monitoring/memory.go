package monitoring

import (
	"sync"
	"sync/atomic"
)

// DefaultHistory is how many events a Memory keeps unless told otherwise.
const DefaultHistory = 1000

// Memory is a monitor that counts events by severity, keeps the most recent
// ones, and passes them on to whoever has subscribed. The zero Memory is ready for use. It must not be copied after
// its first use, and its exported fields must not be changed after it.
type Memory[E Event] struct {
	// History is how many events are kept. Zero means DefaultHistory; a
	// negative number means that events are only counted.
	History int
	// Min is the lowest severity that is recorded: an event below it is
	// neither counted nor kept. Zero means Info.
	Min Severity

	off atomic.Bool

	mu     sync.Mutex // protects what follows
	counts Counts
	ring   []E // grows up to the history, then is overwritten in turn
	oldest int // index of the oldest event, once the ring has its full size

	subscriptions []*Subscription[E]
}

// Record counts the event and keeps it, unless it is below Min or the monitor
// has been switched off.
func (m *Memory[E]) Record(event E) { m.record(&event) }

// record is Record without another copy of the event, which is some hundred
// bytes.
func (m *Memory[E]) record(event *E) {
	if m.off.Load() {
		return
	}
	severity := (*event).Severity()
	if severity < least(m.Min) {
		return
	}
	limit := m.limit()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts[min(severity, Critical)]++
	switch {
	case len(m.ring) < limit:
		m.ring = append(m.ring, *event)
	case limit > 0:
		m.ring[m.oldest] = *event
		if m.oldest++; m.oldest == limit {
			m.oldest = 0
		}
	}
	for _, s := range m.subscriptions {
		s.publish(*event, severity)
	}
}

// count counts an event without keeping it.
func (m *Memory[E]) count(severity Severity) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts[min(severity, Critical)]++
}

// Snapshot returns the counts and the events as they were at one moment: no
// event is in the counts and not yet in the history, or the other way round.
func (m *Memory[E]) Snapshot() Snapshot[E] {
	m.mu.Lock()
	defer m.mu.Unlock()
	recent := make([]E, 0, len(m.ring))
	recent = append(recent, m.ring[m.oldest:]...)
	recent = append(recent, m.ring[:m.oldest]...)
	return Snapshot[E]{Counts: m.counts, Recent: recent}
}

// Reset sets the counts to zero and forgets the history.
func (m *Memory[E]) Reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts = Counts{}
	m.ring, m.oldest = nil, 0
}

// SetEnabled switches recording off, or on again. A Memory starts switched on.
func (m *Memory[E]) SetEnabled(on bool) { m.off.Store(!on) }

// Enabled tells whether events are recorded.
func (m *Memory[E]) Enabled() bool { return !m.off.Load() }

func (m *Memory[E]) limit() int {
	switch {
	case m.History == 0:
		return DefaultHistory
	case m.History < 0:
		return 0
	}
	return m.History
}

// least returns the severity from which on a monitor records.
func least(s Severity) Severity {
	if s == 0 {
		return Info
	}
	return s
}
