package monitoring

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// spanData describes a span that is over.
type spanData struct {
	name       string
	kind       trace.SpanKind // zero means internal
	begin, end time.Time
	attrs      attributes
	link       SpanRef
	fill       func(trace.Span) // called if the span is recorded; may be nil
}

// emit makes a span that is over and returns its context, which is not valid
// if the span could not be started. It returns false if the provider panicked.
func (t *Telemetry) emit(parent trace.SpanContext, d spanData) (sc trace.SpanContext, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	if d.end.Before(d.begin) {
		d.end = d.begin
	}
	ctx := context.Background()
	// The attributes are there from the start, so that a sampler sees them.
	options := make([]trace.SpanStartOption, 0, 5)
	options = append(options, trace.WithTimestamp(d.begin), trace.WithAttributes(d.attrs...))
	if d.kind != trace.SpanKindUnspecified {
		options = append(options, trace.WithSpanKind(d.kind))
	}
	if parent.IsValid() {
		ctx = trace.ContextWithSpanContext(ctx, parent)
	} else {
		options = append(options, trace.WithNewRoot())
	}
	if link := d.link.get(); link.IsSampled() {
		options = append(options, trace.WithLinks(trace.Link{SpanContext: link}))
	}
	_, span := t.tracer.Start(ctx, d.name, options...)
	sc = span.SpanContext()
	defer span.End(trace.WithTimestamp(d.end))
	if d.fill != nil && span.IsRecording() {
		d.fill(span)
	}
	return sc, true
}

// fail shows in a span how the incarnation ended.
func (t *Telemetry) fail(span trace.Span, f *Failure) {
	var a attributes
	a.text(keyFailureKind, f.Kind)
	a.text(keyErrorType, errorType(f.Err))
	span.SetAttributes(a...)
	if f.abnormal() {
		t.exception(span, f.Err, f.Kind, f.At)
	}
}

// because adds the event that shows an error, without marking the span as
// failed.
func (t *Telemetry) because(span trace.Span, err error, at time.Time) {
	var a attributes
	a.text(keyExceptionType, errorType(err))
	a.whole(keyExceptionMessage, t.redact.error(err))
	span.AddEvent("exception", trace.WithAttributes(a...), trace.WithTimestamp(at))
}

// exception marks a span as failed and adds the event that shows the error.
// The event is not made by RecordError, which would cut the text without
// redacting it and show the stack of this goroutine.
func (t *Telemetry) exception(span trace.Span, err error, otherwise string, at time.Time) {
	text := t.redact.error(err)
	if err == nil {
		text = otherwise
	}
	span.SetStatus(codes.Error, text)
	var a attributes
	a.text(keyExceptionType, errorType(err))
	a.whole(keyExceptionMessage, text)
	a.whole(keyExceptionStack, t.redact.stack(err))
	options := []trace.EventOption{trace.WithAttributes(a...)}
	if !at.IsZero() {
		options = append(options, trace.WithTimestamp(at))
	}
	span.AddEvent("exception", options...)
}
