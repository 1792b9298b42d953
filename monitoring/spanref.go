package monitoring

import (
	"context"
	"reflect"
	"sync/atomic"

	"go.opentelemetry.io/otel/trace"
)

// SpanRef is a handle on a span that has been made, or that will be made when
// its Incident is reported. It is one pointer in size and may be compared.
// The zero SpanRef stands for no span.
//
// A handle whose span does not exist, or not yet, is treated like the zero
// SpanRef by whatever is given it.
type SpanRef struct {
	cell *spanCell
}

// spanCell is what copies of a SpanRef share. It holds the span's context
// only, so that a handle keeps no span alive.
type spanCell struct {
	incident bool // the span is that of an incident; set at creation
	context  atomic.Pointer[trace.SpanContext]
}

// NewSpanRef returns a handle on a span that will be made when the Incident
// that bears it as its Ref is reported.
func NewSpanRef() SpanRef {
	return SpanRef{&spanCell{incident: true}}
}

// Sampled returns a handle on the span in ctx if that span is sampled, and
// the zero SpanRef otherwise. In a context that was never traced it costs one
// look-up of a context value.
func Sampled(ctx context.Context) SpanRef {
	span := trace.SpanFromContext(ctx)
	if t := declined.Load(); t != nil && reflect.TypeOf(span) == *t {
		return SpanRef{}
	}
	return sampled(ctx, span)
}

// declined is the type of the spans that the OpenTelemetry SDK makes of what its
// sampler has declined, once one has been seen. They are never sampled, and to be
// asked costs each of them a quarter of what a message may.
var declined atomic.Pointer[reflect.Type]

// sampled is Sampled for a span that may be; its methods are the provider's code.
// All sends of a turn share its handle, unless the handler has started a span of
// its own.
func sampled(ctx context.Context, span trace.Span) (ref SpanRef) {
	defer func() {
		if recover() != nil {
			ref = SpanRef{}
		}
	}()
	sc := span.SpanContext()
	if !sc.IsSampled() {
		if sc.IsValid() {
			learn(reflect.TypeOf(span))
		}
		return SpanRef{}
	}
	if turn, ok := ctx.Value(turnKey{}).(*ProcessSpan); ok && turn.ref.get().SpanID() == sc.SpanID() {
		return turn.ref
	}
	return refTo(sc)
}

// learn notes the type of a span that is not sampled if it is the one for declined.
func learn(t reflect.Type) {
	if t.PkgPath() == "go.opentelemetry.io/otel/sdk/trace" && t.Name() == "nonRecordingSpan" {
		found := t // only this one is allocated
		declined.Store(&found)
	}
}

// Context returns ctx, and in it the span that the handle stands for, if there is
// one: Sampled finds it there.
func (r SpanRef) Context(ctx context.Context) context.Context {
	if sc := r.get(); sc.IsValid() {
		return trace.ContextWithSpanContext(ctx, sc)
	}
	return ctx
}

// IsZero tells whether the handle stands for no span at all.
func (r SpanRef) IsZero() bool { return r.cell == nil }

// refTo returns a handle on a span that exists, if it is sampled.
func refTo(sc trace.SpanContext) SpanRef {
	if !sc.IsSampled() || !sc.IsValid() {
		return SpanRef{}
	}
	var r SpanRef
	r.cell = new(spanCell)
	r.set(sc)
	return r
}

// get returns the context of the span, which is not valid if there is none.
func (r SpanRef) get() trace.SpanContext {
	if r.cell == nil {
		return trace.SpanContext{}
	}
	if sc := r.cell.context.Load(); sc != nil {
		return *sc
	}
	return trace.SpanContext{}
}

// set tells all copies of the handle which span it stands for, unless they
// know already.
func (r SpanRef) set(sc trace.SpanContext) {
	if r.cell != nil && sc.IsValid() {
		own := sc // only this one is allocated
		r.cell.context.CompareAndSwap(nil, &own)
	}
}

// ofIncident tells whether the handle stands for the span of an incident.
func (r SpanRef) ofIncident() bool { return r.cell != nil && r.cell.incident }
