package monitoring

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel/trace"
)

// The attributes by which a log line names its span; they are OpenTelemetry's.
const (
	keyTraceID = "trace_id"
	keySpanID  = "span_id"
)

// identify adds what identifies a span, if there is one.
func (a *attrs) identify(sc trace.SpanContext) {
	if sc.IsValid() {
		*a = append(*a, slog.String(keyTraceID, sc.TraceID().String()), slog.String(keySpanID, sc.SpanID().String()))
	}
}

// NewTraceHandler returns a handler that adds trace_id and span_id to the lines
// that are logged within a span, and hands them on to next. So what a handler
// of messages logs with its context can be found by its trace:
//
//	slog.InfoContext(ctx, "order placed")
//
// The framework's own lines bear the two in any case; they are not added twice.
func NewTraceHandler(next slog.Handler) slog.Handler { return traceHandler{next} }

type traceHandler struct{ slog.Handler }

func (h traceHandler) Handle(ctx context.Context, r slog.Record) error {
	if sc := trace.SpanContextFromContext(ctx); sc.IsValid() && !isIdentified(r) {
		var a attrs
		a.identify(sc)
		r = r.Clone() // the attributes of a record may be shared
		r.AddAttrs(a...)
	}
	return h.Handler.Handle(ctx, r)
}

// isIdentified tells whether the line names its trace already.
func isIdentified(r slog.Record) (found bool) {
	r.Attrs(func(a slog.Attr) bool {
		found = a.Key == keyTraceID
		return !found
	})
	return found
}

func (h traceHandler) WithAttrs(a []slog.Attr) slog.Handler {
	return traceHandler{h.Handler.WithAttrs(a)}
}

func (h traceHandler) WithGroup(name string) slog.Handler {
	return traceHandler{h.Handler.WithGroup(name)}
}
