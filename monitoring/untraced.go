package monitoring

import (
	"context"

	"go.opentelemetry.io/otel/trace"
)

// Untraced returns ctx without the span that it is in, if there is one: what
// outlives a request is not part of it.
func Untraced(ctx context.Context) context.Context {
	if !trace.SpanContextFromContext(ctx).IsValid() {
		return ctx
	}
	return trace.ContextWithSpanContext(ctx, trace.SpanContext{})
}
