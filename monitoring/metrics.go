package monitoring

import (
	"context"
	"slices"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// metrics is what the metrics of one system are made of. It does not refer to
// the Telemetry, so that a provider that keeps it keeps nothing of the user's.
type metrics struct {
	system      attribute.KeyValue
	census      census
	escalations atomic.Uint64
	timings     timings
	drops       *counters
	lane        lane // for what is recorded one by one

	instruments  instruments
	registration metric.Registration
	closed       atomic.Bool
	last         atomic.Bool // the figures of a system that is closed have been collected
}

// isReal tells whether anything comes of what is given to a meter's
// instruments. A program without metrics has OpenTelemetry's global provider,
// which does nothing until another is set.
//
// The instrument that is asked is made for that alone; what is never recorded
// is never exported.
func isReal(meter metric.Meter) (bool, error) {
	probe, err := meter.Int64Counter("actor.metrics.probe",
		metric.WithDescription("Never recorded: asked whether metrics are collected at all."))
	return err == nil && probe.Enabled(context.Background()), err
}

// newMetrics registers the metrics of a system, or returns nil if nobody
// would ever see them.
func newMetrics(provider metric.MeterProvider, system string, queue int, drops *counters) (*metrics, error) {
	meter := provider.Meter(scope, metric.WithInstrumentationVersion(version()))
	if wanted, err := isReal(meter); !wanted {
		return nil, err
	}
	m := &metrics{system: attribute.String(keySystem, system), drops: drops}
	m.lane.size = queue
	m.census.init(m.system)
	if err := m.instruments.make(meter); err != nil {
		return nil, err
	}
	var err error
	m.registration, err = meter.RegisterCallback(m.collect, m.instruments.observed()...)
	return m, err
}

// collect is the one callback of a system: whatever is counted is read here,
// when a reader collects, and costs nothing in between.
func (m *metrics) collect(_ context.Context, o metric.Observer) error {
	if m.closed.Load() && m.last.Swap(true) {
		return nil
	}
	in := &m.instruments
	for _, c := range m.census.count() {
		c.observe(o, in)
	}
	own := metric.WithAttributeSet(attribute.NewSet(m.system))
	o.ObserveInt64(in.escalations, int64(m.escalations.Load()), own)
	d := m.drops.read()
	for _, lost := range []struct {
		kind string
		n    uint64
	}{
		{"incident", d.Incidents}, {"span", d.Spans}, {"log", d.Logs}, {"event", d.Events}, {"measurement", d.Measurements},
	} {
		set := attribute.NewSet(m.system, attribute.String(keyDropKind, lost.kind))
		o.ObserveInt64(in.dropped, int64(lost.n), metric.WithAttributeSet(set))
	}
	m.handOver()
	if m.closed.Load() {
		m.lane.put(letGo{m})
	}
	return nil
}

// close lets go of the metrics, but not before they have been collected once
// more: a program that is about to end exports what it did last.
func (m *metrics) close() {
	if m != nil {
		m.handOver()
		m.closed.Store(true)
	}
}

// letGo is the job of taking the callback away, which a reader that is
// collecting may have to be waited for.
type letGo struct{ m *metrics }

func (l letGo) do() bool { return l.m.registration.Unregister() == nil }

// lost does nothing: a provider that fails at it can do no more harm than to
// keep calling back.
func (letGo) lost() {}

// The closed sets of labels. What is in none of them is called other.
var (
	endKinds    = [numKinds]string{"normal", "shutdown", "failure", "panic", "goexit", "abandoned", other}
	dropReasons = [numReasons]string{"stopped", "overflow", "late_reply", "restart", "failed", other}
)

const (
	other       = "other"
	numKinds    = 7
	numReasons  = 6
	abnormalEnd = 2 // the first of endKinds that is a failure
)

// indexIn returns where a text is in a closed set, whose last member is other.
func indexIn(set []string, s string) int {
	if i := slices.Index(set, s); i >= 0 {
		return i
	}
	return len(set) - 1
}

func (m *metrics) deadLetter(e MailboxEvent) {
	if m != nil && e.Kind == DeadLetter {
		m.census.find(e.Type).dead[indexIn(dropReasons[:], e.Reason)].Add(1)
	}
}

func (m *metrics) supervision(e SupervisionEvent) {
	switch {
	case m == nil:
	case e.Kind == ChildRestarted:
		m.census.find(e.Type).restarts.Add(1)
	case e.Kind == Escalated:
		m.escalations.Add(1)
	}
}
