package metrictest

import (
	"context"
	"slices"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
)

// Provider is a metric.MeterProvider that keeps what it is given.
type Provider struct {
	noop.MeterProvider

	mu        sync.Mutex // protects what follows
	onRecord  func(name string)
	points    map[key]*Point // of histograms
	callbacks []*registration
}

// key tells points apart.
type key struct {
	name   string
	labels attribute.Distinct
}

// New returns a Provider without instruments.
func New() *Provider { return &Provider{points: make(map[key]*Point)} }

// OnRecord sets a function that is called when a histogram is to record a
// value, before it does. It may block or panic. Nil takes it away.
func (p *Provider) OnRecord(hook func(name string)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.onRecord = hook
}

// Callbacks returns how many callbacks are registered.
func (p *Provider) Callbacks() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.callbacks)
}

// Collect asks all callbacks and returns what there is, sorted.
func (p *Provider) Collect() Points {
	p.mu.Lock()
	callbacks := slices.Clone(p.callbacks)
	var all Points
	for _, point := range p.points {
		all = append(all, *point)
	}
	p.mu.Unlock()
	o := &observer{}
	for _, r := range callbacks {
		if err := r.callback(context.Background(), o); err != nil {
			panic(err) // the framework's never fails
		}
	}
	all = append(all, o.points...)
	all.sort()
	return all
}

// Meter returns a meter; the scope is of no interest.
func (p *Provider) Meter(string, ...metric.MeterOption) metric.Meter { return &meter{provider: p} }

type meter struct {
	noop.Meter
	provider *Provider
}

// Int64Counter returns one that does nothing but to be enabled.
func (*meter) Int64Counter(string, ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	return enabled{}, nil
}

type enabled struct{ noop.Int64Counter }

func (enabled) Enabled(context.Context) bool { return true }

// observable is an instrument whose values a callback gives.
type observable struct{ name, unit string }

type (
	counter struct {
		noop.Int64ObservableCounter
		observable
	}
	sum struct {
		noop.Int64ObservableUpDownCounter
		observable
	}
	gauge struct {
		noop.Int64ObservableGauge
		observable
	}
)

func (o observable) describe() (name, unit string) { return o.name, o.unit }

func (*meter) Int64ObservableCounter(
	name string, options ...metric.Int64ObservableCounterOption,
) (metric.Int64ObservableCounter, error) {
	unit := metric.NewInt64ObservableCounterConfig(options...).Unit()
	return counter{observable: observable{name: name, unit: unit}}, nil
}

func (*meter) Int64ObservableUpDownCounter(
	name string, options ...metric.Int64ObservableUpDownCounterOption,
) (metric.Int64ObservableUpDownCounter, error) {
	unit := metric.NewInt64ObservableUpDownCounterConfig(options...).Unit()
	return sum{observable: observable{name: name, unit: unit}}, nil
}

func (*meter) Int64ObservableGauge(
	name string, options ...metric.Int64ObservableGaugeOption,
) (metric.Int64ObservableGauge, error) {
	unit := metric.NewInt64ObservableGaugeConfig(options...).Unit()
	return gauge{observable: observable{name: name, unit: unit}}, nil
}

func (m *meter) RegisterCallback(f metric.Callback, _ ...metric.Observable) (metric.Registration, error) {
	p := m.provider
	r := &registration{provider: p, callback: f}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.callbacks = append(p.callbacks, r)
	return r, nil
}

type registration struct {
	noop.Registration
	provider *Provider
	callback metric.Callback
}

// Unregister takes the callback away.
func (r *registration) Unregister() error {
	p := r.provider
	p.mu.Lock()
	defer p.mu.Unlock()
	p.callbacks = slices.DeleteFunc(p.callbacks, func(other *registration) bool { return other == r })
	return nil
}

// observer takes what a callback gives.
type observer struct {
	noop.Observer
	points Points
}

func (o *observer) ObserveInt64(of metric.Int64Observable, n int64, options ...metric.ObserveOption) {
	in, ok := of.(interface{ describe() (name, unit string) })
	if !ok {
		return
	}
	name, unit := in.describe()
	set := metric.NewObserveConfig(options).Attributes()
	o.points = append(o.points, Point{Name: name, Unit: unit, Labels: set, Value: n})
}

func (m *meter) Float64Histogram(name string, options ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	config := metric.NewFloat64HistogramConfig(options...)
	return &histogram{provider: m.provider, name: name, unit: config.Unit()}, nil
}

type histogram struct {
	noop.Float64Histogram
	provider   *Provider
	name, unit string
}

// Enabled tells that it records.
func (*histogram) Enabled(context.Context) bool { return true }

// Record takes a value.
func (h *histogram) Record(_ context.Context, value float64, options ...metric.RecordOption) {
	p := h.provider
	p.mu.Lock()
	hook := p.onRecord
	p.mu.Unlock()
	if hook != nil {
		hook(h.name)
	}
	set := metric.NewRecordConfig(options).Attributes()
	p.mu.Lock()
	defer p.mu.Unlock()
	k := key{h.name, set.Equivalent()}
	if p.points[k] == nil {
		p.points[k] = &Point{Name: h.name, Unit: h.unit, Labels: set}
	}
	p.points[k].Value++
	p.points[k].Sum += value
}
