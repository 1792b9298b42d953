package monitoring

import "time"

// Load is what an actor counts by itself. Load is called by readers of metrics,
// on any goroutine, and must not block.
type Load interface {
	// Load returns how many messages the actor has taken to be handled, or any
	// smaller number if that cannot be told just now, and how many are waiting.
	Load() (handled uint64, depth int)
}

// Meter is the place of one actor in the metrics of its system, from its first
// start until its address ends. Its methods do nothing on a nil Meter, and but
// for Close may be called at any time.
type Meter struct {
	metrics *metrics
	tally   *tally
	load    Load
	ward    *ward

	at      int    // protected by ward.mu: the place in the ward
	counted uint64 // protected by ward.mu: how much of load is in the tally
}

// Meter takes an actor into the metrics: one that has been made for the first
// time, or again after its address had ended. It returns nil if there are no
// metrics.
//
// The type becomes a label. A system tells a hundred of them apart, and counts
// all others together as "other".
func (t *Telemetry) Meter(typ string, load Load) *Meter {
	if t == nil || t.metrics == nil {
		return nil
	}
	m := &Meter{metrics: t.metrics, tally: t.metrics.census.of(typ), load: load}
	m.counted, _ = load.Load()
	t.metrics.census.enter(m)
	return m
}

// StartFailed counts a start that failed: kind is the class of the end, such as
// "panic". The type is empty if it is not known yet.
func (t *Telemetry) StartFailed(typ, kind string) {
	if t != nil && t.metrics != nil {
		t.metrics.census.of(typ).failures[indexIn(endKinds[:], kind)].Add(1)
	}
}

// Started counts an incarnation that has been made.
func (m *Meter) Started() {
	if m != nil {
		m.tally.starts.Add(1)
	}
}

// Stopped counts the end of one that was counted by Started. The kind is the
// class of the end, such as "shutdown".
func (m *Meter) Stopped(kind string) {
	if m == nil {
		return
	}
	m.tally.stops[indexIn(endKinds[:], kind)].Add(1)
	m.Failed(kind)
}

// Failed counts a failure after which the incarnation goes on. Its kind is that
// of the end that it would have been; what is no failure is not counted.
func (m *Meter) Failed(kind string) {
	if m == nil {
		return
	}
	if i := indexIn(endKinds[:], kind); i >= abnormalEnd {
		m.tally.failures[i].Add(1)
	}
}

// Timed records a message that was timed: when it was sent, when its handler
// was called, and when that returned, which is now. If it was handled within a
// sampled span, a provider can show that as an example.
func (m *Meter) Timed(sent, called, returned time.Time, span SpanRef) {
	if m != nil {
		m.metrics.time(timing{m.tally, called.Sub(sent), returned.Sub(called), span}, returned)
	}
}

// Close takes the actor out, once, when its address ends. What it has counted
// stays in the totals.
func (m *Meter) Close() {
	if m != nil {
		m.metrics.census.leave(m)
	}
}

// settle moves what the actor has counted since the last time into the tally,
// and returns how many messages are waiting. It is called with ward.mu held.
func (m *Meter) settle() (depth int) {
	handled, depth := m.load.Load()
	if handled > m.counted {
		m.tally.processed.Add(handled - m.counted)
		m.counted = handled
	}
	return depth
}
