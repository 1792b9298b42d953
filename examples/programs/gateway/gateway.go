package main

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/understudy-go/understudy/actor"
)

// A Gateway asks actors on behalf of HTTP requests.
type Gateway struct {
	prices  actor.Ref[PriceMsg]
	patient time.Duration // how long a request may take
	tracer  trace.Tracer
}

// ServeHTTP implements http.Handler.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, span := g.tracer.Start(r.Context(), r.Method+" /prices", trace.WithSpanKind(trace.SpanKindServer))
	defer span.End()
	ctx, cancel := context.WithTimeout(ctx, g.patient)
	defer cancel()

	item := r.URL.Query().Get("item")
	cents, err := actor.Ask(ctx, g.prices, func(re actor.Reply[int]) PriceMsg { return Quote{item, re} })
	if err != nil {
		status := statusOf(err)
		switch status {
		case http.StatusServiceUnavailable:
			w.Header().Set("Retry-After", "1")
		case http.StatusInternalServerError:
			span.SetStatus(codes.Error, http.StatusText(status))
		}
		http.Error(w, http.StatusText(status), status)
		return
	}
	_, _ = fmt.Fprintf(w, "%s costs %d cents\n", html.EscapeString(item), cents) // the client may have gone
}

// statusOf says what a client is told of an ask that failed.
func statusOf(err error) int {
	switch {
	case errors.Is(err, ErrUnknown):
		return http.StatusNotFound
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusGatewayTimeout
	case errors.Is(err, actor.ErrMailboxFull), errors.Is(err, actor.ErrStopped):
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}
