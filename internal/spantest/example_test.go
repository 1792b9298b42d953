package spantest_test

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/understudy-go/understudy/internal/spantest"
)

func ExampleRecorder_Tree() {
	rec := spantest.New()
	tracer := rec.Tracer("shop")
	at := func(ms int64) trace.SpanEventOption { return trace.WithTimestamp(time.UnixMilli(ms)) }

	ctx, request := tracer.Start(context.Background(), "POST /orders", at(0), trace.WithSpanKind(trace.SpanKindServer))
	_, query := tracer.Start(ctx, "INSERT", at(2), trace.WithAttributes(attribute.Int("rows", 1)))
	query.End(at(5))
	request.End(at(6))

	fmt.Print(rec.Tree("rows"))
	// Output:
	// POST /orders (server) 0s+6ms
	//   INSERT 2ms+3ms {rows=1}
}
