package monitoring

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// scope is the instrumentation scope of all spans and metrics.
const scope = "github.com/understudy-go/understudy"

// Defaults of a TelemetryConfig.
const (
	DefaultQueue              = 1024
	DefaultIncidentsPerSecond = 100
)

// TelemetryConfig says where the telemetry of an actor system goes. The zero
// TelemetryConfig is valid.
type TelemetryConfig struct {
	// System is the name of the actor system. It may be empty.
	System string
	// TracerProvider makes the spans. Nil means OpenTelemetry's global one.
	TracerProvider trace.TracerProvider
	// MeterProvider makes the metrics. Nil means OpenTelemetry's global one.
	// Whether it does anything is asked once, by NewTelemetry: if it does not,
	// there are no metrics, and nothing is counted for them.
	MeterProvider metric.MeterProvider
	// Logger takes the log lines. Nil means slog.Default(); a logger over
	// slog.DiscardHandler makes none.
	Logger *slog.Logger
	// Redact is given the text and the stack trace of every error before they
	// go into a span or a log line, and returns what may be shown. Nil means
	// that all may be shown. It does not see what goes to Monitors.
	Redact func(string) string
	// Monitors get the events. A nil one gets none.
	Monitors Monitors
	// Queue is how many spans and incidents may wait to be exported; as many
	// log lines, events, and batches of measurements may wait for theirs. Zero means
	// DefaultQueue.
	Queue int
	// IncidentsPerSecond is how many incidents are reported, with spans and
	// log lines, in a second; twice as many may come at once. Zero means
	// DefaultIncidentsPerSecond.
	IncidentsPerSecond int
}

// Validate returns an error that wraps ErrInvalidConfig and names the field,
// if a field has a value that it must not have.
func (c TelemetryConfig) Validate() error {
	if c.Queue < 0 {
		return fmt.Errorf("%w: Queue is negative: %d", ErrInvalidConfig, c.Queue)
	}
	if c.IncidentsPerSecond < 0 {
		return fmt.Errorf("%w: IncidentsPerSecond is negative: %d", ErrInvalidConfig, c.IncidentsPerSecond)
	}
	return nil
}

// Telemetry turns what happens in one actor system into spans, log lines and
// events. Its methods never block on, fail with, or panic from what the
// exporter, the logger or a monitor does: these are called on goroutines of
// its own, which live only while there is work. What does not fit into their
// queues is lost and counted.
//
// A nil *Telemetry is valid and does nothing.
type Telemetry struct {
	system   string
	tracer   trace.Tracer
	logger   *slog.Logger // nil means slog.Default() at the time of use
	redact   redactor
	limit    *bucket // incidents
	letters  letters
	monitors struct {
		supervision feed[SupervisionEvent]
		actor       feed[ActorEvent]
		mailbox     feed[MailboxEvent]
		system      feed[SystemEvent]
		topic       feed[TopicEvent]
	}

	parts               parts
	spans, logs, events lane
	drops               counters
	metrics             *metrics // nil if there are none
}

// NewTelemetry returns the telemetry of one actor system. It starts no
// goroutine.
func NewTelemetry(cfg TelemetryConfig) (t *Telemetry, err error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	// A provider that panics does it here, once, where somebody reads it.
	defer func() {
		if v := recover(); v != nil {
			t, err = nil, fmt.Errorf("monitoring: a telemetry provider panicked: %v", v)
		}
	}()
	if cfg.TracerProvider == nil {
		cfg.TracerProvider = otel.GetTracerProvider()
	}
	if cfg.MeterProvider == nil {
		cfg.MeterProvider = otel.GetMeterProvider()
	}
	if cfg.Queue == 0 {
		cfg.Queue = DefaultQueue
	}
	if cfg.IncidentsPerSecond == 0 {
		cfg.IncidentsPerSecond = DefaultIncidentsPerSecond
	}
	t = &Telemetry{
		system:  clip(cfg.System, maxName),
		tracer:  cfg.TracerProvider.Tracer(scope, trace.WithInstrumentationVersion(version())),
		logger:  cfg.Logger,
		redact:  redactor{cfg.Redact},
		limit:   newBucket(float64(cfg.IncidentsPerSecond), 2*float64(cfg.IncidentsPerSecond)),
		letters: newLetters(),
	}
	t.parts.size = cfg.Queue
	t.spans.size, t.logs.size, t.events.size = cfg.Queue, cfg.Queue, cfg.Queue
	t.monitors.supervision.to(cfg.Monitors.Supervision)
	t.monitors.actor.to(cfg.Monitors.Actor)
	t.monitors.mailbox.to(cfg.Monitors.Mailbox)
	t.monitors.system.to(cfg.Monitors.System)
	t.monitors.topic.to(cfg.Monitors.Topic)
	if t.metrics, err = newMetrics(cfg.MeterProvider, t.system, cfg.Queue, &t.drops); err != nil {
		return nil, fmt.Errorf("monitoring: metrics: %w", err)
	}
	return t, nil
}

// Flush waits until everything that was handed over before the call has been
// exported, logged and recorded, and the goroutines that did it have ended.
// It returns the cause of ctx if that is done first.
func (t *Telemetry) Flush(ctx context.Context) error {
	if t == nil {
		return nil
	}
	// Spans come first: the lines that belong to them are logged thereafter.
	lanes := []*lane{&t.spans, &t.logs, &t.events}
	if t.metrics != nil {
		t.metrics.handOver()
		lanes = append(lanes, &t.metrics.lane)
	}
	for _, l := range lanes {
		if busy := l.busy(); busy != nil {
			select {
			case <-busy:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	}
	return nil
}

// Close flushes, and lets the system's metrics go: the next reader that
// collects is told of them for the last time. What is still kept as a part of an
// incident that was never reported makes a trace of its own. Spans, log lines and
// events can still be handed over.
func (t *Telemetry) Close(ctx context.Context) error {
	if t != nil {
		for _, r := range t.parts.release() {
			t.hand(r)
		}
		t.metrics.close()
	}
	return t.Flush(ctx)
}

// Drops counts what was lost, because a queue was full, because there were
// too many incidents in a second, or because the exporter, the logger or the
// monitor concerned panicked.
type Drops struct {
	Incidents uint64 // incidents without their supervise span
	Spans     uint64 // spans of messages and asks that were not ended
	Logs      uint64
	Events    uint64 // not recorded by a monitor
	// Measurements are durations of messages and restarts that are missing
	// from the histograms. What is counted is never lost.
	Measurements uint64
}

// Drops returns what was lost so far.
func (t *Telemetry) Drops() Drops {
	if t == nil {
		return Drops{}
	}
	return t.drops.read()
}

// Dropped returns how much was lost so far, all in all.
func (t *Telemetry) Dropped() uint64 {
	d := t.Drops()
	return d.Incidents + d.Spans + d.Logs + d.Events + d.Measurements
}

type counters struct{ incidents, spans, logs, events, measurements atomic.Uint64 }

func (c *counters) read() Drops {
	return Drops{
		Incidents:    c.incidents.Load(),
		Spans:        c.spans.Load(),
		Logs:         c.logs.Load(),
		Events:       c.events.Load(),
		Measurements: c.measurements.Load(),
	}
}

// version returns the version of this module in the running program.
var version = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return versionIn(info)
})

func versionIn(info *debug.BuildInfo) string {
	if info.Main.Path == scope {
		return info.Main.Version
	}
	for _, m := range info.Deps {
		if m.Path == scope {
			return m.Version
		}
	}
	return ""
}
