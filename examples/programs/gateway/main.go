// Program gateway answers HTTP requests by asking an actor. A request has a
// deadline, and so has the ask; when the actor's mailbox is full the client is
// told so with a 503; and one that brings the actor down is one trace, from the
// request to the restart.
//
//	go run ./examples/programs/gateway
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
	"github.com/understudy-go/understudy/system/probes"
)

// run makes requests to a gateway, and writes what is answered and recorded.
// patient is how long a request may take.
func run(ctx context.Context, out io.Writer, patient time.Duration) error {
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))

	backend := actor.New(prices(Prices{"tea": 310, "air": 0}))
	var later probes.Later
	mux := http.NewServeMux()
	mux.Handle("GET /prices", &Gateway{backend.Ref, patient, provider.Tracer("gateway")})
	mux.Handle("GET /readyz", probes.Ready(&later))
	get := func(url string) {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody))
		fmt.Fprintln(out, url, w.Code, strings.TrimSpace(w.Body.String()))
	}

	get("/readyz")
	sys, err := system.Start(ctx, system.Config{
		Name:           "gateway",
		Logger:         slog.New(slog.DiscardHandler), // the crash is on purpose
		TracerProvider: provider,
		Root:           supervision.Spec{Children: []supervision.Child{{Process: backend}}},
	})
	if err != nil {
		return err
	}
	later.Set(sys)
	get("/readyz")
	get("/prices?item=tea")
	get("/prices?item=coal")
	get("/prices?item=air")

	// The actor is busy. Two requests are answered when their time is over; since
	// their questions still wait, there is no room for the third.
	reload := Reload{make(chan struct{}), make(chan struct{})}
	err = backend.Send(ctx, reload)
	if err == nil {
		<-reload.Begun
		for range 3 {
			get("/prices?item=tea")
		}
		close(reload.Done)
	}

	// The spans of the restart are exported by the end of the shutdown.
	err = errors.Join(err, sys.Shutdown(ctx))
	get("/readyz")
	get("/prices?item=tea")
	write(out, recorder.Ended())
	return errors.Join(err, provider.Shutdown(ctx))
}

func main() {
	if err := run(context.Background(), os.Stdout, 100*time.Millisecond); err != nil {
		log.Fatal(err)
	}
}
