package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/actor/actortest"
	"github.com/understudy-go/understudy/examples/internal/audit"
	"github.com/understudy-go/understudy/monitoring"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// crashes is how many orders there are without items.
const crashes = 3

// TestMetricsAreServed runs the shop until all orders are placed, collects its
// metrics as Prometheus does, and ends it.
func TestMetricsAreServed(t *testing.T) {
	addresses := make(chan string, 1)
	events := actortest.NewRecorder(t)
	events.Within = time.Minute
	var log bytes.Buffer
	s := shop{
		listen: func() (net.Listener, error) {
			l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err == nil {
				addresses <- l.Addr().String()
			}
			return l, err
		},
		log:    &log,
		orders: crashes * emptyOrder,
		events: events.Monitor(),
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, s) }()
	for range crashes {
		events.Expect(actortest.Event{Kind: monitoring.ChildRestarted})
	}
	events.Wait(actortest.Event{Kind: monitoring.ChildStopped, Child: "customers"})

	families, samples := scrape(t, <-addresses)
	stop()
	require.NoError(t, <-ended)

	assert.Subset(t, families, []string{
		"actor_count gauge",
		"actor_dead_letters_total counter",
		"actor_escalations_total counter",
		"actor_failures_total counter",
		"actor_mailbox_depth gauge",
		"actor_mailbox_depth_max gauge",
		"actor_mailbox_wait_duration_seconds histogram",
		"actor_process_duration_seconds histogram",
		"actor_processed_messages_total counter",
		"actor_restarts_total counter",
		"actor_starts_total counter",
		"actor_stops_total counter",
		"actor_telemetry_dropped_total counter",
	})
	for series, want := range map[string]float64{
		`actor_count{actor_system="shop",actor_type="Clerk"}`:                                          3,
		`actor_count{actor_system="shop",actor_type="Server"}`:                                         1,
		`actor_count{actor_system="shop",actor_type="Func"}`:                                           0,
		`actor_starts_total{actor_system="shop",actor_type="Clerk"}`:                                   3 + crashes,
		`actor_stops_total{actor_stop_reason="panic",actor_system="shop",actor_type="Clerk"}`:          crashes,
		`actor_stops_total{actor_stop_reason="normal",actor_system="shop",actor_type="Func"}`:          1,
		`actor_failures_total{actor_failure_kind="panic",actor_system="shop",actor_type="Clerk"}`:      crashes,
		`actor_failures_total{actor_failure_kind="failure",actor_system="shop",actor_type="Clerk"}`:    0,
		`actor_restarts_total{actor_system="shop",actor_type="Clerk"}`:                                 crashes,
		`actor_escalations_total{actor_system="shop"}`:                                                 0,
		`actor_processed_messages_total{actor_system="shop",actor_type="Clerk"}`:                       crashes * emptyOrder,
		`actor_mailbox_depth{actor_system="shop",actor_type="Clerk"}`:                                  0,
		`actor_dead_letters_total{actor_drop_reason="stopped",actor_system="shop",actor_type="Clerk"}`: 0,
		`actor_telemetry_dropped_total{actor_system="shop",actor_telemetry_kind="incident"}`:           0,
	} {
		got, found := samples[series]
		assert.True(t, found, "no series %s", series)
		assert.InDelta(t, want, got, 0, series)
	}
	timed := samples[`actor_process_duration_seconds_count{actor_system="shop",actor_type="Clerk"}`]
	assert.Positive(t, timed, "one order in 64, but for those not handed over yet")
	assert.Less(t, timed, 3*crashes*float64(emptyOrder)/64)
	for series := range samples {
		assert.NotContains(t, series, "clerk-", "a name is no label")
	}

	assert.Equal(t, crashes, strings.Count(log.String(), `level=ERROR msg="actor failed"`))
	assert.Equal(t, crashes, strings.Count(log.String(), `level=WARN msg="actor restarted"`))
	ids := regexp.MustCompile(` trace_id=([0-9a-f]{32}) span_id=[0-9a-f]{16}\n`).FindAllStringSubmatch(log.String(), -1)
	require.Len(t, ids, 2*crashes, "every line names its span")
	for i := range crashes {
		assert.Equal(t, ids[2*i][1], ids[2*i+1][1], "the restart is in the trace of its failure")
	}
}

// scrape collects the metrics, and returns the names and types of families, and
// the value of each series.
func scrape(t *testing.T, address string) (families []string, samples map[string]float64) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/metrics", http.NoBody)
	require.NoError(t, err)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode, string(text))
	samples = make(map[string]float64)
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if family, ok := strings.CutPrefix(line, "# TYPE "); ok {
			families = append(families, family)
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		at := strings.LastIndexByte(line, ' ')
		samples[line[:at]], err = strconv.ParseFloat(line[at+1:], 64)
		require.NoError(t, err, line)
	}
	slices.Sort(families)
	return families, samples
}

// A port that is taken is told at once.
func TestPortIsTaken(t *testing.T) {
	taken := net.UnknownNetworkError("taken")
	err := run(t.Context(), shop{
		listen: func() (net.Listener, error) { return nil, taken },
		log:    io.Discard,
		events: new(monitoring.Memory[monitoring.SupervisionEvent]),
	})
	assert.ErrorIs(t, err, taken)
}

func TestProgramIsTyped(t *testing.T) {
	found, err := audit.Untyped(t.Context(), ".")
	require.NoError(t, err)
	assert.Empty(t, found)
}
