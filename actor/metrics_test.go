package actor

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/internal/metrictest"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/monitoring"
)

// metered is a system whose metrics are recorded.
type metered struct {
	traced
	metrics *metrictest.Provider
}

func newMetered(tb testing.TB) *metered {
	tb.Helper()
	m := &metered{metrics: metrictest.New()}
	telemetry, err := monitoring.NewTelemetry(monitoring.TelemetryConfig{
		System: "sys", MeterProvider: m.metrics, Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(tb, err)
	m.traced = traced{Runtime: NewRuntime(monitoring.NewIDs(), telemetry), telemetry: telemetry}
	return m
}

// text flushes, and returns the series of some names that are not zero.
func (m *metered) text(t *testing.T, names ...string) string {
	t.Helper()
	require.NoError(t, m.telemetry.Flush(context.Background()))
	return m.metrics.Collect().NonZero().Text(names...)
}

func TestMetricsCountTheLifeOfActors(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		m := newMetered(t)
		p := doer("p", func(s *Spec[do]) { s.Mailbox = mailbox.Config{Capacity: 2, Overflow: mailbox.DropNewest} })
		h := m.start(t, p)
		require.NoError(t, p.Send(ctx, nothing))
		synctest.Wait()
		require.NoError(t, p.Send(ctx, func(context.Context) error { panic("a secret") }))
		<-h.ended
		require.NoError(t, p.Send(ctx, nothing)) // waits for the restart
		assert.Equal(t, ""+
			"actor.failures{actor.failure.kind=panic,actor.system=sys,actor.type=plain} 1\n"+
			"actor.mailbox.depth.max{actor.system=sys,actor.type=plain} 1\n"+
			"actor.mailbox.depth{actor.system=sys,actor.type=plain} 1\n"+
			"actor.processed.messages{actor.system=sys,actor.type=plain} 2\n"+
			"actor.starts{actor.system=sys,actor.type=plain} 1\n"+
			"actor.stops{actor.stop.reason=panic,actor.system=sys,actor.type=plain} 1\n",
			m.text(t, "actor.count", "actor.failures", "actor.mailbox.depth", "actor.mailbox.depth.max",
				"actor.processed.messages", "actor.starts", "actor.stops"))

		p.Start(m.Context(ctx), h)
		require.NoError(t, <-h.started)
		release := block(t, p)
		require.NoError(t, p.Send(ctx, nothing))
		require.NoError(t, p.Send(ctx, nothing))
		require.ErrorIs(t, p.Send(ctx, nothing), ErrDropped)
		p.Stop(time.Minute)
		release()
		<-h.ended
		p.Retire(nil)
		<-p.Done()
		require.ErrorIs(t, p.Send(ctx, nothing), ErrStopped)
		want := "" +
			"actor.dead_letters{actor.drop.reason=overflow,actor.system=sys,actor.type=plain} 1\n" +
			"actor.dead_letters{actor.drop.reason=stopped,actor.system=sys,actor.type=plain} 2\n" +
			"actor.processed.messages{actor.system=sys,actor.type=plain} 4\n" +
			"actor.starts{actor.system=sys,actor.type=plain} 2\n"
		names := []string{"actor.count", "actor.dead_letters", "actor.mailbox.depth", "actor.processed.messages", "actor.starts"}
		assert.Equal(t, want, m.text(t, names...), "what is buried is not handled")

		p.Start(m.Context(ctx), h) // the address is opened again
		require.NoError(t, <-h.started)
		require.NoError(t, p.Send(ctx, nothing))
		synctest.Wait()
		end(p, h)
		assert.Contains(t, m.text(t, names...), "actor.processed.messages{actor.system=sys,actor.type=plain} 5\n")
	})
}

// A start that fails is a failure of a type only if that is known: until then
// an actor may be called by its name, which is no label. One that chooses not
// to run has not failed.
func TestMetricsOfStartsThatFail(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		m := newMetered(t)
		attempt := func(name, typ string, err error) {
			p := doer(name, withNew(func(context.Context, *Self[do]) (Actor[do], error) { return nil, err }),
				func(s *Spec[do]) { s.Type = typ })
			h := newHost()
			p.Start(m.Context(ctx), h)
			require.ErrorIs(t, <-h.started, err)
			require.NoError(t, p.Send(ctx, nothing))
			p.Retire(err)
			<-p.Done()
		}
		attempt("order-4711", "", errBoom)
		attempt("order-4712", "Order", errBoom)
		attempt("order-4713", "", fmt.Errorf("not today: %w", ErrIgnore))
		assert.Equal(t, ""+
			"actor.dead_letters{actor.drop.reason=stopped,actor.system=sys,actor.type=Order} 1\n"+
			"actor.dead_letters{actor.drop.reason=stopped,actor.system=sys,actor.type=other} 2\n"+
			"actor.failures{actor.failure.kind=failure,actor.system=sys,actor.type=Order} 1\n"+
			"actor.failures{actor.failure.kind=failure,actor.system=sys,actor.type=other} 1\n",
			m.text(t, "actor.dead_letters", "actor.failures", "actor.starts", "actor.count"))
	})
}

// Each reason and each kind has a label of its own.
func TestMetricsKnowAllReasons(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		m := newMetered(t)
		for reason := range reasonNames {
			m.telemetry.Mailbox(monitoring.MailboxEvent{Kind: monitoring.DeadLetter, Reason: DropReason(reason).String()})
		}
		for kind := range kindNames {
			m.telemetry.StartFailed("plain", Kind(kind).String())
		}
		require.NoError(t, m.telemetry.Flush(context.Background()))
		got := m.metrics.Collect()
		assert.Empty(t, got.With("actor.drop.reason", "other"))
		assert.Empty(t, got.With("actor.failure.kind", "other"))
		assert.Len(t, got.Named("actor.dead_letters"), len(reasonNames))
		assert.Len(t, got.Named("actor.failures"), len(kindNames))
	})
}

// One message in 64 is timed, by chance: how long it waited and how long it
// took. Asks are messages like others.
func TestOneMessageIn64IsTimed(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		const messages, fewest, most = 100 * timedEvery, 50, 150 // five standard deviations
		m := newMetered(t)
		told, asked := doer("told"), doer("asked", func(s *Spec[do]) { s.Type = "asked" })
		hosts := []*host{m.start(t, told), m.start(t, asked)}
		for range messages {
			require.NoError(t, told.Send(ctx, func(context.Context) error { time.Sleep(time.Second); return nil }))
			_, err := call(ctx, asked, func(context.Context) int { return 1 })
			require.NoError(t, err)
		}
		end(told, hosts[0])
		end(asked, hosts[1])
		require.NoError(t, m.telemetry.Flush(ctx))
		got := m.metrics.Collect()
		for _, typ := range []string{"plain", "asked"} {
			for _, name := range []string{"actor.process.duration", "actor.mailbox.wait.duration"} {
				n := got.With("actor.type", typ).Total(name)
				assert.GreaterOrEqual(t, n, int64(fewest), "%s of %s", name, typ)
				assert.LessOrEqual(t, n, int64(most), "%s of %s", name, typ)
			}
		}
		took := got.With("actor.type", "plain").Named("actor.process.duration")[0]
		assert.InDelta(t, float64(took.Value), took.Sum, 1e-6, "each took a second")
		waited := got.With("actor.type", "plain").Named("actor.mailbox.wait.duration")[0]
		assert.Greater(t, waited.Sum, 10*took.Sum, "each waited for those before it")
	})
}

// Each message has the same chance, also in an actor that does not live for
// long.
func TestGapsAreMemoryless(t *testing.T) {
	const draws = 100_000
	var sum, ones float64
	for range draws {
		n := gap()
		require.Positive(t, n)
		sum += float64(n)
		if n == 1 {
			ones++
		}
	}
	assert.InDelta(t, timedEvery, sum/draws, 2)
	assert.InDelta(t, 1.0/timedEvery, ones/draws, 0.004)
	assert.InDelta(t, 1-math.Exp(-1.0/(timedEvery-1)), ones/draws, 0.004)
}

// After the shortest gap it is the next message's turn, and there is always another.
func TestTheShortestGapIsOneMessage(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		h := newMetered(t).start(t, p)
		for range 3 {
			require.NoError(t, p.Send(ctx, func(context.Context) error {
				p.until = 1
				p.asks.And(^timeNext)
				return nil
			}))
			require.NoError(t, p.Send(ctx, nothing))
			synctest.Wait()
			assert.NotZero(t, p.asks.Load()&timeNext, "the message that is sent next is timed")
			assert.Positive(t, p.until)
		}
		end(p, h)
	})
}

// Without metrics no message is timed.
func TestNothingIsTimedWithoutMetrics(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		r := newTraced(t, monitoring.Monitors{})
		p := doer("p")
		h := r.start(t, p)
		for range 10 * timedEvery {
			require.NoError(t, p.Send(ctx, nothing))
		}
		synctest.Wait()
		assert.Zero(t, p.asks.Load())
		assert.Nil(t, p.meter)
		assert.Negative(t, p.until)
		end(p, h)
	})
}

// What is dropped at a restart is taken from the mailbox too, and is not
// handled, whenever a reader looks.
func TestMetricsOfMessagesDroppedAtARestart(t *testing.T) {
	const restarts, waiting = 100, 10
	m := newMetered(t)
	p := doer("p", func(s *Spec[do]) { s.DropWaiting = true })
	h := m.start(t, p)
	over := make(chan struct{})
	var reader sync.WaitGroup
	reader.Go(func() {
		for {
			select {
			case <-over:
				return
			default:
				m.metrics.Collect()
			}
		}
	})
	for range restarts {
		release := block(t, p)
		require.NoError(t, p.TrySend(fails))
		for range waiting {
			require.NoError(t, p.TrySend(nothing))
		}
		release()
		<-h.ended
		p.Start(m.Context(t.Context()), h)
		require.NoError(t, <-h.started)
	}
	close(over)
	reader.Wait()
	end(p, h)
	assert.Equal(t, ""+
		"actor.dead_letters{actor.drop.reason=restart,actor.system=sys,actor.type=plain} 1000\n"+
		"actor.processed.messages{actor.system=sys,actor.type=plain} 200\n",
		m.text(t, "actor.dead_letters", "actor.processed.messages"))
}
