// Observability runs a small shop and shows what goes on in it: metrics for
// Prometheus, and log lines that name their traces.
//
//	go run ./examples/observability
//	curl -s http://127.0.0.1:9464/metrics | grep ^actor_
//
// Customers order from three clerks, one order in a thousand has no items, and
// the clerk who gets it panics. After some seconds one sees, among other lines:
//
//	actor_count{actor_system="shop",actor_type="Clerk"} 3
//	actor_failures_total{actor_failure_kind="panic",actor_system="shop",actor_type="Clerk"} 3
//	actor_process_duration_seconds_count{actor_system="shop",actor_type="Clerk"} 49
//	actor_processed_messages_total{actor_system="shop",actor_type="Clerk"} 3148
//	actor_restarts_total{actor_system="shop",actor_type="Clerk"} 3
//
// No label tells the clerks apart: labels are types, never names. Which of them
// it was is in the log, and in the trace that the lines name:
//
//	level=ERROR msg="actor failed" … actor.path=/shop/clerk-2 actor.type=Clerk … error="panic: an order without items" … trace_id=ee49cd7e80c177e5d6a29dd4aa8245c2 span_id=b92cc6778101c1ff
//	level=WARN msg="actor restarted" … actor.child.path=/shop/clerk-2 … trace_id=ee49cd7e80c177e5d6a29dd4aa8245c2 span_id=e1ae73b15da2724a
//
// Ctrl-C ends it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"

	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// shop is what a run is made of.
type shop struct {
	listen func() (net.Listener, error) // for those who collect metrics
	log    io.Writer
	orders int           // how many there are; 0: no end
	pause  time.Duration // between two of them
	events *monitoring.Memory[monitoring.SupervisionEvent]
}

func main() {
	address := flag.String("listen", "127.0.0.1:9464", "the `address` at which metrics are served")
	flag.Parse()
	err := run(context.Background(), shop{
		listen: func() (net.Listener, error) {
			return new(net.ListenConfig).Listen(context.Background(), "tcp", *address)
		},
		log:    os.Stderr,
		pause:  2 * time.Millisecond,
		events: new(monitoring.Memory[monitoring.SupervisionEvent]),
	})
	if err != nil {
		log.Fatal(err)
	}
}

// run runs the shop until ctx is done, or the program is told to end.
func run(ctx context.Context, s shop) (err error) {
	registry := prometheus.NewRegistry()
	reader, err := exporter.New(exporter.WithRegisterer(registry), exporter.WithoutScopeInfo(), exporter.WithoutTargetInfo())
	if err != nil {
		return fmt.Errorf("exporter: %w", err)
	}
	meters := metric.NewMeterProvider(metric.WithReader(reader))
	// Spans go nowhere here, but they have identities. Give the provider an
	// exporter, and what the log names can be looked at.
	spans := trace.NewTracerProvider()
	// The actors are stopped first, then the providers, so that nothing is lost.
	defer func() {
		ctx := context.WithoutCancel(ctx)
		err = errors.Join(err, spans.Shutdown(ctx), meters.Shutdown(ctx))
	}()

	children, desks := clerks(3)
	children = append(children,
		supervision.Child{Process: metricsServer(s.listen, registry)},
		supervision.Child{Process: customers(desks, s.orders, s.pause), Restart: supervision.Transient},
	)
	return system.Run(ctx, system.Config{
		Name:           "shop",
		Root:           supervision.Spec{Children: children, Limit: supervision.AtMost(100, time.Minute)},
		Logger:         slog.New(monitoring.NewTraceHandler(slog.NewTextHandler(s.log, nil))),
		MeterProvider:  meters,
		TracerProvider: spans,
		Monitors:       monitoring.Monitors{Supervision: s.events},
	})
}
