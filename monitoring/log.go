package monitoring

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// line is the job of writing one log line.
type line struct {
	t       *Telemetry
	ctx     context.Context // holds the span that the line belongs to
	level   slog.Level
	message string
	attrs   attrs
}

func (l *line) do() bool {
	l.t.log().LogAttrs(l.ctx, l.level, l.message, l.attrs...)
	return true
}

func (l *line) lost() { l.t.drops.logs.Add(1) }

func (t *Telemetry) log() *slog.Logger {
	if t.logger == nil {
		return slog.Default()
	}
	return t.logger
}

// write has a line written that belongs to a span.
func (t *Telemetry) write(level slog.Level, sc trace.SpanContext, message string, a attrs) {
	a.identify(sc)
	t.logs.put(&line{t, within(sc), level, message, a})
}

// within returns a context that says that a span is under way.
func within(sc trace.SpanContext) context.Context {
	ctx := context.Background()
	if sc.IsValid() {
		ctx = trace.ContextWithSpanContext(ctx, sc)
	}
	return ctx
}

// logFailure writes the one line that a failure gets. A failure that a
// supervisor escalated was written about when it gave up.
func (t *Telemetry) logFailure(in *Incident, sc trace.SpanContext) {
	f := &in.Failure
	if !f.abnormal() || in.isOwn() || f.Trace.ofIncident() && !f.Starting {
		return
	}
	message := "actor failed"
	if f.Starting {
		message = "actor failed to start"
	}
	a := make(attrs, 0, 13)
	a.text(keySystem, t.system)
	a.text(keyPath, clip(f.Path, maxPath))
	a.text(keyType, clip(f.Type, maxName))
	a.number(keyIncarnation, f.Incarnation)
	a.text(keyMessage, clip(f.Message, maxName))
	a.text(keyFailureKind, f.Kind)
	a.text(keyErrorType, errorType(f.Err))
	a.text("error", t.redact.error(f.Err))
	a.count(keyDepth, f.Depth)
	a.text(keyDirective, in.Directive)
	t.write(slog.LevelError, sc, message, a)
}

// logOutcome writes that the supervisor gave up, or that the restart is done.
// Whether it is cannot be told from the steps, which need not be complete. A
// restart of several children is one restart.
func (t *Telemetry) logOutcome(in *Incident, sc trace.SpanContext) {
	if in.Err == nil && !in.Restarted || in.isOwn() {
		return
	}
	a := make(attrs, 0, 13)
	a.text(keySystem, t.system)
	a.text(keyPath, clip(in.Supervisor, maxPath))
	a.text(keyChildPath, clip(in.Failure.Path, maxPath))
	a.text(keyStrategy, in.Strategy)
	a.count(keyRestarts, in.Restarts)
	a.count(keyMaxRestarts, in.MaxRestarts)
	a.duration(keyWindow, in.Window)
	a.names(keyAffected, in.Affected)
	if in.Err != nil {
		a.text(keyErrorType, errorType(in.Err))
		a.text("error", t.redact.error(in.Err))
		t.write(slog.LevelError, sc, "supervisor escalated", a)
		return
	}
	a.duration(keyBackoff, in.Backoff)
	a.duration("took", in.End.Sub(in.Begin))
	t.write(slog.LevelWarn, sc, "actor restarted", a)
}

// letters keeps the lines about dead letters from becoming a flood.
type letters struct {
	limit    *bucket
	withheld *atomic.Uint64 // since the last line
}

func newLetters() letters { return letters{newBucket(1, 10), new(atomic.Uint64)} }

// deadLetter has a line written about a dead letter, unless there were too
// many lately; then the next line says how many there were.
func (t *Telemetry) deadLetter(event MailboxEvent) {
	if !t.letters.limit.take(time.Now()) {
		t.letters.withheld.Add(1)
		return
	}
	t.logs.put(&letter{t, event, t.letters.withheld.Swap(0)})
}

// letter is the job of writing about a dead letter.
type letter struct {
	t        *Telemetry
	event    MailboxEvent
	withheld uint64
}

func (l *letter) do() bool {
	a := make(attrs, 0, 10)
	a.text(keySystem, l.t.system)
	a.text(keyPath, clip(l.event.Path, maxPath))
	a.text(keyType, clip(l.event.Type, maxName))
	a.text(keyMessage, clip(l.event.Message, maxName))
	a.text(keyDropReason, l.event.Reason)
	a.text("error", l.t.redact.error(l.event.Err))
	a.number("withheld", l.withheld)
	sc := l.event.Trace.get()
	a.identify(sc)
	l.t.log().LogAttrs(within(sc), slog.LevelWarn, "dead letter", a...)
	return true
}

func (l *letter) lost() { l.t.drops.logs.Add(1) }
