package main

import (
	"net"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// serve makes a child of an HTTP server that serves on a listener.
func serve(l net.Listener, desk actor.Ref[Place], tracer trace.Tracer) actor.Child {
	mux := http.NewServeMux()
	mux.Handle("POST /orders", orders{desk, tracer})
	return supervision.FromServer("http", func() (supervision.Server, error) {
		return server{&http.Server{Handler: mux, ReadHeaderTimeout: time.Second}, l}, nil
	})
}

// server serves on a listener that is there already.
type server struct {
	*http.Server
	l net.Listener
}

// ListenAndServe implements supervision.Server.
func (s server) ListenAndServe() error { return s.Serve(s.l) }

// orders hands each request on to the desk. The span that it begins travels
// with the question, and is the parent of whatever follows from it.
type orders struct {
	desk   actor.Ref[Place]
	tracer trace.Tracer
}

func (o orders) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, span := o.tracer.Start(r.Context(), "POST /orders", trace.WithSpanKind(trace.SpanKindServer))
	defer span.End()
	_, err := actor.Ask(ctx, o.desk, func(r actor.Reply[int]) Place { return Place{r} })
	if err != nil {
		span.SetStatus(codes.Error, err.Error())
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusCreated)
}
