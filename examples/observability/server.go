package main

import (
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// metricsServer declares the server of the metrics, which is supervised like
// everything else.
func metricsServer(listen func() (net.Listener, error), from prometheus.Gatherer) actor.Child {
	return supervision.FromServer("metrics", func() (supervision.Server, error) {
		l, err := listen()
		if err != nil {
			return nil, err
		}
		mux := http.NewServeMux()
		mux.Handle("GET /metrics", promhttp.HandlerFor(from, promhttp.HandlerOpts{}))
		return &server{http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}, l}, nil
	})
}

// server is one that listens already when it begins to serve: a port that is
// taken is a start that failed.
type server struct {
	http.Server
	listener net.Listener
}

func (s *server) ListenAndServe() error { return s.Serve(s.listener) }
