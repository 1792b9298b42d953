package monitoring

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// ProcessInfo describes the handling of one message.
type ProcessInfo struct {
	Path, Type  string // of the actor
	Message     string // Go type of the message
	Incarnation uint64
	Depth       int           // messages that are waiting behind it
	Wait        time.Duration // how long it was in the mailbox
	Ask         bool          // somebody waits for a reply
}

// ProcessSpan is the span of one message being handled. Its methods do
// nothing on a nil ProcessSpan.
type ProcessSpan struct{ live }

// StartProcess starts the span of a message that is about to be handled. Its
// parent is the span of the sender; with the zero SpanRef it begins a trace
// of its own, which the sampler may decline. The context returned is ctx with
// the span in it, for the handler; the span must be ended with End.
//
// The provider's Start method, which never exports, is called at once; if it
// panics, ctx and nil are returned.
func (t *Telemetry) StartProcess(ctx context.Context, from SpanRef, p ProcessInfo) (context.Context, *ProcessSpan) {
	if t == nil {
		return ctx, nil
	}
	kind := trace.SpanKindConsumer
	if p.Ask {
		kind = trace.SpanKindServer
	}
	a := make(attributes, 0, 8)
	a.text(keySystem, t.system)
	a.path(keyPath, p.Path)
	a.text(keyType, p.Type)
	a.number(keyIncarnation, p.Incarnation)
	a.text(keyMessage, p.Message)
	a.count(keyDepth, p.Depth)
	a.duration(keyWait, p.Wait)

	s := &ProcessSpan{live{t: t}}
	parent, under := from.get(), ctx
	if parent.IsValid() {
		under = trace.ContextWithSpanContext(ctx, parent)
	}
	traced, ok := s.start(under, spanName("process", p.Type, p.Message), kind, a, !parent.IsValid())
	if !ok {
		return ctx, nil
	}
	return context.WithValue(traced, turnKey{}, s), s
}

// Ref returns the handle that is shared by all that the handler sends. It is
// zero if the span is not sampled.
func (s *ProcessSpan) Ref() SpanRef {
	if s == nil {
		return SpanRef{}
	}
	return s.ref
}

// End ends the span as of now. If the handler failed, f says how; it is
// copied. Only the first call has an effect.
func (s *ProcessSpan) End(f *Failure) {
	if s == nil {
		return
	}
	if f == nil {
		s.end(nil)
		return
	}
	failure := *f
	s.end(func(span trace.Span) { s.t.fail(span, &failure) })
}

// turnKey finds the ProcessSpan in the context of its handler.
type turnKey struct{}
