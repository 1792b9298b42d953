package actor

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"

	"github.com/understudy-go/understudy/internal/spantest"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/monitoring"
)

// traced is a system whose spans are recorded.
type traced struct {
	*Runtime
	telemetry *monitoring.Telemetry
	spans     *spantest.Recorder
}

func newTraced(t *testing.T, monitors monitoring.Monitors) *traced {
	t.Helper()
	rec := spantest.New()
	telemetry, err := monitoring.NewTelemetry(monitoring.TelemetryConfig{TracerProvider: rec, Monitors: monitors, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	return &traced{NewRuntime(monitoring.NewIDs(), telemetry), telemetry, rec}
}

func (r *traced) start(t *testing.T, p *Process[do]) *host {
	t.Helper()
	h := newHost()
	p.Start(r.Context(t.Context()), h)
	require.NoError(t, <-h.started)
	return h
}

func TestSampledMessageHasAProcessSpan(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		r := newTraced(t, monitoring.Monitors{})
		p, q := doer("p"), doer("q")
		hp, hq := r.start(t, p), r.start(t, q)
		ctx, request := r.spans.Start(ctx, "request")
		require.NoError(t, p.Send(ctx, func(ctx context.Context) error {
			time.Sleep(time.Second)
			assert.Equal(t, "/p", Caller(ctx))
			return q.Send(ctx, nothing) // what is sent in its course belongs to it
		}))
		synctest.Wait()
		pass(2 * time.Second)
		request.End()
		require.NoError(t, r.telemetry.Flush(ctx))
		assert.Equal(t, ""+
			"request 0s+2s\n"+
			"  process plain/do (consumer) 0s+1s {actor.path=/p}\n"+
			"    process plain/do (consumer) 1s+0s {actor.path=/q}\n", r.spans.Tree("actor.path"))
		end(p, hp)
		end(q, hq)
	})
}

func TestSampledAskHasAClientAndAServerSpan(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		r := newTraced(t, monitoring.Monitors{})
		p := doer("p")
		h := r.start(t, p)
		ctx, request := r.spans.Start(ctx, "request")
		_, err := call(ctx, p, func(context.Context) int { time.Sleep(time.Second); return 1 })
		require.NoError(t, err)
		timed, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		_, err = question(timed, p, func(ctx context.Context, _ Reply[int]) error {
			_, ok := ctx.Deadline()
			assert.True(t, ok)
			return errBoom
		})
		require.ErrorIs(t, err, errBoom)
		exit := <-h.ended
		assert.False(t, exit.Trace.IsZero(), "the incident goes on under it")
		request.End()
		require.NoError(t, r.telemetry.Flush(ctx))
		assert.Equal(t, ""+
			"request 0s+1s\n"+
			"  ask plain/do (client) 0s+1s\n"+
			"    process plain/do (server) 0s+1s\n"+
			"  ask plain/do (client) ERROR \"boom\" 1s+0s\n"+
			"    process plain/do (server) ERROR \"boom\" 1s+0s\n"+
			"      ! exception *errors.errorString: boom 1s\n", r.spans.Tree())
	})
}

// An end has the trace of the message at which it came, not of one before.
func TestEndHasTheTraceOfItsMessage(t *testing.T) {
	bubble(t, func(t *testing.T, parent context.Context) {
		r := newTraced(t, monitoring.Monitors{})
		p := doer("p")
		o := &overseer{newHost(), always(Resumes), make(chan Exit, 16), make(chan continued, 16)}
		p.Start(r.Context(parent), o)
		require.NoError(t, <-o.started)
		ctx, request := r.spans.Start(parent, "request")
		request.End()
		require.NoError(t, p.Send(ctx, nothing))
		require.NoError(t, p.Send(parent, fails))
		assert.True(t, (<-o.continued).exit.Trace.IsZero())
		require.NoError(t, p.Send(ctx, fails))
		assert.False(t, (<-o.continued).exit.Trace.IsZero())
		require.NoError(t, p.Send(parent, fails))
		assert.True(t, (<-o.continued).exit.Trace.IsZero())
		end(p, o.host)
		require.NoError(t, r.telemetry.Flush(parent))
		assert.Empty(t, r.spans.Open())
	})
}

func TestEndOfATracedMessageEndsItsSpan(t *testing.T) {
	bubble(t, func(t *testing.T, parent context.Context) {
		r := newTraced(t, monitoring.Monitors{})
		p := doer("p")
		h := r.start(t, p)
		ctx, request := r.spans.Start(parent, "request")
		release := make(chan struct{})
		for _, f := range []do{
			func(context.Context) error { return ErrStop },
			func(context.Context) error { panic(errBoom) },
			func(context.Context) error { <-release; return nil },
		} {
			require.NoError(t, p.Send(ctx, f))
			synctest.Wait()
			p.Stop(time.Second)
			<-h.ended
			p.Start(r.Context(parent), h)
			require.NoError(t, <-h.started)
		}
		close(release)
		request.End()
		require.NoError(t, r.telemetry.Flush(ctx))
		assert.Empty(t, r.spans.Open())
		require.Len(t, r.spans.Named("process plain/do"), 3)
		assert.Equal(t, []string{"", "panic", "abandoned"}, []string{
			r.spans.Spans()[1].Attr("actor.failure.kind"),
			r.spans.Spans()[2].Attr("actor.failure.kind"),
			r.spans.Spans()[3].Attr("actor.failure.kind"),
		})
		end(p, h)
	})
}

func TestUntracedMessageCostsNoCallOfATracer(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		r := newTraced(t, monitoring.Monitors{})
		p, q := doer("p"), doer("q")
		hp, hq := r.start(t, p), r.start(t, q)
		r.spans.SetSampled(false)
		unsampled, _ := r.spans.Start(ctx, "not sampled")
		before := r.spans.Started()
		for _, ctx := range []context.Context{ctx, unsampled} {
			require.NoError(t, p.Send(ctx, func(ctx context.Context) error { return q.Send(ctx, nothing) }))
			_, err := call(ctx, p, func(ctx context.Context) error {
				_, err := call(ctx, q, func(context.Context) int { return 1 })
				return err
			})
			require.NoError(t, err)
		}
		require.NoError(t, p.TrySend(nothing))
		synctest.Wait()
		assert.Equal(t, before, r.spans.Started())
		end(p, hp)
		end(q, hq)
	})
}

// What an actor does later is no part of what its starter was doing.
func TestActorsDoNotInheritTheSpanOfTheirStarter(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		r := newTraced(t, monitoring.Monitors{})
		p := doer("p")
		ctx, request := r.spans.Start(ctx, "request")
		h := newHost()
		p.Start(r.Context(ctx), h)
		require.NoError(t, <-h.started)
		request.End()
		require.NoError(t, p.Send(context.Background(), func(ctx context.Context) error {
			assert.False(t, trace.SpanContextFromContext(ctx).IsValid())
			return nil
		}))
		end(p, h)
	})
}

// An ask of an actor that has no system yet is not traced.
func TestAskBeforeTheFirstStart(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		r := newTraced(t, monitoring.Monitors{})
		p := doer("p")
		ctx, request := r.spans.Start(ctx, "request")
		answer := make(chan int)
		go func() {
			n, _ := call(ctx, p, func(context.Context) int { return 7 })
			answer <- n
		}()
		synctest.Wait()
		h := r.start(t, p)
		assert.Equal(t, 7, <-answer)
		synctest.Wait()
		request.End()
		require.NoError(t, r.telemetry.Flush(ctx))
		assert.Len(t, r.spans.Named("process plain/do"), 1)
		end(p, h)
	})
}

func TestMonitorsSeeWhatHappens(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		actors := monitoring.Memory[monitoring.ActorEvent]{Min: monitoring.Trace}
		boxes := monitoring.Memory[monitoring.MailboxEvent]{Min: monitoring.Trace}
		r := newTraced(t, monitoring.Monitors{Actor: &actors, Mailbox: &boxes})
		p := doer("p", func(s *Spec[do]) {
			s.Mailbox = mailbox.Config{Capacity: 1, Overflow: mailbox.DropNewest}
			s.DeadLetters = func(DeadLetter[do]) { panic(errBoom) }
		})
		h := r.start(t, p)
		release := block(t, p)
		require.NoError(t, p.Send(ctx, nothing))
		require.ErrorIs(t, p.Send(ctx, nothing), ErrDropped)
		release()
		synctest.Wait()
		require.NoError(t, p.Send(ctx, fails))
		assert.Equal(t, Failure, (<-h.ended).Kind)
		full := doer("full", withCapacity(1))
		hf := r.start(t, full)
		release = block(t, full)
		require.NoError(t, full.Send(ctx, nothing))
		require.ErrorIs(t, full.TrySend(nothing), ErrMailboxFull)
		release()
		synctest.Wait()
		end(full, hf)
		require.NoError(t, r.telemetry.Flush(ctx))
		count := make(map[string]int)
		for _, e := range actors.Snapshot().Recent {
			count[e.Path+" "+e.Kind.String()]++
		}
		for _, e := range boxes.Snapshot().Recent {
			count[e.Path+" "+e.Kind.String()]++
		}
		assert.Equal(t, 1, count["/p actor spawned"], "%v", count)
		assert.Equal(t, 1, count["/p actor started"])
		assert.Equal(t, 3, count["/p message received"])
		assert.Equal(t, 2, count["/p message processed"])
		assert.Equal(t, 2, count["/p error occurred"], "one of the handler, one of DeadLetters")
		assert.Equal(t, 1, count["/p actor stopped"])
		assert.Equal(t, 3, count["/p dequeued"])
		assert.Equal(t, 1, count["/p capacity reached"])
		assert.Equal(t, 1, count["/p message dropped"])
		assert.Equal(t, 1, count["/p dead letter"])
		assert.Equal(t, 1, count["/full backpressure applied"])
	})
}
