package monitoring

import (
	"context"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// AskInfo describes a question put to an actor.
type AskInfo struct {
	Type, Path string // of the actor that is asked
	Message    string // Go type of the message
}

// AskSpan is the span of the time for which an asker waits. Its methods do
// nothing on a nil AskSpan.
type AskSpan struct{ live }

// StartAsk starts the span of an ask, as a child of the span in ctx. It
// returns nil if that one is not sampled.
func (t *Telemetry) StartAsk(ctx context.Context, a AskInfo) *AskSpan {
	if t == nil || Sampled(ctx).IsZero() {
		return nil
	}
	attrs := make(attributes, 0, 4)
	attrs.text(keySystem, t.system)
	attrs.path(keyPath, a.Path)
	attrs.text(keyType, a.Type)
	attrs.text(keyMessage, a.Message)
	s := &AskSpan{live{t: t}}
	if _, ok := s.start(ctx, spanName("ask", a.Type, a.Message), trace.SpanKindClient, attrs, false); !ok {
		return nil
	}
	return s
}

// Ref returns a handle on the span, to be sent along with the question.
func (s *AskSpan) Ref() SpanRef {
	if s == nil {
		return SpanRef{}
	}
	return s.ref
}

// End ends the span as of now, with the error that the asker gets. Only the
// first call has an effect.
func (s *AskSpan) End(err error) {
	switch {
	case s == nil:
	case err == nil:
		s.end(nil)
	default:
		s.end(func(span trace.Span) {
			var a attributes
			a.text(keyErrorType, errorType(err))
			span.SetAttributes(a...)
			span.SetStatus(codes.Error, s.t.redact.error(err))
		})
	}
}
