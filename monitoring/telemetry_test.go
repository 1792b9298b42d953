package monitoring

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace"

	"github.com/understudy-go/understudy/internal/spantest"
)

func TestInvalidConfig(t *testing.T) {
	for name, cfg := range map[string]TelemetryConfig{
		"Queue":              {Queue: -1},
		"IncidentsPerSecond": {IncidentsPerSecond: -1},
	} {
		got, err := NewTelemetry(cfg)
		assert.Nil(t, got)
		require.ErrorIs(t, err, ErrInvalidConfig)
		assert.ErrorContains(t, err, name)
	}
}

// The zero configuration uses the global providers, which do nothing until a
// program sets them.
func TestZeroConfig(t *testing.T) {
	s, err := NewTelemetry(TelemetryConfig{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	ctx, span := s.StartProcess(context.Background(), SpanRef{}, ProcessInfo{})
	assert.True(t, span.Ref().IsZero())
	assert.True(t, Sampled(ctx).IsZero())
	span.End(nil)
	in := incident(worker(1, time.Now()), "restart")
	in.restart(1, ticks(), nil)
	s.Report(in)
	require.NoError(t, s.Close(context.Background()))
	assert.Zero(t, s.Dropped())
}

func TestDefaultLoggerIsLookedUpWhenUsed(t *testing.T) {
	var s Telemetry
	assert.Same(t, slog.Default(), s.log())
}

// A nil Telemetry can be used like any other: an actor outside of a system has
// none.
func TestNilTelemetry(t *testing.T) {
	var s *Telemetry
	ctx := context.Background()
	traced, span := s.StartProcess(ctx, SpanRef{}, ProcessInfo{})
	assert.Equal(t, ctx, traced)
	span.End(nil)
	s.StartAsk(ctx, AskInfo{}).End(nil)
	s.Report(new(Incident))
	s.Supervision(SupervisionEvent{})
	s.Actor(ActorEvent{})
	s.Mailbox(MailboxEvent{})
	s.System(SystemEvent{})
	s.Topic(TopicEvent{})
	assert.False(t, s.ObservesActors())
	assert.False(t, s.ObservesMailboxes())
	assert.False(t, s.ObservesTopics())
	assert.Zero(t, s.Dropped())
	assert.NoError(t, s.Flush(ctx))
	assert.NoError(t, s.Close(ctx))
	new(Telemetry).Report(nil)
}

func TestMonitorsThatAreOffCostNothing(t *testing.T) {
	s := newStage(t, func(c *TelemetryConfig) { c.Monitors.Actor = Noop[ActorEvent]{} })
	assert.False(t, s.ObservesActors(), "a Noop is as good as none")
	assert.False(t, s.ObservesMailboxes())
	assert.False(t, s.ObservesTopics())
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		s.Actor(ActorEvent{Kind: Started})
		s.Supervision(SupervisionEvent{Kind: ChildStarted})
	}))

	s = newStage(t, func(c *TelemetryConfig) {
		c.Monitors.Actor, c.Monitors.Mailbox = new(Memory[ActorEvent]), new(Slog[MailboxEvent])
		c.Monitors.Topic = new(Memory[TopicEvent])
	})
	assert.True(t, s.ObservesActors())
	assert.True(t, s.ObservesMailboxes())
	assert.True(t, s.ObservesTopics())
}

// A Memory has an event as soon as it has been handed over; other monitors
// have it after a Flush.
func TestEventsReachTheirMonitors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var supervision Memory[SupervisionEvent]
		var actor, later Memory[ActorEvent]
		var mailbox Memory[MailboxEvent]
		var system Memory[SystemEvent]
		var topic Memory[TopicEvent]
		s := newStage(t, func(c *TelemetryConfig) {
			c.Monitors = Monitors{
				Supervision: Tee[SupervisionEvent](&supervision, Noop[SupervisionEvent]{}),
				Actor:       Tee[ActorEvent](&actor, faulty[ActorEvent]{&later, func() { time.Sleep(time.Second) }}),
				Mailbox:     &mailbox,
				System:      &system,
				Topic:       &topic,
			}
		})
		s.Supervision(SupervisionEvent{Kind: ChildFailed})
		s.Mailbox(MailboxEvent{Kind: MessageDropped})
		s.System(SystemEvent{Kind: SystemStarted})
		s.Topic(TopicEvent{Kind: RoutingFailed})
		assert.EqualValues(t, 1, supervision.Snapshot().Counts.Of(Error))
		assert.EqualValues(t, 1, mailbox.Snapshot().Counts.Of(Warning))
		assert.EqualValues(t, 1, system.Snapshot().Counts.Of(Info))
		assert.EqualValues(t, 1, topic.Snapshot().Counts.Of(Warning))

		begin := time.Now()
		for i := range uint64(3) {
			s.Actor(ActorEvent{Kind: Stopped, Incarnation: i})
		}
		assert.Zero(t, time.Since(begin))
		assert.Zero(t, later.Snapshot().Counts.Total())
		s.flush(t)
		assert.Equal(t, 3*time.Second, time.Since(begin))
		for i, e := range later.Snapshot().Recent {
			assert.EqualValues(t, i, e.Incarnation, "in order")
		}
		assert.Equal(t, later.Snapshot(), actor.Snapshot())
	})
}

func TestDeadLettersAreLoggedAtAThrottledRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		lose := func(n int) {
			for range n {
				s.Mailbox(MailboxEvent{Kind: DeadLetter, Path: "/shop/till", Message: "Open", Reason: "stopped"})
				s.Mailbox(MailboxEvent{Kind: Dequeued})
			}
			s.flush(t)
		}
		lose(500)
		assert.Equal(t, 10, strings.Count(s.log.String(), "\n"))
		time.Sleep(time.Second)
		lose(1)
		lines := strings.Split(s.log.String(), "\n")
		assert.Equal(t, `level=WARN msg="dead letter" actor.system=shop actor.path=/shop/till actor.message.type=Open `+
			`actor.drop.reason=stopped`, lines[0])
		assert.Equal(t, lines[0]+" withheld=490", lines[10])
		assert.Zero(t, s.Dropped(), "what is withheld is no telemetry lost")
	})
}

func TestFlushGivesUpWithTheCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.rec.OnStart(func(string) { time.Sleep(time.Hour) })
		s.Report(incident(worker(1, time.Now()), "stop"))
		late := errors.New("late")
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(late)
		assert.Equal(t, late, s.Flush(ctx))
		assert.Equal(t, late, s.Close(ctx))
		s.flush(t)
	})
}

// An idle Telemetry has no goroutine, and goes back to none.
func TestTelemetryRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		for range 3 {
			s.Report(incident(worker(1, time.Now()), "stop"))
			synctest.Wait()
			for _, l := range []*lane{&s.spans, &s.logs, &s.events} {
				assert.Nil(t, l.busy())
				assert.Nil(t, l.jobs, "and keeps no buffer")
			}
		}
		assert.Len(t, s.rec.Spans(), 6)
	})
}

// provider stands for one that panics, or fails.
type provider struct {
	trace.TracerProvider
	noop.MeterProvider
	err error
}

func (p provider) Tracer(string, ...trace.TracerOption) trace.Tracer { panic("no tracer") }

func (p provider) Meter(string, ...metric.MeterOption) metric.Meter { return failing{err: p.err} }

type failing struct {
	noop.Meter
	err error
}

func (m failing) Int64Counter(string, ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	return noop.Int64Counter{}, m.err
}

func TestProvidersThatFailAreToldAtOnce(t *testing.T) {
	_, err := NewTelemetry(TelemetryConfig{TracerProvider: provider{}})
	assert.EqualError(t, err, "monitoring: a telemetry provider panicked: no tracer")
	wrong := errors.New("wrong")
	_, err = NewTelemetry(TelemetryConfig{TracerProvider: spantest.New(), MeterProvider: provider{err: wrong}})
	assert.ErrorIs(t, err, wrong)
}

func TestVersion(t *testing.T) {
	assert.Equal(t, "v1.2.3", versionIn(&debug.BuildInfo{Main: debug.Module{Path: scope, Version: "v1.2.3"}}))
	assert.Equal(t, "v1.0.0", versionIn(&debug.BuildInfo{Deps: []*debug.Module{{Path: "x"}, {Path: scope, Version: "v1.0.0"}}}))
	assert.Empty(t, versionIn(&debug.BuildInfo{}))
}
