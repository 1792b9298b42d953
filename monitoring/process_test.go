package monitoring

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// One request: an ask, its handling, and what the handler sends in turn.
func TestAskAndProcessMakeOneTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		ctx, root := s.rec.Start(context.Background(), "GET /orders")
		ask := s.StartAsk(ctx, AskInfo{Type: "Orders", Path: "/shop/orders", Message: "Get"})
		time.Sleep(time.Millisecond)
		handler, span := s.StartProcess(context.Background(), ask.Ref(), ProcessInfo{
			Type: "Orders", Path: "/shop/orders", Message: "Get", Incarnation: 3, Depth: 4, Wait: time.Millisecond, Ask: true,
		})
		time.Sleep(time.Millisecond)
		_, told := s.StartProcess(context.Background(), Sampled(handler), ProcessInfo{Type: "Till", Message: "Note"})
		_, own := s.rec.Start(handler, "SELECT")
		time.Sleep(time.Millisecond)
		own.End()
		span.End(nil)
		ask.End(nil)
		time.Sleep(time.Millisecond)
		told.End(nil)
		root.End()
		time.Sleep(time.Hour) // ended late, with the times at which it happened
		s.flush(t)
		golden(t, "ask.txt", s.rec.Tree(append(keys, keyDepth, keyWait)...))
	})
}

func TestAskThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		ctx, _ := s.rec.Start(context.Background(), "GET /orders")
		s.StartAsk(ctx, AskInfo{Type: "Orders", Message: "Get"}).End(context.DeadlineExceeded)
		s.flush(t)
		span := s.rec.Spans()[0]
		assert.Equal(t, codes.Error, span.Status)
		assert.Equal(t, "context deadline exceeded", span.Description)
		assert.Equal(t, "context.deadlineExceededError", span.Attr(keyErrorType))
	})
}

// Without a trace there is no span for an ask; a message may begin a trace,
// if its actor is one that does.
func TestUntracedAskAndProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		ctx := context.Background()
		ask := s.StartAsk(ctx, AskInfo{})
		assert.Nil(t, ask)
		assert.True(t, ask.Ref().IsZero())
		ask.End(errors.New("x"))
		assert.Zero(t, s.rec.Started())

		ctx, _ = s.rec.Start(ctx, "the life of the system")
		_, tick := s.StartProcess(ctx, SpanRef{}, ProcessInfo{Type: "Clock", Message: "Tick"})
		tick.End(nil)
		_, early := s.StartProcess(ctx, NewSpanRef(), ProcessInfo{Type: "Clock", Message: "Tock"})
		early.End(nil)
		s.flush(t)
		for _, span := range s.rec.Spans() {
			assert.True(t, span.IsRoot(), span.Name)
		}
		assert.Len(t, s.rec.Spans(), 2)
	})
}

// A trace that the sampler declines is not handed on, and needs no ending.
func TestUnsampledProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.rec.SetSampled(false)
		ctx, span := s.StartProcess(context.Background(), SpanRef{}, ProcessInfo{Type: "Clock"})
		require.NotNil(t, span)
		assert.True(t, span.Ref().IsZero())
		assert.True(t, Sampled(ctx).IsZero())
		span.End(nil)
		s.flush(t)
		assert.Empty(t, s.rec.Spans())
		assert.Zero(t, s.Dropped())
	})
}

// A handle's span can be put into another context, without all else that was in
// its own.
func TestContextOfAHandle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		request, span := s.rec.Start(context.WithValue(context.Background(), t, t), "request")
		ctx := Sampled(request).Context(context.Background())
		assert.Nil(t, ctx.Value(t))
		assert.Equal(t, span.SpanContext().SpanID(), Sampled(ctx).get().SpanID())
		span.End()
		assert.Equal(t, context.Background(), SpanRef{}.Context(context.Background()))
		assert.Equal(t, context.Background(), NewSpanRef().Context(context.Background()))
	})
}

// All that a handler sends shares one handle, made once.
func TestSendsOfATurnShareAHandle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		request, _ := s.rec.Start(context.Background(), "request")
		ctx, span := s.StartProcess(request, Sampled(request), ProcessInfo{})
		assert.Equal(t, span.Ref(), Sampled(ctx))
		assert.Equal(t, Sampled(ctx), Sampled(context.WithValue(ctx, t, t)))
		assert.Zero(t, testing.AllocsPerRun(100, func() { Sampled(ctx) }))

		inner, own := s.rec.Start(ctx, "SELECT")
		assert.Equal(t, own.SpanContext().SpanID(), Sampled(inner).get().SpanID())
		span.End(nil)
		s.flush(t)
	})
}

// A request that another program samples and this one has no span for yet.
func TestSampledElsewhere(t *testing.T) {
	span := trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, Remote: true}
	declined := trace.ContextWithRemoteSpanContext(context.Background(), trace.NewSpanContext(span))
	assert.True(t, Sampled(declined).IsZero())
	assert.Zero(t, testing.AllocsPerRun(100, func() { Sampled(declined) }))

	span.TraceFlags = trace.FlagsSampled
	sampled := trace.ContextWithRemoteSpanContext(context.Background(), trace.NewSpanContext(span))
	assert.Equal(t, span.SpanID, Sampled(sampled).get().SpanID())
}

func TestUntracedContextCostsNothing(t *testing.T) {
	ctx := context.WithValue(context.Background(), t, t)
	assert.Zero(t, testing.AllocsPerRun(100, func() { Sampled(ctx) }))
}

func TestUntraced(t *testing.T) {
	s := newStage(t)
	ctx := context.WithValue(context.Background(), t, "value")
	assert.Equal(t, ctx, Untraced(ctx))
	traced, _ := s.rec.Start(ctx, "request")
	assert.False(t, trace.SpanContextFromContext(Untraced(traced)).IsValid())
	assert.Equal(t, "value", Untraced(traced).Value(t))
}

// A span ends once, however often it is told to, and a handler that fails by
// the rules has not failed.
func TestProcessEndsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		ctx, _ := s.rec.Start(context.Background(), "request")
		_, span := s.StartProcess(ctx, Sampled(ctx), ProcessInfo{Type: "Orders"})
		f := Failure{Kind: "shutdown", Err: errors.New("told to stop")}
		span.End(&f)
		f.Kind = "panic" // the span has its own copy
		span.End(&f)
		span.End(nil)
		s.flush(t)
		require.Len(t, s.rec.Spans(), 1)
		assert.Equal(t, codes.Unset, s.rec.Spans()[0].Status)
		assert.Equal(t, "shutdown", s.rec.Spans()[0].Attr(keyFailureKind))
	})
}
