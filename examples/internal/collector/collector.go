// Package collector is a collector for tests: it takes spans by OTLP/gRPC and
// keeps their names.
package collector

import (
	"context"
	"net"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	otlp "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
)

// A Collector keeps the names of the spans it is sent, each with its service's
// name before it.
type Collector struct {
	otlp.UnimplementedTraceServiceServer

	mu    sync.Mutex
	names []string // protected by mu
}

// Listen starts a collector that ends with the test, and returns its address.
func Listen(t *testing.T) (c *Collector, address string) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c, server := new(Collector), grpc.NewServer()
	otlp.RegisterTraceServiceServer(server, c)
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		server.Stop()
		assert.NoError(t, <-served)
	})
	return c, l.Addr().String()
}

// Export implements otlp.TraceServiceServer.
func (c *Collector) Export(
	_ context.Context, req *otlp.ExportTraceServiceRequest,
) (*otlp.ExportTraceServiceResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, from := range req.GetResourceSpans() {
		service := ""
		for _, a := range from.GetResource().GetAttributes() {
			if a.GetKey() == "service.name" {
				service = a.GetValue().GetStringValue()
			}
		}
		for _, scope := range from.GetScopeSpans() {
			for _, s := range scope.GetSpans() {
				c.names = append(c.names, service+": "+s.GetName())
			}
		}
	}
	return new(otlp.ExportTraceServiceResponse), nil
}

// Count returns how many spans of that name, "service: span", have come.
func (c *Collector) Count(name string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(c.names), func(n string) bool { return n != name }))
}
