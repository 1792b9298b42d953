package topic

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
)

// BenchmarkPublish is what a message costs its publisher. The subscribers are
// not started, and their mailboxes make room by themselves: what is measured is
// the topic's share and that of Send, and that a message is handled by nobody.
func BenchmarkPublish(b *testing.B) {
	for _, policy := range []Policy{Drop, Block} {
		for _, n := range []int{0, 1, 10, 1000} {
			b.Run(fmt.Sprintf("%v/%d", policy, n), func(b *testing.B) {
				t, ctx := listened(b, n, policy), context.Background()
				b.ReportAllocs()
				for b.Loop() {
					if err := t.Publish(ctx, 1); err != nil {
						b.Fatal(err)
					}
				}
				if n > 0 {
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/subscriber")
				}
			})
		}
	}
}

// BenchmarkSend is the bare minimum: one actor is sent the message.
func BenchmarkSend(b *testing.B) {
	p, ctx := idle(0), context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Send(ctx, 1); err != nil {
			b.Fatal(err)
		}
	}
}

// Publishing allocates nothing of its own.
func TestPublishCostsNoAllocation(t *testing.T) {
	for _, policy := range []Policy{Drop, Block} {
		in, ctx := listened(t, 10, policy), t.Context()
		sent := idle(11)
		send := testing.AllocsPerRun(200, func() { _ = sent.Send(ctx, 1) })
		require.InDelta(t, 10*send, testing.AllocsPerRun(200, func() { _ = in.Publish(ctx, 1) }), 0.5, "%v", policy)
	}
}

// idle is an actor that nobody starts, and whose mailbox is never too full.
func idle(i int) *actor.Process[int] {
	return actor.New(actor.Spec[int]{
		Name:    fmt.Sprint("idle-", i),
		Mailbox: mailbox.Config{Capacity: 1 << 8, Overflow: mailbox.DropOldest},
		New:     actor.Make(func() actor.Func[int] { return func(context.Context, int) error { return nil } }),
	})
}

func listened(tb testing.TB, n int, policy Policy) *Topic[int] {
	tb.Helper()
	t := New[int](Spec{Name: "numbers"})
	for i := range n {
		require.NoError(tb, t.Subscribe(idle(i).Ref, policy))
	}
	return t
}
