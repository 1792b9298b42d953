package sampler_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/sampler"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// Work makes a worker fail if it is to.
type Work struct{ Fail bool }

// Worker is an actor that may fail.
type Worker struct{}

// Receive implements actor.Actor.
func (Worker) Receive(_ context.Context, msg Work) error {
	if msg.Fail {
		return errors.New("out of paper")
	}
	return nil
}

func worker(name string) *actor.Process[Work] {
	return actor.New(actor.Spec[Work]{Name: name, New: actor.Make(func() Worker { return Worker{} })})
}

// stage is a system whose spans go through a sampler.
type stage struct {
	*system.ActorSystem
	provider *sdktrace.TracerProvider
	spans    *tracetest.InMemoryExporter
	first    *actor.Process[Work]
}

// newStage starts a system in which a crash makes an incident with every kind
// of step, and the second one is escalated.
func newStage(t *testing.T, s sdktrace.Sampler) stage {
	t.Helper()
	st := stage{spans: tracetest.NewInMemoryExporter(), first: worker("first")}
	st.provider = sdktrace.NewTracerProvider(sdktrace.WithSampler(s), sdktrace.WithSyncer(st.spans))
	sub := supervision.New(supervision.Spec{
		Name:     "sub",
		Strategy: supervision.OneForAll,
		Limit:    supervision.AtMost(1, time.Hour),
		Defaults: supervision.Defaults{Backoff: &supervision.Backoff{}},
		Children: []supervision.Child{{Process: st.first}, {Process: worker("second")}},
	})
	var err error
	st.ActorSystem, err = system.Start(t.Context(), system.Config{
		Name:           "shop",
		Root:           supervision.Spec{Children: []supervision.Child{{Process: sub}}},
		TracerProvider: st.provider,
		Logger:         slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	return st
}

// request sends work in a request of its own.
func (s stage) request(t *testing.T, msg Work) {
	t.Helper()
	ctx, span := s.provider.Tracer("shop").Start(context.Background(), "POST /orders")
	require.NoError(t, s.first.Send(ctx, msg))
	span.End()
	time.Sleep(time.Minute)
	synctest.Wait()
}

// end ends everything and returns the traces: the names of their spans, in
// order of the spans' starts.
func (s stage) end(t *testing.T) []string {
	t.Helper()
	require.NoError(t, s.Shutdown(context.Background()))
	spans := s.spans.GetSpans()
	require.NoError(t, s.provider.Shutdown(context.Background()))
	slices.SortStableFunc(spans, func(a, b tracetest.SpanStub) int { return a.StartTime.Compare(b.StartTime) })
	var order []trace.TraceID
	names := make(map[trace.TraceID][]string)
	for _, span := range spans {
		id := span.SpanContext.TraceID()
		if names[id] == nil {
			order = append(order, id)
		}
		names[id] = append(names[id], span.Name)
	}
	var traces []string
	for _, id := range order {
		slices.Sort(names[id])
		traces = append(traces, strings.Join(names[id], ", "))
	}
	return traces
}

const (
	incident = "backoff, " +
		"process Worker/Work, restart first, restart second, start first, start second, stop second, supervise first"
	escalated = "process Worker/Work, restart sub, start first, start second, start sub, stop second, supervise first, supervise sub"
	shutdown  = "shutdown shop, stop first, stop second, stop shop, stop sub"
)

// Whatever the program's own sampler makes of its requests, and whether or not
// it follows the parent, incidents and shutdowns are kept whole.
func TestIncidentsAreKeptWhole(t *testing.T) {
	for name, c := range map[string]struct {
		other sdktrace.Sampler
		want  []string
	}{
		"never":         {sdktrace.NeverSample(), []string{incident, escalated, shutdown}},
		"ratio":         {sdktrace.TraceIDRatioBased(1e-18), []string{incident, escalated, shutdown}},
		"parent, never": {sdktrace.ParentBased(sdktrace.NeverSample()), []string{incident, escalated, shutdown}},
		"always": {sdktrace.AlwaysSample(), []string{
			"POST /orders, process Worker/Work", "POST /orders, " + incident, "POST /orders, " + escalated, shutdown,
		}},
		"none": {nil, []string{
			"POST /orders, process Worker/Work", "POST /orders, " + incident, "POST /orders, " + escalated, shutdown,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, sampler.KeepSupervision(c.other))
				s.request(t, Work{})
				s.request(t, Work{Fail: true})
				s.request(t, Work{Fail: true})
				assert.Equal(t, c.want, s.end(t))
			})
		})
	}
}

// A crash in no request at all is kept as well, and its root is the message
// that failed.
func TestCrashOutsideOfARequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, sampler.KeepSupervision(sdktrace.NeverSample()))
		require.NoError(t, s.first.TrySend(Work{Fail: true}))
		time.Sleep(time.Minute)
		synctest.Wait()
		for _, span := range s.spans.GetSpans() {
			assert.Equal(t, span.Name == "process Worker/Work", !span.Parent.IsValid(), span.Name)
		}
		assert.Equal(t, []string{incident, shutdown}, s.end(t))
	})
}

// What other vendors have in the tracestate stays there.
func TestTracestateIsKept(t *testing.T) {
	state, err := trace.ParseTraceState("other=1")
	require.NoError(t, err)
	under := func(s trace.TraceState) context.Context {
		return trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{
			TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}, TraceState: s,
		}))
	}
	s := sampler.KeepSupervision(sdktrace.NeverSample())

	decision := s.ShouldSample(sdktrace.SamplingParameters{
		ParentContext: under(state),
		Attributes:    []attribute.KeyValue{attribute.String("actor.supervision.directive", "restart")},
	})
	assert.Equal(t, sdktrace.RecordAndSample, decision.Decision)
	assert.Equal(t, "understudy=kept,other=1", decision.Tracestate.String())

	below := s.ShouldSample(sdktrace.SamplingParameters{ParentContext: under(decision.Tracestate), Name: "backoff"})
	assert.Equal(t, sdktrace.RecordAndSample, below.Decision)
	assert.Equal(t, "understudy=kept,other=1", below.Tracestate.String())

	beside := s.ShouldSample(sdktrace.SamplingParameters{ParentContext: under(state), Name: "GET /"})
	assert.Equal(t, sdktrace.Drop, beside.Decision)
}

func TestDescription(t *testing.T) {
	assert.Equal(t, "KeepSupervision{AlwaysOffSampler}", sampler.KeepSupervision(sdktrace.NeverSample()).Description())
}

// What the SDK's sampler has declined is not handed on; a span that it samples is,
// also when it has ended.
func TestWhatIsHandedOn(t *testing.T) {
	provider := sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.AlwaysSample())))
	tracer := provider.Tracer("test")
	declinedElsewhere := trace.ContextWithRemoteSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}, Remote: true,
	}))
	for range 3 { // the first is looked at, the others are known
		declined, _ := tracer.Start(declinedElsewhere, "declined")
		assert.True(t, monitoring.Sampled(declined).IsZero())
		sampled, span := tracer.Start(context.Background(), "sampled")
		assert.False(t, monitoring.Sampled(sampled).IsZero())
		span.End()
		assert.False(t, monitoring.Sampled(sampled).IsZero(), "ended")
	}
}
