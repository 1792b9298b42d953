package sampler_test

import (
	"context"
	"fmt"
	"log/slog"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/understudy-go/understudy/sampler"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// A program that traces none of its requests, and all of its crashes. Most
// programs would trace some: TraceIDRatioBased(0.01) in place of NeverSample.
func ExampleKeepSupervision() {
	spans := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithSampler(sampler.KeepSupervision(sdktrace.ParentBased(sdktrace.NeverSample()))),
		sdktrace.WithSyncer(spans),
	)
	printer := worker("printer")
	sys, err := system.Start(context.Background(), system.Config{
		Name:           "shop",
		Root:           supervision.Spec{Children: []supervision.Child{{Process: printer}}},
		TracerProvider: provider,
		Logger:         slog.New(slog.DiscardHandler),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range 1000 {
		ctx, request := provider.Tracer("shop").Start(context.Background(), "POST /orders")
		if err := printer.Send(ctx, Work{Fail: i == 500}); err != nil {
			fmt.Println(err)
		}
		request.End()
	}
	if err := sys.Shutdown(context.Background()); err != nil {
		fmt.Println(err)
	}
	for _, span := range spans.GetSpans() {
		fmt.Println(span.Name)
	}
	// Output:
	// process Worker/Work
	// supervise printer
	// restart printer
	// start printer
	// shutdown shop
	// stop shop
	// stop printer
}
