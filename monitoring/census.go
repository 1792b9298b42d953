package monitoring

import (
	"slices"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// maxTypes is how many types of actors a system tells apart in its metrics.
// Further ones are counted together as other: a program that makes its types
// up as it goes must not fill the memory of whoever keeps the series.
const maxTypes = 100

// census counts the actors of a system by type.
//
// What is counted for each message is counted by the actor itself, in words
// that nobody else writes to, and is added up when a reader collects. What an
// actor has counted goes into the total of its type when its address ends, so
// that nothing is lost, and nothing of the actor is kept.
type census struct {
	system attribute.KeyValue

	mu    sync.RWMutex
	types map[string]*tally // protected by mu
	all   []*tally          // protected by mu; the first is that of other
	last  atomic.Uint32     // spreads actors over the wards

	wards [16]ward
}

// ward is some of the actors. There are several, so that neither a collection
// nor the start of an actor waits long for the other.
type ward struct {
	mu     sync.Mutex
	meters []*Meter // protected by mu
}

// tally is what was counted of one type.
type tally struct {
	labels metric.MeasurementOption // the system and the type
	system attribute.KeyValue
	typ    attribute.KeyValue

	starts, restarts, processed atomic.Uint64
	stops, failures             [numKinds]atomic.Uint64 // by endKinds
	dead                        [numReasons]atomic.Uint64
}

func (c *census) init(system attribute.KeyValue) {
	c.system = system
	c.types = make(map[string]*tally)
	c.all = []*tally{c.newTally(other)}
}

func (c *census) newTally(typ string) *tally {
	t := &tally{system: c.system, typ: attribute.String(keyType, clip(typ, maxName))}
	t.labels = metric.WithAttributeSet(attribute.NewSet(t.system, t.typ))
	return t
}

// find returns the tally of a type that actors of the system are known to have,
// and that of other for anything else. An actor that has never run may be
// called by its name where a type is asked for, and names are no labels.
func (c *census) find(typ string) *tally {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if t := c.types[typ]; t != nil {
		return t
	}
	return c.all[0]
}

// of returns the tally of a type, and makes one if there is room.
func (c *census) of(typ string) *tally {
	c.mu.RLock()
	t := c.types[typ]
	c.mu.RUnlock()
	if t != nil || typ == "" {
		return c.find(typ)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch t := c.types[typ]; {
	case t != nil:
		return t
	case len(c.types) >= maxTypes || typ == other:
		return c.all[0]
	}
	t = c.newTally(typ)
	c.types[typ] = t
	c.all = append(c.all, t)
	return t
}

// enter takes an actor in.
func (c *census) enter(m *Meter) {
	m.ward = &c.wards[c.last.Add(1)%uint32(len(c.wards))]
	m.ward.mu.Lock()
	defer m.ward.mu.Unlock()
	m.at = len(m.ward.meters)
	m.ward.meters = append(m.ward.meters, m)
}

// leave adds up what an actor has counted and forgets it.
func (c *census) leave(m *Meter) {
	w := m.ward
	w.mu.Lock()
	defer w.mu.Unlock()
	m.settle()
	n := len(w.meters) - 1
	moved := w.meters[n]
	w.meters[m.at], moved.at = moved, m.at
	w.meters[n] = nil
	w.meters = w.meters[:n]
	if n == 0 {
		w.meters = nil
	}
}

// counted is a tally with what can be seen at the moment only.
type counted struct {
	*tally
	depth, deepest int
}

// count brings the tallies up to date and returns them.
func (c *census) count() []counted {
	queues := make(map[*tally]*counted)
	for i := range c.wards {
		w := &c.wards[i]
		w.mu.Lock()
		for _, m := range w.meters {
			depth := m.settle()
			q := queues[m.tally]
			if q == nil {
				q = new(counted)
				queues[m.tally] = q
			}
			q.depth += depth
			q.deepest = max(q.deepest, depth)
		}
		w.mu.Unlock()
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	var all []counted
	for _, t := range c.all {
		now := counted{tally: t}
		if q := queues[t]; q != nil {
			now.depth, now.deepest = q.depth, q.deepest
		}
		all = append(all, now)
	}
	return all
}

// observe tells a reader what was counted. Failures and dead letters of a type
// that has been seen are told of even if there were none, for a rate can only be
// computed of a series that was there before; other reasons that never were are
// left out.
func (c counted) observe(o metric.Observer, in *instruments) {
	// Stops are read before starts: what stops has been started.
	stops := c.each(o, in.stops, keyStopReason, endKinds[:], nil, c.stops[:])
	starts := c.starts.Load()
	var failures, reasons []string // to be told of in any case
	if starts > 0 {
		failures, reasons = endKinds[abnormalEnd:numKinds-1], dropReasons[:numReasons-1]
	}
	c.each(o, in.failures, keyFailureKind, endKinds[:], failures, c.failures[:])
	c.each(o, in.deadLetters, keyDropReason, dropReasons[:], reasons, c.dead[:])
	if n := c.restarts.Load(); n > 0 || starts > 0 {
		o.ObserveInt64(in.restarts, int64(n), c.labels)
	}
	if starts == 0 { // a type that is other
		return
	}
	o.ObserveInt64(in.count, int64(starts-stops), c.labels)
	o.ObserveInt64(in.starts, int64(starts), c.labels)
	o.ObserveInt64(in.processed, int64(c.processed.Load()), c.labels)
	o.ObserveInt64(in.depth, int64(c.depth), c.labels)
	o.ObserveInt64(in.deepest, int64(c.deepest), c.labels)
}

// each observes one value for each member of a closed set, zeros only for those
// in always, and returns their sum.
func (c counted) each(
	o metric.Observer, to metric.Int64Observable, key string, set, always []string, values []atomic.Uint64,
) (total uint64) {
	for i := range values {
		n := values[i].Load()
		total += n
		if n == 0 && !slices.Contains(always, set[i]) {
			continue
		}
		labels := attribute.NewSet(c.system, c.typ, attribute.String(key, set[i]))
		o.ObserveInt64(to, int64(n), metric.WithAttributeSet(labels))
	}
	return total
}
