package actor

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/monitoring"
)

// number is a message that costs nothing to handle.
type number int

type adder struct{ sum int }

func (a *adder) Receive(_ context.Context, n number) error {
	a.sum += int(n)
	return nil
}

// BenchmarkMetrics is what metrics cost a message, from Send to the return of
// the handler. The benchmark's own goroutine does both, so that the scheduler,
// which costs more than all the rest, is left out. Without a provider there is
// nothing but two comparisons.
func BenchmarkMetrics(b *testing.B) {
	b.Run("without a provider", func(b *testing.B) { benchTell(b, NewRuntime(monitoring.NewIDs(), nil)) })
	b.Run("with one", func(b *testing.B) { benchTell(b, newMetered(b).Runtime) })
}

func benchTell(b *testing.B, r *Runtime) {
	b.Helper()
	p := New(Spec[number]{Name: "adder", New: Make(func() Actor[number] { return new(adder) })})
	h := newHost()
	ctx := context.Background()
	p.Start(r.Context(ctx), h)
	require.NoError(b, <-h.started)
	require.NoError(b, r.Dismiss(ctx)) // waits until the actor is idle
	p.wake.Store(1)                    // a run is on: this one
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Send(ctx, 1); err != nil {
			b.Fatal(err)
		}
		if p.turn(nil) != idle {
			b.Fatal("the message was not handled")
		}
	}
	p.Stop(Forever)
	p.run(nil)
	<-h.ended
	p.Retire(nil)
	<-p.Done()
}

// BenchmarkTimers is what starting a timer in place of another one costs, and
// cancelling it.
func BenchmarkTimers(b *testing.B) {
	var self *Self[do]
	p := doer("timed", withSelf(&self))
	h := newHost()
	p.Start(context.Background(), h)
	require.NoError(b, <-h.started)
	timers := NewTimers[string](self)
	b.Run("start", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			timers.After("key", time.Hour, nil)
		}
	})
	b.Run("start and cancel", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			timers.After("key", time.Hour, nil)
			timers.Cancel("key")
		}
	})
	end(p, h)
}

// BenchmarkAskAsync is an ask that nobody waits for, from the question to the
// message that its answer is, beside one that is waited for.
func BenchmarkAskAsync(b *testing.B) {
	ctx := context.Background()
	var self *Self[do]
	asks, answers := doer("asks", withSelf(&self)), doer("answers")
	h, other := newHost(), newHost()
	asks.Start(ctx, h)
	answers.Start(ctx, other)
	require.NoError(b, <-h.started)
	require.NoError(b, <-other.started)
	question := func(r Reply[int]) do {
		return func(context.Context) error {
			r.Send(1)
			return nil
		}
	}
	b.Run("async", func(b *testing.B) {
		b.ReportAllocs()
		got := make(chan struct{})
		for b.Loop() {
			AskAsync(ctx, self, answers.Ref, question, func(int, error) do {
				return func(context.Context) error {
					got <- struct{}{}
					return nil
				}
			})
			<-got
		}
	})
	b.Run("waiting", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Ask(ctx, answers.Ref, question); err != nil {
				b.Fatal(err)
			}
		}
	})
	end(asks, h)
	end(answers, other)
}

// BenchmarkStash is a message that is put aside once before it is handled, from
// Send to the return of the handler, on one goroutine.
func BenchmarkStash(b *testing.B) {
	var stash *Stash[number]
	held := false
	p := New(Spec[number]{Name: "stash", New: func(_ context.Context, self *Self[number]) (Actor[number], error) {
		stash = NewStash(self, 1)
		return Func[number](func(context.Context, number) error {
			if held = !held; held {
				stash.Release()
				return stash.Hold()
			}
			return nil
		}), nil
	}})
	h, r, ctx := newHost(), NewRuntime(monitoring.NewIDs(), nil), context.Background()
	p.Start(r.Context(ctx), h)
	require.NoError(b, <-h.started)
	require.NoError(b, r.Dismiss(ctx))
	p.wake.Store(1) // a run is on: this one
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Send(ctx, 1); err != nil {
			b.Fatal(err)
		}
		for o := more; o != idle; {
			o = p.turn(nil)
		}
	}
	if held {
		b.Fatal("a message is left")
	}
	p.Stop(Forever)
	p.run(nil)
	<-h.ended
	p.Retire(nil)
	<-p.Done()
}
