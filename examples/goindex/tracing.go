package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// tracing is where the spans of a run go: into the terminal, to a collector,
// both, or nowhere.
type tracing struct {
	provider trace.TracerProvider
	sdk      *sdk.TracerProvider // nil: nowhere
	kept     *keeper             // nil: not wanted in the terminal
	sent     *sender             // nil: no collector
}

func newTracing(ctx context.Context, o options) (*tracing, error) {
	t := &tracing{provider: noop.NewTracerProvider()}
	var to []sdk.TracerProviderOption
	if o.trace {
		t.kept = new(keeper)
		to = append(to, sdk.WithSyncer(t.kept))
	}
	if o.otlp != "" || fromEnv() {
		exporter, err := otlptracegrpc.New(ctx, collectorOptions(o.otlp)...)
		if err != nil {
			return nil, fmt.Errorf("collector: %w", err)
		}
		t.sent = &sender{SpanExporter: exporter}
		// Crashes come in bursts: the usual queue of 2,048 spans would lose some.
		to = append(to, sdk.WithBatcher(t.sent, sdk.WithMaxQueueSize(1<<16)))
		// What goes wrong is told by close, once.
		otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) {}))
	}
	if len(to) == 0 {
		return t, nil
	}
	who, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", "goindex")),
		resource.WithTelemetrySDK(),
		resource.WithFromEnv(), // last: OTEL_SERVICE_NAME prevails
	)
	if err != nil {
		return nil, fmt.Errorf("resource: %w", err)
	}
	t.sdk = sdk.NewTracerProvider(append(to, sdk.WithResource(who))...)
	t.provider = t.sdk
	return t, nil
}

// fromEnv reports whether OpenTelemetry's variables name a collector. The
// exporter reads them itself.
func fromEnv() bool {
	return os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
}

// collectorOptions says how to reach a collector. A run lasts seconds: where
// none answers it is not tried for the usual minute.
func collectorOptions(endpoint string) []otlptracegrpc.Option {
	to := []otlptracegrpc.Option{otlptracegrpc.WithRetry(otlptracegrpc.RetryConfig{
		Enabled:         true,
		InitialInterval: 100 * time.Millisecond,
		MaxInterval:     time.Second,
		MaxElapsedTime:  time.Second,
	})}
	switch {
	case endpoint == "":
		return to // the environment says where
	case strings.Contains(endpoint, "://"):
		return append(to, otlptracegrpc.WithEndpointURL(endpoint))
	default:
		return append(to, otlptracegrpc.WithEndpoint(endpoint), otlptracegrpc.WithInsecure())
	}
}

// close sends what has not been sent. It is called after the actor system has
// ended, so that the last spans are among them. The error says how many did not
// arrive.
func (t *tracing) close(ctx context.Context) error {
	if t.sdk == nil {
		return nil
	}
	err := t.sdk.Shutdown(ctx)
	if t.sent != nil {
		err = errors.Join(t.sent.failure(), err)
	}
	return err
}

// A sender notes which spans its exporter could not send.
type sender struct {
	sdk.SpanExporter

	mu   sync.Mutex
	lost int   // protected by mu
	err  error // protected by mu: the first
}

// ExportSpans implements sdk.SpanExporter.
func (s *sender) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	err := s.SpanExporter.ExportSpans(ctx, spans)
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.lost += len(spans)
		if s.err == nil {
			s.err = err
		}
	}
	return err
}

func (s *sender) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		return nil
	}
	return fmt.Errorf("%d spans were not sent: %w", s.lost, s.err)
}

// A keeper is a span exporter that keeps the spans.
type keeper struct {
	mu    sync.Mutex
	spans []sdk.ReadOnlySpan // protected by mu
}

// ExportSpans implements sdk.SpanExporter.
func (k *keeper) ExportSpans(_ context.Context, spans []sdk.ReadOnlySpan) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.spans = append(k.spans, spans...)
	return nil
}

// Shutdown implements sdk.SpanExporter.
func (k *keeper) Shutdown(context.Context) error { return nil }
