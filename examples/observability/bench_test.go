package main

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
	otel "go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/sdk/metric"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// BenchmarkTell is what OpenTelemetry's own MeterProvider costs a message that
// is sent to an actor, all in all: run it with -cpu 1, so that the goroutine
// that records what was timed is paid for as well.
func BenchmarkTell(b *testing.B) {
	b.Run("no metrics", func(b *testing.B) { benchTell(b, noop.NewMeterProvider()) })
	b.Run("metrics", func(b *testing.B) {
		benchTell(b, metric.NewMeterProvider(metric.WithReader(metric.NewManualReader())))
	})
}

func benchTell(b *testing.B, meters otel.MeterProvider) {
	b.Helper()
	sum := 0
	adder := actor.New(actor.Spec[int]{
		Name: "adder", Type: "Adder", Mailbox: mailbox.Config{Capacity: 1024},
		New: actor.Make(func() actor.Actor[int] {
			return actor.Func[int](func(_ context.Context, n int) error {
				sum += n
				return nil
			})
		}),
	})
	ctx := context.Background()
	sys, err := system.Start(ctx, system.Config{
		Name:          "bench",
		Root:          supervision.Spec{Children: []supervision.Child{{Process: adder}}},
		MeterProvider: meters,
		Logger:        slog.New(slog.DiscardHandler),
	})
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if err := adder.Send(ctx, 1); err != nil {
			b.Fatal(err)
		}
	}
	require.NoError(b, sys.Shutdown(ctx))
}
