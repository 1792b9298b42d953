package monitoring

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"

	"github.com/understudy-go/understudy/internal/metrictest"
	"github.com/understudy-go/understudy/internal/spantest"
)

// newMetered returns a Telemetry whose metrics can be looked at.
func newMetered(t *testing.T, change ...func(*TelemetryConfig)) (stage, *metrictest.Provider) {
	t.Helper()
	provider := metrictest.New()
	change = append(change, func(c *TelemetryConfig) { c.MeterProvider = provider })
	return newStage(t, change...), provider
}

// desk is the load of an actor.
type desk struct{ handled, depth atomic.Int64 }

func (d *desk) Load() (uint64, int) { return uint64(d.handled.Load()), int(d.depth.Load()) }

// timed has a message timed that has just been handled.
func timed(m *Meter, wait, took time.Duration) {
	now := time.Now()
	m.Timed(now.Add(-took-wait), now.Add(-took), now, SpanRef{})
}

func TestMetricsCountByType(t *testing.T) {
	s, provider := newMetered(t)
	var first, second, third desk
	a, b, c := s.Meter("Till", &first), s.Meter("Till", &second), s.Meter("Bell", &third)
	a.Started()
	b.Started()
	c.Started()
	first.handled.Store(5)
	first.depth.Store(2)
	second.handled.Store(1)
	second.depth.Store(3)
	third.handled.Store(7)
	a.Stopped("panic")
	a.Started()
	s.Supervision(SupervisionEvent{Kind: ChildFailed, Type: "Till"})
	s.Supervision(SupervisionEvent{Kind: ChildRestarted, Type: "Till"})
	s.Supervision(SupervisionEvent{Kind: Escalated, Supervisor: "/shop"})
	s.Mailbox(MailboxEvent{Kind: DeadLetter, Type: "Bell", Reason: "overflow"})
	s.Mailbox(MailboxEvent{Kind: MessageDropped, Type: "Bell", Reason: "overflow"})
	s.StartFailed("Till", "failure")
	want := "" +
		"actor.count{actor.system=shop,actor.type=Bell} 1\n" +
		"actor.count{actor.system=shop,actor.type=Till} 2\n" +
		"actor.dead_letters{actor.drop.reason=overflow,actor.system=shop,actor.type=Bell} 1\n" +
		"actor.escalations{actor.system=shop} 1\n" +
		"actor.failures{actor.failure.kind=failure,actor.system=shop,actor.type=Till} 1\n" +
		"actor.failures{actor.failure.kind=panic,actor.system=shop,actor.type=Till} 1\n" +
		"actor.mailbox.depth.max{actor.system=shop,actor.type=Till} 3\n" +
		"actor.mailbox.depth{actor.system=shop,actor.type=Till} 5\n" +
		"actor.processed.messages{actor.system=shop,actor.type=Bell} 7\n" +
		"actor.processed.messages{actor.system=shop,actor.type=Till} 6\n" +
		"actor.restarts{actor.system=shop,actor.type=Till} 1\n" +
		"actor.starts{actor.system=shop,actor.type=Bell} 1\n" +
		"actor.starts{actor.system=shop,actor.type=Till} 3\n" +
		"actor.stops{actor.stop.reason=panic,actor.system=shop,actor.type=Till} 1\n"
	assert.Equal(t, want, provider.Collect().NonZero().Text())
	assert.Equal(t, want, provider.Collect().NonZero().Text(), "to collect changes nothing")
	for _, zero := range []string{
		"actor.dead_letters{actor.drop.reason=late_reply,actor.system=shop,actor.type=Bell} 0",
		"actor.failures{actor.failure.kind=panic,actor.system=shop,actor.type=Bell} 0",
		"actor.mailbox.depth{actor.system=shop,actor.type=Bell} 0",
		"actor.restarts{actor.system=shop,actor.type=Bell} 0",
		"actor.telemetry.dropped{actor.system=shop,actor.telemetry.kind=span} 0",
	} {
		assert.Contains(t, provider.Collect().Text(), zero+"\n", "a series is there before something happens")
	}
	assert.NotContains(t, provider.Collect().Text(), "actor.failures{actor.failure.kind=normal")
	assert.NotContains(t, provider.Collect().Text(), "other")
}

// What an actor has counted outlives it; the actor does not stay for it.
func TestMetricsOfActorsThatAreGone(t *testing.T) {
	s, provider := newMetered(t)
	var meters []*Meter
	for range 1000 {
		d := new(desk)
		d.handled.Store(2)
		d.depth.Store(1)
		m := s.Meter("Till", d)
		m.Started()
		d.handled.Add(3)
		meters = append(meters, m)
	}
	got := provider.Collect()
	assert.EqualValues(t, 1000, got.Total("actor.count"))
	assert.EqualValues(t, 3000, got.Total("actor.processed.messages"), "what was before is not counted")
	for i := range meters {
		m := meters[i*7%1000] // in another order
		m.Stopped("shutdown")
		m.Close()
	}
	got = provider.Collect()
	assert.Equal(t, ""+
		"actor.count{actor.system=shop,actor.type=Till} 0\n"+
		"actor.mailbox.depth{actor.system=shop,actor.type=Till} 0\n"+
		"actor.processed.messages{actor.system=shop,actor.type=Till} 3000\n",
		got.Text("actor.count", "actor.processed.messages", "actor.mailbox.depth"))
	for i := range s.metrics.census.wards {
		assert.Nil(t, s.metrics.census.wards[i].meters, "an entry is left")
	}
}

// The number of types is bounded: whatever comes after the first hundred is
// counted as other, and so is what is no type.
func TestMetricsOfTooManyTypes(t *testing.T) {
	s, provider := newMetered(t)
	for i := range 10_000 {
		s.Meter(fmt.Sprint("Type", i), new(desk)).Started()
	}
	starts := provider.Collect().Named("actor.starts")
	assert.Len(t, starts, maxTypes+1)
	assert.EqualValues(t, 10_000, starts.Total("actor.starts"))
	assert.EqualValues(t, 10_000-maxTypes, starts.With("actor.type", "other").Total("actor.starts"))

	s.Supervision(SupervisionEvent{Kind: ChildRestarted, Type: "worker-4711"})
	s.Mailbox(MailboxEvent{Kind: DeadLetter, Type: "worker-4711", Reason: "a user's text"})
	s.StartFailed("", "a user's text")
	s.Meter(other, new(desk)).Started()
	assert.Equal(t, ""+
		"actor.dead_letters{actor.drop.reason=other,actor.system=shop,actor.type=other} 1\n"+
		"actor.failures{actor.failure.kind=other,actor.system=shop,actor.type=other} 1\n"+
		"actor.restarts{actor.system=shop,actor.type=other} 1\n",
		provider.Collect().NonZero().Text("actor.restarts", "actor.dead_letters", "actor.failures"))
}

func TestTimedMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, provider := newMetered(t)
		m := s.Meter("Till", new(desk))
		time.Sleep(batchDelay)
		timed(m, 2*time.Second, time.Second)
		synctest.Wait()
		got := provider.Collect().Named("actor.process.duration", "actor.mailbox.wait.duration")
		require.Len(t, got, 2, "where little happens it is seen at once")
		assert.InDelta(t, 2, got[0].Sum, 1e-9)
		assert.InDelta(t, 1, got[1].Sum, 1e-9)
		assert.Equal(t, "s", got[0].Unit)
		for range batchSize - 1 {
			timed(m, time.Second, time.Second)
		}
		synctest.Wait()
		assert.EqualValues(t, 1, provider.Collect().Total("actor.process.duration"), "a batch is not full")
		synctest.Wait()
		assert.EqualValues(t, batchSize, provider.Collect().Total("actor.process.duration"), "to collect hands it over")
		timed(m, time.Second, time.Second)
		s.flush(t)
		assert.EqualValues(t, batchSize+1, provider.Collect().Total("actor.process.duration"))
	})
}

func TestRestartDuration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, provider := newMetered(t, func(c *TelemetryConfig) { c.IncidentsPerSecond = 1 })
		s.Meter("Till", new(desk)).Started()
		now := time.Now()
		for _, in := range []Incident{
			{Failure: Failure{Type: "Till", Kind: "panic", At: now}, Begin: now.Add(1), End: now.Add(3 * time.Second), Restarted: true},
			{Failure: Failure{Type: "Till", Kind: "panic"}, Begin: now, End: now.Add(time.Second), Restarted: true},
			{Failure: Failure{Type: "Till", Kind: "panic"}, Begin: now, End: now.Add(-time.Second), Restarted: true},
			{Failure: Failure{Type: "till", Kind: "panic"}, Begin: now, End: now.Add(time.Second), Restarted: true},
			{Failure: Failure{Type: "Till", Kind: "panic"}, Begin: now, End: now.Add(time.Second)},
		} {
			s.Report(&in)
		}
		s.flush(t)
		got := provider.Collect().Named("actor.restart.duration")
		assert.Equal(t, ""+
			"actor.restart.duration{actor.system=shop,actor.type=Till} 3\n"+
			"actor.restart.duration{actor.system=shop,actor.type=other} 1\n", got.Text())
		assert.InDelta(t, 4, got[0].Sum, 1e-9)
		assert.EqualValues(t, 3, s.Drops().Incidents, "those that are not shown are measured all the same")
	})
}

// A provider that blocks or panics when it is to record harms nobody, and what
// is lost is counted.
func TestHostileHistograms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, provider := newMetered(t, func(c *TelemetryConfig) { c.Queue = 2 })
		release := make(chan struct{})
		provider.OnRecord(func(string) {
			<-release
			panic("hostile")
		})
		m := s.Meter("Till", new(desk))
		for range 1 + 10*batchSize {
			timed(m, 0, 0)
		}
		assert.EqualValues(t, 9*batchSize, s.Drops().Measurements, "what did not fit")
		s.Report(&Incident{Failure: Failure{Kind: "panic"}, Restarted: true})
		close(release)
		s.flush(t)
		assert.EqualValues(t, 1+10*batchSize+1, s.Drops().Measurements)
		assert.Equal(t, s.Drops().Measurements, s.Dropped())
		assert.Contains(t, provider.Collect().Text(), "actor.telemetry.dropped{actor.system=shop,actor.telemetry.kind=measurement} 642\n")
	})
}

// A program that ends exports what it did last: figures are not taken away
// before they have been collected.
func TestMetricsOfASystemThatHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, provider := newMetered(t)
		d := new(desk)
		m := s.Meter("Till", d)
		m.Started()
		timed(m, 0, 0)
		d.handled.Add(1)
		m.Stopped("shutdown")
		m.Close()
		require.NoError(t, s.Close(context.Background()))
		require.NoError(t, s.Close(context.Background()))
		assert.Equal(t, 1, provider.Callbacks())
		got := provider.Collect()
		assert.EqualValues(t, 1, got.Total("actor.processed.messages"))
		assert.EqualValues(t, 1, got.Total("actor.process.duration"))
		synctest.Wait()
		assert.Zero(t, provider.Callbacks(), "nothing of the system is left")
		assert.Empty(t, provider.Collect().Named("actor.starts", "actor.count"))
	})
}

// Without a provider that collects, there is nothing to count for.
func TestNoMetricsWithoutAProvider(t *testing.T) {
	for name, provider := range map[string]metric.MeterProvider{
		"the global one": nil, "no-op": noop.NewMeterProvider(),
	} {
		s := newStage(t, func(c *TelemetryConfig) { c.MeterProvider = provider })
		assert.Nil(t, s.metrics, name)
		assert.Nil(t, s.Meter("Till", new(desk)), name)
	}
	var none *Meter
	none.Started()
	none.Stopped("panic")
	none.Failed("panic")
	none.Timed(time.Time{}, time.Time{}, time.Time{}, SpanRef{})
	none.Close()
	var s *Telemetry
	assert.Nil(t, s.Meter("Till", new(desk)))
	s.StartFailed("Till", "panic")
}

// instrumentless is a provider that refuses an instrument, or a callback.
type instrumentless struct {
	metrictest.Provider
	err error
}

func (p *instrumentless) Meter(name string, options ...metric.MeterOption) metric.Meter {
	return refusing{p.Provider.Meter(name, options...), p.err}
}

type refusing struct {
	metric.Meter
	err error
}

func (m refusing) Float64Histogram(string, ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	return nil, m.err
}

func TestInstrumentsThatAreRefused(t *testing.T) {
	wrong := errors.New("wrong")
	_, err := NewTelemetry(TelemetryConfig{
		TracerProvider: spantest.New(), MeterProvider: &instrumentless{err: wrong}, Logger: slog.New(slog.DiscardHandler),
	})
	require.ErrorIs(t, err, wrong)
	assert.ErrorContains(t, err, "monitoring: metrics: ")
}

// Actors come and go while readers collect: totals never become less, and in
// the end nothing is missing.
func TestMetricsUnderLoad(t *testing.T) {
	const workers, actors, messages = 4, 100, 20
	s, provider := newMetered(t)
	var work, readers sync.WaitGroup
	for range workers {
		work.Go(func() {
			for i := range actors {
				d := new(desk)
				m := s.Meter(fmt.Sprint("Type", i%3), d)
				m.Started()
				for range messages {
					d.handled.Add(1)
					timed(m, 0, 0)
				}
				m.Stopped("normal")
				m.Close()
			}
		})
	}
	for range 2 {
		readers.Go(func() {
			var last int64
			for range 50 {
				got := provider.Collect()
				n := got.Total("actor.processed.messages")
				assert.LessOrEqual(t, last, n)
				last = n
				for _, p := range got.Named("actor.count") {
					assert.GreaterOrEqual(t, p.Value, int64(0))
				}
			}
		})
	}
	work.Wait()
	readers.Wait()
	s.flush(t)
	got := provider.Collect()
	assert.EqualValues(t, workers*actors*messages, got.Total("actor.processed.messages"))
	assert.EqualValues(t, workers*actors*messages, got.Total("actor.process.duration")+int64(s.Drops().Measurements))
	assert.Zero(t, got.Total("actor.count"))
}
