package monitoring

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"
)

// tracing is a log handler that notes each message and the span in its context.
type tracing struct {
	slog.Handler
	lines []string
	fault func() // called for every line; may be nil
}

func (h *tracing) logger() *slog.Logger {
	h.Handler = slog.DiscardHandler
	return slog.New(h)
}

func (h *tracing) Enabled(context.Context, slog.Level) bool { return true }

func (h *tracing) Handle(ctx context.Context, r slog.Record) error {
	if h.fault != nil {
		h.fault()
	}
	h.lines = append(h.lines, r.Message+" "+trace.SpanContextFromContext(ctx).SpanID().String())
	return nil
}

// faulty is a monitor whose Record does whatever a test wants.
type faulty[E Event] struct {
	*Memory[E] // embedding ours makes it none of ours
	fault      func()
}

func (f faulty[E]) Record(event E) {
	f.fault()
	f.Memory.Record(event)
}

// everything calls all that an actor and a supervisor may call.
func (s stage) everything(ctx context.Context) {
	handled, span := s.StartProcess(ctx, Sampled(ctx), ProcessInfo{Type: "Orders", Message: "Place"})
	ask := s.StartAsk(handled, AskInfo{Type: "Till", Message: "Open"})
	ask.End(errors.New("closed"))
	f := worker(1, time.Now())
	span.End(&f)
	f.Trace = span.Ref()
	in := incident(f, "restart")
	in.restart(1, ticks(), nil)
	s.Report(in)
	s.Supervision(SupervisionEvent{Kind: ChildFailed})
	s.Actor(ActorEvent{Kind: Stopped})
	s.Mailbox(MailboxEvent{Kind: DeadLetter})
	s.System(SystemEvent{Kind: SystemStarted})
}

// A blocked exporter, logger or monitor holds up nobody: not the callers, and
// not each other. What does not fit is counted; when the block is gone, what
// was queued comes out.
func TestBlockedOutputIsNoticedByNobody(t *testing.T) {
	for _, where := range []string{"exporter", "logger", "monitor"} {
		t.Run(where, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				block := func() { <-release }
				log := &tracing{}
				memory := new(Memory[SupervisionEvent])
				monitor := faulty[SupervisionEvent]{memory, func() {}}
				if where == "monitor" {
					monitor.fault = block
				}
				s := newStage(t, func(c *TelemetryConfig) {
					c.Logger, c.Monitors.Supervision, c.Queue = log.logger(), monitor, 8
				})
				ctx, _ := s.rec.Start(context.Background(), "request")
				if where == "exporter" {
					s.rec.OnEnd(func(string) { block() })
				}
				if where == "logger" {
					log.fault = block
				}
				begin := time.Now()
				const rounds = 20
				for range rounds {
					s.everything(ctx)
					synctest.Wait()
				}
				assert.Zero(t, time.Since(begin))
				bounded, cancel := context.WithTimeoutCause(context.Background(), time.Second, errors.New("not flushed"))
				defer cancel()
				assert.EqualError(t, s.Flush(bounded), "not flushed")

				drops := s.Drops()
				switch where {
				case "exporter":
					assert.Positive(t, drops.Incidents)
					assert.Positive(t, drops.Spans)
					assert.Equal(t, 3*rounds, int(drops.Incidents+drops.Spans)+8, "8 wait or are in progress")
					assert.Zero(t, drops.Events)
					assert.EqualValues(t, rounds, memory.Snapshot().Counts.Total())
				case "logger":
					assert.Positive(t, drops.Logs)
					assert.Zero(t, drops.Incidents+drops.Spans+drops.Events)
					assert.Len(t, s.rec.Named("supervise worker-1"), rounds)
				case "monitor":
					assert.EqualValues(t, rounds-8, drops.Events)
					assert.Zero(t, drops.Incidents+drops.Spans)
					assert.Len(t, s.rec.Named("supervise worker-1"), rounds)
				}

				close(release)
				s.flush(t)
				if where == "exporter" {
					// Each incident has made exactly one span or one count.
					assert.Equal(t, rounds, len(s.rec.Named("supervise worker-1"))+int(drops.Incidents))
				}
				if where == "monitor" {
					assert.EqualValues(t, 8, memory.Snapshot().Counts.Total())
				}
			})
		})
	}
}

// So does one that panics, or ends the goroutine it is called on.
func TestPanickingOutputIsNoticedByNobody(t *testing.T) {
	for name, fault := range map[string]func(){
		"panic":  func() { panic("out of order") },
		"goexit": runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := &tracing{fault: fault}
				s := newStage(t, func(c *TelemetryConfig) {
					c.Logger = log.logger()
					c.Monitors = Monitors{
						Supervision: faulty[SupervisionEvent]{fault: fault},
						Actor:       Tee[ActorEvent](new(Memory[ActorEvent]), faulty[ActorEvent]{fault: fault}),
						System:      faulty[SystemEvent]{fault: fault},
						Mailbox:     (*Memory[MailboxEvent])(nil),
					}
				})
				ctx, _ := s.rec.Start(context.Background(), "request")
				s.rec.OnEnd(func(string) { fault() })
				const rounds = 10
				for range rounds {
					s.everything(ctx)
				}
				s.flush(t)
				assert.Equal(t, Drops{
					Incidents: rounds, Spans: 2 * rounds, Logs: s.Drops().Logs, Events: 4 * rounds,
				}, s.Drops())
				assert.Positive(t, s.Drops().Logs)
				assert.Empty(t, s.rec.Named("supervise worker-1"))

				s.rec.OnEnd(nil)
				s.everything(ctx)
				s.flush(t)
				assert.Len(t, s.rec.Named("supervise worker-1"), 1, "it works again")
			})
		})
	}
}

// A provider that panics when a span is started costs the caller its span and
// nothing else.
func TestPanickingStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		ctx, _ := s.rec.Start(context.Background(), "request")
		s.rec.OnStart(func(string) { panic("no") })
		traced, span := s.StartProcess(ctx, Sampled(ctx), ProcessInfo{})
		assert.Equal(t, ctx, traced)
		assert.Nil(t, span)
		assert.True(t, span.Ref().IsZero())
		span.End(nil)
		assert.Nil(t, s.StartAsk(ctx, AskInfo{}))
		s.Report(incident(worker(1, time.Now()), "stop"))
		s.flush(t)
		assert.Equal(t, Drops{Incidents: 1, Spans: 2}, s.Drops())
		assert.Contains(t, s.log.String(), "actor failed", "the line is logged all the same")

		// If it is only the root that cannot be made, the rest is.
		s.rec.OnStart(func(name string) {
			if name == "process Orders/Place" {
				panic("no")
			}
		})
		in := incident(worker(1, time.Now()), "stop")
		in.Failure.Previous = Sampled(ctx)
		s.Report(in)
		s.flush(t)
		require.Len(t, s.rec.Spans(), 1)
		assert.True(t, s.rec.Spans()[0].IsRoot())
		assert.Len(t, s.rec.Spans()[0].Links, 1)
	})
}

// rude is an error all of whose methods panic.
type rude struct{}

func (rude) Error() string { panic("rude") }
func (rude) Stack() string { panic("rude") }

// knot is an error that says it wraps others, and panics when asked for them.
type knot struct{ rude }

func (knot) Unwrap() error { panic("rude") }

func TestErrorsThatPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, func(c *TelemetryConfig) { c.Redact = func(string) string { panic("rude") } })
		for _, err := range []error{rude{}, knot{}, errors.Join(knot{})} {
			f := worker(1, time.Now())
			f.Err = err
			in := incident(f, "escalate")
			in.Err = err
			s.Report(in)
		}
		s.flush(t)
		assert.Zero(t, s.Dropped())
		assert.Len(t, s.rec.Spans(), 6)
		assert.Contains(t, s.log.String(), "the redaction hook panicked")
	})
}

// A span whose context cannot be read is as good as none.
type opaque struct{ trace.Span }

func (opaque) SpanContext() trace.SpanContext { panic("opaque") }

func TestSampledSurvivesAPanickingSpan(t *testing.T) {
	ctx := trace.ContextWithSpan(context.Background(), opaque{})
	assert.True(t, Sampled(ctx).IsZero())
}
