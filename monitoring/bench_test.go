package monitoring

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/internal/metrictest"
)

// BenchmarkCollect is one collection of the metrics of a system with a hundred
// thousand actors.
func BenchmarkCollect(b *testing.B) {
	const actors = 100_000
	provider := metrictest.New()
	t, err := NewTelemetry(TelemetryConfig{MeterProvider: provider})
	require.NoError(b, err)
	for i := range actors {
		t.Meter([]string{"Till", "Bell", "Door"}[i%3], new(desk)).Started()
	}
	b.ResetTimer()
	for b.Loop() {
		provider.Collect()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*actors), "ns/actor")
}

// BenchmarkMeter is what it costs to take an actor into the metrics and out
// again.
func BenchmarkMeter(b *testing.B) {
	t, err := NewTelemetry(TelemetryConfig{MeterProvider: metrictest.New()})
	require.NoError(b, err)
	d := new(desk)
	b.ReportAllocs()
	for b.Loop() {
		m := t.Meter("Till", d)
		m.Started()
		m.Stopped("shutdown")
		m.Close()
	}
}
