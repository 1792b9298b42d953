package jaeger

import (
	"context"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// crashes is how many there are. Twice as many in a second would all be traced.
const crashes = 100

// Print asks for a print, for which there may be no ink.
type Print struct {
	Ink   bool
	Reply actor.Reply[int]
}

// Printer is an actor that panics where there is no ink.
type Printer struct{}

// Receive implements actor.Actor.
func (Printer) Receive(_ context.Context, msg Print) error {
	if !msg.Ink {
		panic("out of ink")
	}
	msg.Reply.Send(1)
	return nil
}

// A crash in an actor system is found in Jaeger, by whichever protocol it came
// there, as the tree that a person is to see, and none is missing.
func TestCrashIsFoundInJaeger(t *testing.T) {
	jaeger := start(t)
	for _, way := range []struct {
		name     string
		exporter func(context.Context) (sdk.SpanExporter, error)
	}{
		{"grpc", func(ctx context.Context) (sdk.SpanExporter, error) {
			return otlptracegrpc.New(ctx, otlptracegrpc.WithEndpoint(jaeger.otlpGRPC), otlptracegrpc.WithInsecure())
		}},
		{"http", func(ctx context.Context) (sdk.SpanExporter, error) {
			return otlptracehttp.New(ctx, otlptracehttp.WithEndpoint(jaeger.otlpHTTP), otlptracehttp.WithInsecure())
		}},
	} {
		t.Run(way.name, func(t *testing.T) {
			exporter, err := way.exporter(t.Context())
			require.NoError(t, err)
			service := "shop-" + way.name
			crash(t, service, exporter)
			assertFound(t, jaeger, service)
		})
	}
}

func printer(name string) *actor.Process[Print] {
	return actor.New(actor.Spec[Print]{Name: name, New: actor.Make(func() Printer { return Printer{} })})
}

// crash runs a system in which actors crash, and returns when all its spans
// have been sent.
func crash(t *testing.T, service string, exporter sdk.SpanExporter) {
	t.Helper()
	provider := sdk.NewTracerProvider(
		sdk.WithBatcher(exporter, sdk.WithMaxQueueSize(1<<14)),
		sdk.WithResource(resource.NewSchemaless(attribute.String("service.name", service))),
	)
	first, second := printer("printer-1"), printer("printer-2")
	sys, err := system.Start(t.Context(), system.Config{
		Name: "shop",
		Root: supervision.Spec{
			Strategy: supervision.RestForOne,
			Children: []supervision.Child{{Process: first}, {Process: second}},
			Limit:    supervision.AtMost(2*crashes, time.Hour),
		},
		TracerProvider: provider,
		Logger:         slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)

	tracer := provider.Tracer("shop")
	for range crashes {
		ctx, request := tracer.Start(t.Context(), "POST /orders")
		_, err := actor.Ask(ctx, first.Ref, func(r actor.Reply[int]) Print { return Print{Reply: r} })
		require.Error(t, err)
		request.End()
	}
	// When both have answered, in this order, the last restart is over.
	for _, p := range []*actor.Process[Print]{first, second} {
		_, err = actor.Ask(t.Context(), p.Ref, func(r actor.Reply[int]) Print { return Print{Ink: true, Reply: r} })
		require.NoError(t, err)
	}
	// First the actor system, then the provider.
	require.NoError(t, sys.Shutdown(t.Context()))
	require.NoError(t, provider.Shutdown(t.Context()))
}

func assertFound(t *testing.T, jaeger server, service string) {
	t.Helper()

	// Nothing was lost: every crash is a trace, and so is the shutdown.
	assert.Equal(t, crashes+1, jaeger.count(t, service, nil))

	// Whatever a person searches for is found by.
	for _, by := range []struct {
		tag, value string
		want       int
	}{
		{"actor.failure.kind", "panic", crashes},
		{"error.type", "*actor.PanicError", crashes},
		{"actor.message.type", "Print", crashes},
		{"actor.path", "/shop/printer-1", crashes},
		{"actor.type", "Printer", crashes},
		{"actor.child.path", "/shop/printer-2", crashes + 1},
		{"actor.system", "shop", crashes + 1},
		{"actor.supervision.directive", "restart", crashes},
		{"actor.supervision.directive", "shutdown", 1},
		{"actor.stop.reason", "sibling_failed", crashes},
		{"actor.supervision.restarts", "7", 1},
		{"actor.failure.kind", "goexit", 0},
	} {
		got := jaeger.count(t, service, map[string]string{by.tag: by.value})
		assert.Equal(t, by.want, got, "%s=%s", by.tag, by.value)
	}

	// One of them as a person sees it.
	seventh := jaeger.search(t, service, map[string]string{"actor.supervision.restarts": "7"})
	require.Len(t, seventh, 1)
	trace := jaeger.trace(t, seventh[0].TraceID)
	assert.Equal(t, `POST /orders
  ask Printer/Print
    process Printer/Print
      supervise printer-1
        restart printer-1
          start printer-1
        restart printer-2
          start printer-2
        stop printer-2
`, trace.tree())

	assert.LessOrEqual(t, trace.named(t, "stop printer-2").Start, trace.named(t, "restart printer-1").Start)
	assert.LessOrEqual(t, trace.named(t, "restart printer-1").Start, trace.named(t, "restart printer-2").Start)

	failed := trace.named(t, "process Printer/Print")
	for tag, want := range map[string]string{
		"span.kind":               "server",
		"error":                   "true",
		"otel.status_code":        "ERROR",
		"otel.status_description": "panic: out of ink",
		"actor.incarnation":       "7",
	} {
		assert.Equal(t, want, failed.Tags.of(tag), tag)
	}
	require.Len(t, failed.Logs, 1)
	event := failed.Logs[0].Fields
	assert.Equal(t, "exception", event.of("event"))
	assert.Equal(t, "panic: out of ink", event.of("exception.message"))
	assert.Contains(t, event.of("exception.stacktrace"), "jaeger.Printer.Receive")

	decided := trace.named(t, "supervise printer-1")
	for tag, want := range map[string]string{
		"actor.supervision.restart_type": "permanent",
		"actor.supervision.max_restarts": strconv.Itoa(2 * crashes),
		"actor.supervision.window":       "1h0m0s",
		"actor.child.incarnation":        "7",
		"error":                          "",
	} {
		assert.Equal(t, want, decided.Tags.of(tag), tag)
	}
}
