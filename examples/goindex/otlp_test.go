package main

import (
	"fmt"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/examples/internal/collector"
)

// All spans arrive, also of the last crash before the end.
func TestOTLP(t *testing.T) {
	r, address := collector.Listen(t)
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
		assert.Equal(t, (i+1)*2*len(sampleFiles), r.Count("goindex: supervise parser-1"))
		assert.Equal(t, (i+1)*len(sampleFiles), r.Count("goindex: process LastResort/Parse"))
		assert.Equal(t, i+1, r.Count("goindex: stop goindex"))
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
