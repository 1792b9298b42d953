package monitoring

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// observe registers the metrics. They are read by one callback when a reader
// collects, and cost nothing in between.
func (t *Telemetry) observe(provider metric.MeterProvider) error {
	meter := provider.Meter(scope, metric.WithInstrumentationVersion(version()))
	dropped, err := meter.Int64ObservableCounter("actor.telemetry.dropped",
		metric.WithDescription("Incidents, spans, log lines and events that were lost."),
		metric.WithUnit("{item}"))
	if err != nil {
		return err
	}
	kind := func(name string) metric.ObserveOption {
		return metric.WithAttributeSet(attribute.NewSet(
			attribute.String(keySystem, t.system), attribute.String(keyDropKind, name)))
	}
	incidents, spans, logs, events := kind("incident"), kind("span"), kind("log"), kind("event")
	t.metrics, err = meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		d := t.Drops()
		o.ObserveInt64(dropped, int64(d.Incidents), incidents)
		o.ObserveInt64(dropped, int64(d.Spans), spans)
		o.ObserveInt64(dropped, int64(d.Logs), logs)
		o.ObserveInt64(dropped, int64(d.Events), events)
		return nil
	}, dropped)
	return err
}

// unobserve lets go of the metrics. A provider that fails at it can do no
// more harm than to keep calling back.
func (t *Telemetry) unobserve() {
	defer func() { _ = recover() }()
	if t.metrics != nil {
		_ = t.metrics.Unregister()
	}
}
