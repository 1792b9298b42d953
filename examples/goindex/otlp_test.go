package main

import (
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
)

// receiver is a collector that keeps the names of the spans it is sent, each
// with its service's name before it.
type receiver struct {
	collector.UnimplementedTraceServiceServer

	mu    sync.Mutex
	names []string // protected by mu
}

func (r *receiver) Export(_ context.Context, req *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, from := range req.GetResourceSpans() {
		service := ""
		for _, a := range from.GetResource().GetAttributes() {
			if a.GetKey() == "service.name" {
				service = a.GetValue().GetStringValue()
			}
		}
		for _, scope := range from.GetScopeSpans() {
			for _, s := range scope.GetSpans() {
				r.names = append(r.names, service+": "+s.GetName())
			}
		}
	}
	return new(collector.ExportTraceServiceResponse), nil
}

func (r *receiver) count(name string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(r.names), func(n string) bool { return n != name }))
}

// listen starts a receiver and returns its address.
func listen(t *testing.T) (*receiver, string) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r, server := new(receiver), grpc.NewServer()
	collector.RegisterTraceServiceServer(server, r)
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		server.Stop()
		assert.NoError(t, <-served)
	})
	return r, l.Addr().String()
}

// All spans arrive, also of the last crash before the end.
func TestOTLP(t *testing.T) {
	r, address := listen(t)
	for i, how := range []func() []string{
		func() []string { return []string{"-otlp", address} },
		func() []string { return []string{"-otlp", "http://" + address} },
		func() []string {
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+address)
			t.Setenv("OTEL_SERVICE_NAME", "goindex")
			return nil
		},
	} {
		code, _, complaint := goindex(t, append(how(), "-chaos", "1", "-parsers", "1", tree(t, sample))...)
		assert.Equal(t, exitOK, code)
		assert.Empty(t, complaint)
		assert.Equal(t, (i+1)*2*len(sampleFiles), r.count("goindex: supervise parser-1"))
		assert.Equal(t, (i+1)*len(sampleFiles), r.count("goindex: process LastResort/Parse"))
		assert.Equal(t, i+1, r.count("goindex: stop goindex"))
	}
}

// Traces that were asked for and did not arrive are a failure, told once.
func TestOTLPWithoutCollector(t *testing.T) {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close()) // nobody listens there now

	code, out, complaint := goindex(t, "-otlp", address, "-chaos", "1", tree(t, sample))
	assert.Equal(t, exitFailure, code)
	assert.Contains(t, out, "quarantined", "the summary is printed all the same")
	assert.Regexp(t, fmt.Sprintf(`^goindex: \d+ spans were not sent: .*%s.*\n$`, address), complaint)
}
