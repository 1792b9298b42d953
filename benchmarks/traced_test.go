package benchmarks

import (
	"context"
	"log/slog"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// batch is how many messages are sent while nobody handles one.
const batch = 1 << 12

// BenchmarkTraced measures what tracing adds to a message. It knows no other
// systems: the first case is what the others are compared with.
//
// One operation is to send a message (part=send), or to send it and have it
// handled (part=whole). The provider is none at all, OpenTelemetry's no-op, the
// SDK with a request that its sampler has declined, and the SDK with one that
// it samples, whose spans are made and then dropped, since exporting them is
// not part of a message. Without a provider the request's context holds another
// value instead of a span, as that of any request does: looking into a context
// takes time for each value in it, whoever put it there.
func BenchmarkTraced(b *testing.B) {
	if *listing {
		return
	}
	for _, c := range []struct {
		name     string
		provider trace.TracerProvider
	}{
		{"none", nil},
		{"noop", noop.NewTracerProvider()},
		{"never", sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample()))},
		{"sampled", sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.AlwaysSample()))},
	} {
		b.Run("provider="+c.name, func(b *testing.B) {
			b.Run("part=send", func(b *testing.B) { newTraced(b, c.provider).send(b) })
			b.Run("part=whole", func(b *testing.B) { newTraced(b, c.provider).whole(b) })
		})
	}
}

// traced is an actor and the request that it gets its messages in.
type traced struct {
	actor   *actor.Process[message]
	request context.Context
	held    chan struct{} // takes a value when the actor waits for go on
	goOn    chan struct{}
	done    chan struct{}
	want    uint64 // the number of the last message
}

type requestID struct{}

const hold = ^uint64(0) // makes the actor wait

func newTraced(b *testing.B, provider trace.TracerProvider) *traced {
	b.Helper()
	t := &traced{
		request: context.WithValue(context.Background(), requestID{}, 1), held: make(chan struct{}), goOn: make(chan struct{}), done: make(chan struct{}),
	}
	if provider != nil {
		var span trace.Span
		t.request, span = provider.Tracer("bench").Start(context.Background(), "POST /orders")
		b.Cleanup(func() { span.End() })
	}
	t.actor = actor.New(actor.Spec[message]{
		Name:    "counter",
		New:     actor.Make(func() *traced { return t }),
		Mailbox: mailbox.Config{Capacity: batch + 1},
	})
	sys, err := system.Start(context.Background(), system.Config{
		Name:           "bench",
		Root:           supervision.Spec{Children: []supervision.Child{{Process: t.actor}}},
		TracerProvider: provider,
		Logger:         slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := sys.Shutdown(context.Background()); err != nil {
			b.Error(err)
		}
	})
	return t
}

// Receive implements actor.Actor.
func (t *traced) Receive(_ context.Context, m message) error {
	switch m.seq {
	case hold:
		t.held <- struct{}{}
		<-t.goOn
	case t.want:
		t.done <- struct{}{}
	}
	return nil
}

// tell sends n messages.
func (t *traced) tell(b *testing.B, n int) {
	for i := range n {
		if err := t.actor.Send(t.request, message{seq: uint64(i) + 1}); err != nil {
			b.Fatal(err)
		}
	}
}

// send measures sending alone: the actor is kept from handling meanwhile.
func (t *traced) send(b *testing.B) {
	b.ReportAllocs()
	b.StopTimer()
	for left := b.N; left > 0; left -= batch {
		n := min(left, batch)
		if err := t.actor.Send(context.Background(), message{seq: hold}); err != nil {
			b.Fatal(err)
		}
		<-t.held
		t.want = uint64(n)
		b.StartTimer()
		t.tell(b, n)
		b.StopTimer()
		t.goOn <- struct{}{}
		<-t.done
	}
}

// whole measures both, as fast as the slower of the two.
func (t *traced) whole(b *testing.B) {
	b.ReportAllocs()
	t.want = uint64(b.N)
	b.ResetTimer()
	t.tell(b, b.N)
	<-t.done
}
