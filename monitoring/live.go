package monitoring

import (
	"context"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// live is a span that is open while a message is handled or a reply awaited.
// It is started on the goroutine that does so, since what that one sends has
// to bear it, and ended by the telemetry's, since ending may export.
type live struct {
	t         *Telemetry
	span      trace.Span // set by start
	ref       SpanRef    // zero if the span is not sampled
	recording bool
	ended     atomic.Bool
}

// start makes the span and returns ctx with it. It returns false if the
// provider panicked.
func (l *live) start(
	ctx context.Context, name string, kind trace.SpanKind, a attributes, root bool,
) (traced context.Context, ok bool) {
	defer func() {
		if recover() != nil {
			l.t.drops.spans.Add(1)
			traced, ok = ctx, false
		}
	}()
	options := make([]trace.SpanStartOption, 0, 4)
	options = append(options, trace.WithSpanKind(kind), trace.WithTimestamp(time.Now()), trace.WithAttributes(a...))
	if root {
		options = append(options, trace.WithNewRoot())
	}
	traced, l.span = l.t.tracer.Start(ctx, name, options...)
	l.ref = refTo(l.span.SpanContext())
	l.recording = l.span.IsRecording()
	return traced, true
}

// end has the span ended with the present time, after fill has been called
// with it. Both happen later and elsewhere.
func (l *live) end(fill func(trace.Span)) {
	if l.ended.Swap(true) || !l.recording {
		return
	}
	l.t.spans.put(&ending{live: l, fill: fill, at: time.Now()})
}

// ending is the job of ending a live span.
type ending struct {
	*live
	fill func(trace.Span)
	at   time.Time
}

func (e *ending) do() bool {
	// The span is ended whatever becomes of the fill.
	defer e.span.End(trace.WithTimestamp(e.at))
	if e.fill != nil {
		e.fill(e.span)
	}
	return true
}

func (e *ending) lost() { e.t.drops.spans.Add(1) }
