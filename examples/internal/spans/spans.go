// Package spans takes the spans of an example program to where a person looks
// at them: the terminal, as trees, or a collector such as Jaeger, or both.
package spans

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

// Config says where the spans of a program go.
type Config struct {
	// Service is the name by which the program is found in a collector, unless
	// OTEL_SERVICE_NAME says another.
	Service string
	// Keep says that the spans are kept, to be drawn.
	Keep bool
	// OTLP is the host:port, or the URL, of a collector that takes OTLP/gRPC.
	// Empty means the one that OTEL_EXPORTER_OTLP_ENDPOINT names, if any.
	OTLP string
}

// Spans is where the spans of a run go.
type Spans struct {
	// Provider makes the spans. It makes none if they go nowhere.
	Provider trace.TracerProvider

	sdk  *sdk.TracerProvider // nil: nowhere
	kept *keeper             // nil: they are not kept
	sent *sender             // nil: no collector
}

// Open returns where the spans go. A collector need not be there yet.
func Open(ctx context.Context, c Config) (*Spans, error) {
	s := &Spans{Provider: noop.NewTracerProvider()}
	var to []sdk.TracerProviderOption
	if c.Keep {
		s.kept = new(keeper)
		to = append(to, sdk.WithSyncer(s.kept))
	}
	if c.OTLP != "" || fromEnv() {
		exporter, err := otlptracegrpc.New(ctx, collectorOptions(c.OTLP)...)
		if err != nil {
			return nil, fmt.Errorf("collector: %w", err)
		}
		s.sent = &sender{SpanExporter: exporter}
		// Crashes come in bursts: the usual queue of 2,048 spans would lose some.
		to = append(to, sdk.WithBatcher(s.sent, sdk.WithMaxQueueSize(1<<16)))
		// What goes wrong is told by Close, once.
		otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) {}))
	}
	if len(to) == 0 {
		return s, nil
	}
	who, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", c.Service)),
		resource.WithTelemetrySDK(),
		resource.WithFromEnv(), // last: OTEL_SERVICE_NAME prevails
	)
	if err != nil {
		return nil, fmt.Errorf("resource: %w", err)
	}
	s.sdk = sdk.NewTracerProvider(append(to, sdk.WithResource(who))...)
	s.Provider = s.sdk
	return s, nil
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

// Close sends what has not been sent. It is called after the actor system has
// ended, so that the last spans are among them. The error says how many did not
// arrive.
func (s *Spans) Close(ctx context.Context) error {
	if s.sdk == nil {
		return nil
	}
	err := s.sdk.Shutdown(ctx)
	if s.sent != nil {
		err = errors.Join(s.sent.failure(), err)
	}
	return err
}

// Kept returns the spans that were kept and have ended.
func (s *Spans) Kept() []sdk.ReadOnlySpan {
	if s.kept == nil {
		return nil
	}
	s.kept.mu.Lock()
	defer s.kept.mu.Unlock()
	return append([]sdk.ReadOnlySpan(nil), s.kept.spans...)
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
