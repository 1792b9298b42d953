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

// BenchmarkMemory is one event recorded in memory, once the history is full, on
// its way through a Telemetry and without one.
func BenchmarkMemory(b *testing.B) {
	b.Run("supervision", func(b *testing.B) {
		m := new(Memory[SupervisionEvent])
		benchRecord(b, m.Record, SupervisionEvent{Kind: ChildFailed, Child: "till", Path: "/shop/till"})
	})
	b.Run("actor", func(b *testing.B) {
		m := new(Memory[ActorEvent])
		benchRecord(b, m.Record, ActorEvent{Kind: Started, Path: "/shop/till"})
	})
	b.Run("mailbox", func(b *testing.B) {
		m := new(Memory[MailboxEvent])
		benchRecord(b, m.Record, MailboxEvent{Kind: MessageDropped, Path: "/shop/till"})
	})
	b.Run("system", func(b *testing.B) {
		m := new(Memory[SystemEvent])
		benchRecord(b, m.Record, SystemEvent{Kind: SystemStarted})
	})
	b.Run("below the filter", func(b *testing.B) {
		m := new(Memory[ActorEvent])
		benchRecord(b, m.Record, ActorEvent{Kind: MessageReceived, Path: "/shop/till"})
	})
	b.Run("through a telemetry", func(b *testing.B) {
		t, err := NewTelemetry(TelemetryConfig{Monitors: Monitors{Actor: new(Memory[ActorEvent])}})
		require.NoError(b, err)
		benchRecord(b, t.Actor, ActorEvent{Kind: Started, Path: "/shop/till"})
	})
	b.Run("subscribed", func(b *testing.B) {
		m := new(Memory[ActorEvent])
		s := m.Subscribe(0, 1)
		benchRecord(b, m.Record, ActorEvent{Kind: Started, Path: "/shop/till"})
		s.Cancel()
	})
}

// BenchmarkNoop is one event that nobody wants to know of.
func BenchmarkNoop(b *testing.B) {
	b.Run("no monitor", func(b *testing.B) {
		t, err := NewTelemetry(TelemetryConfig{})
		require.NoError(b, err)
		benchRecord(b, t.Actor, ActorEvent{Kind: Started, Path: "/shop/till"})
	})
	b.Run("noop", func(b *testing.B) {
		t, err := NewTelemetry(TelemetryConfig{Monitors: Monitors{Actor: Noop[ActorEvent]{}}})
		require.NoError(b, err)
		benchRecord(b, t.Actor, ActorEvent{Kind: Started, Path: "/shop/till"})
	})
}

func benchRecord[E Event](b *testing.B, record func(E), event E) {
	b.Helper()
	for range DefaultHistory {
		record(event)
	}
	b.ReportAllocs()
	for b.Loop() {
		record(event)
	}
}
