package spantest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New()
		ctx, root := r.Start(context.Background(), "request")
		time.Sleep(time.Millisecond)
		inner, a := r.Tracer("scope").Start(ctx, "a",
			trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attribute.Int("n", 1), attribute.Bool("hidden", true)))
		a.SetAttributes(attribute.Int("n", 2))
		a.AddEvent("exception", trace.WithAttributes(
			attribute.String("exception.type", "T"), attribute.String("exception.message", "bad")))
		a.SetStatus(codes.Error, "bad")
		_, b := r.Start(inner, "b")
		time.Sleep(time.Millisecond)
		b.SetStatus(codes.Ok, "dropped")
		b.SetStatus(codes.Error, "too late")
		b.End()
		a.End()
		root.End()
		_, linked := r.Tracer("scope").Start(inner, "linked", trace.WithNewRoot(), trace.WithLinks(trace.Link{SpanContext: a.SpanContext()}))
		linked.AddLink(trace.Link{})
		linked.End(trace.WithTimestamp(time.Now().Add(time.Hour)))
		_, open := r.Start(inner, "open")
		assert.Equal(t, ""+
			"request 0s+2ms\n"+
			"  a (client) ERROR \"bad\" 1ms+1ms {n=2}\n"+
			"    ! exception T: bad 1ms\n"+
			"    b OK 1ms+1ms\n"+
			"linked 2ms+1h0m0s\n"+
			"  → a\n"+
			"  → a span that is not here\n", r.Tree("n", "none"))
		require.Len(t, r.Open(), 1)
		assert.Equal(t, "open", r.Open()[0].Name)
		open.End()
		assert.Empty(t, r.Open())
	})
}

// The tree has a place for spans whose parent was not recorded here.
func TestTreeOfAPart(t *testing.T) {
	r := New()
	ctx, _ := r.Start(context.Background(), "never ended")
	_, s := r.Start(ctx, "child")
	s.End()
	assert.Contains(t, r.Tree(), "child 0s+")
	r.Reset()
	assert.Empty(t, r.Tree())
}

func TestSpansKeepWhatTheyAreTold(t *testing.T) {
	r := New()
	at := time.Unix(7, 0)
	ctx, s := r.Tracer("scope", trace.WithInstrumentationVersion("v1")).Start(context.Background(), "old", trace.WithTimestamp(at))
	assert.True(t, s.IsRecording())
	assert.Same(t, r, s.TracerProvider())
	assert.Equal(t, s.SpanContext(), trace.SpanContextFromContext(ctx))
	s.SetName("new")
	s.RecordError(nil)
	s.RecordError(errors.New("bad"), trace.WithTimestamp(at))
	s.End(trace.WithTimestamp(at.Add(time.Second)))
	s.End()
	s.SetName("later")
	s.SetStatus(codes.Error, "later")
	assert.False(t, s.IsRecording())

	require.Len(t, r.Named("new"), 1)
	got := r.Named("new")[0]
	assert.True(t, got.IsRoot())
	assert.Equal(t, time.Second, got.Duration())
	assert.Equal(t, codes.Unset, got.Status)
	assert.Equal(t, []Event{{"exception", at, []attribute.KeyValue{attribute.String("exception.message", "bad")}}}, got.Events)
	assert.Equal(t, "bad", got.Events[0].Attr("exception.message"))
	assert.Empty(t, got.Attr("none"))
	assert.Equal(t, "scope v1", got.Scope+" "+got.Version)
	assert.Empty(t, r.Named("old"))
}

func TestSamplingFollowsTheRoot(t *testing.T) {
	r := New()
	hot, _ := r.Start(context.Background(), "hot")
	r.SetSampled(false)
	cold, s := r.Start(context.Background(), "cold")
	assert.False(t, s.SpanContext().IsSampled())
	assert.True(t, s.SpanContext().IsValid())
	assert.False(t, s.IsRecording())
	s.SetName("unseen")
	s.End()
	r.SetSampled(true)
	_, a := r.Start(hot, "under hot")
	_, b := r.Start(cold, "under cold")
	a.End()
	b.End()
	require.Len(t, r.Spans(), 1)
	assert.Equal(t, "under hot", r.Spans()[0].Name)
	assert.Equal(t, 4, r.Started())
	assert.Equal(t, trace.SpanContextFromContext(hot).TraceID(), r.Spans()[0].Context.TraceID())
}

func TestHooks(t *testing.T) {
	r := New()
	var seen []string
	r.OnStart(func(name string) { seen = append(seen, "start "+name) })
	r.OnEnd(func(name string) {
		seen = append(seen, "end "+name)
		r.Spans() // no lock is held
		panic("hook")
	})
	_, s := r.Start(context.Background(), "a")
	assert.Panics(t, func() { s.End() })
	assert.Len(t, r.Open(), 1)
	r.OnEnd(nil)
	s.End()
	assert.Equal(t, []string{"start a", "end a"}, seen)
}

func TestRecorderUnderStress(t *testing.T) {
	r := New()
	ctx, _ := r.Start(context.Background(), "root")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				_, s := r.Start(ctx, "child")
				s.SetAttributes(attribute.Int("n", 1))
				s.End()
				r.Spans()
			}
		})
	}
	wg.Wait()
	assert.Len(t, r.Named("child"), 200)
}
