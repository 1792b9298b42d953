// Tracing shows a request that goes through three actors, one of which crashes,
// and what its supervisor makes of it, as one trace.
//
//	tracing [-otlp host:port]
//
// An HTTP server takes orders. Its handler asks the desk; the desk asks the
// stock for the goods and the printer for a receipt. The printer is made to
// panic on the first order. Stock and printer are of one office, which is
// restarted as a whole.
//
// The traces are drawn in the terminal. With -otlp they go to Jaeger, or any
// other collector that takes OTLP/gRPC.
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
	"net/http"
	"os"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/examples/internal/spans"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

func main() {
	otlp := flag.String("otlp", "", "send the spans to the collector at this `host:port` by OTLP/gRPC")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *otlp); err != nil {
		log.Fatal(err)
	}
}

// run starts the shop, orders twice, stops it, and shows the traces.
func run(ctx context.Context, out io.Writer, otlp string) error {
	sink, err := spans.Open(ctx, spans.Config{Service: "tracing", Keep: otlp == "", OTLP: otlp})
	if err != nil {
		return err
	}
	err = trade(ctx, out, sink.Provider)
	// The actors have ended, so the last spans are among those that go out now.
	if err := errors.Join(err, sink.Close(ctx)); err != nil {
		return err
	}
	if otlp != "" {
		fmt.Fprintf(out, "the traces are at %s: look for the service \"tracing\"\n", otlp)
		return nil
	}
	spans.Draw(out, sink.Kept(), nil)
	return nil
}

// trade runs the system for as long as it takes to order twice.
func trade(ctx context.Context, out io.Writer, provider trace.TracerProvider) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	stock := actor.New(actor.Spec[Reserve]{Name: "stock", New: actor.Make(NewStock)})
	printer := actor.New(actor.Spec[Print]{Name: "printer", New: NewPrinter})
	desk := actor.New(actor.Spec[Place]{
		Name: "desk",
		New:  actor.Make(func() *Desk { return &Desk{stock.Ref, printer.Ref} }),
	})
	office := supervision.New(supervision.Spec{
		Name:     "office",
		Strategy: supervision.OneForAll,
		Children: []supervision.Child{{Process: stock}, {Process: printer}},
	})
	sys, err := system.Start(ctx, system.Config{
		Name: "shop",
		Root: supervision.Spec{Children: []supervision.Child{
			{Process: office}, {Process: desk}, {Process: serve(l, desk.Ref, provider.Tracer("shop"))},
		}},
		TracerProvider: provider,
		Logger:         slog.New(slog.DiscardHandler), // the panic is on purpose: no log line
	})
	if err != nil {
		return err
	}
	defer sys.Shutdown(ctx)

	for range 2 {
		status, err := order(ctx, l.Addr().String())
		if err != nil {
			return err
		}
		fmt.Fprintln(out, "POST /orders:", status)
	}
	return sys.Shutdown(ctx)
}

// order is the client.
func order(ctx context.Context, address string) (status string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/orders", http.NoBody)
	if err != nil {
		return "", err
	}
	req.Close = true // the server is going to end
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	return resp.Status, nil
}
