package pool

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// A quiet worker does nothing.
type quiet struct{}

func (quiet) Receive(context.Context, int) error { return nil }

// serve runs a pool of quiet workers and a plain actor like them.
func serve(tb testing.TB, route Route, n int) (*Pool[int], actor.Ref[int]) {
	tb.Helper()
	worker := actor.Spec[int]{
		Name:    "worker",
		New:     actor.Make(func() quiet { return quiet{} }),
		Mailbox: mailbox.Config{Capacity: 1024},
	}
	plain := actor.New(worker)
	s := Spec[int]{Name: "pool", Size: n, Route: route, Worker: worker}
	if route == ByKey {
		names := []string{"ann", "bernard", "carla", "dora"}
		s.Key = func(i int) string { return names[i%len(names)] }
	}
	if route == Pull {
		s.Worker.Mailbox, s.Capacity = mailbox.Config{}, 1024
	}
	p := New(s)
	sys, err := system.Start(tb.Context(), system.Config{
		Name:   "sys",
		Root:   supervision.Spec{Children: []supervision.Child{{Process: plain}, {Process: p.Supervisor}}},
		Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = sys.Shutdown(context.WithoutCancel(tb.Context())) })
	return p, plain.Ref
}

func TestSendAllocatesNothing(t *testing.T) {
	for _, route := range []Route{RoundRobin, Random, LeastLoaded, ByKey, Broadcast} {
		t.Run(route.String(), func(t *testing.T) {
			p, _ := serve(t, route, 4)
			for i := range 1000 { // goroutines and mailboxes are made on first use
				require.NoError(t, p.Send(t.Context(), i))
			}
			ctx := t.Context()
			assert.Zero(t, testing.AllocsPerRun(10_000, func() { _ = p.Send(ctx, 1) }))
		})
	}
}

// BenchmarkSend is a message to a pool of eight, by each route, beside one to a
// plain actor, with the handling of all of them.
func BenchmarkSend(b *testing.B) {
	plain := func(b *testing.B) {
		_, ref := serve(b, RoundRobin, 1)
		ctx := b.Context()
		for i := 0; b.Loop(); i++ {
			_ = ref.Send(ctx, i)
		}
	}
	b.Run("plain", plain)
	for _, route := range []Route{RoundRobin, Random, LeastLoaded, ByKey, Pull} {
		b.Run(route.String(), func(b *testing.B) {
			p, _ := serve(b, route, 8)
			ctx := b.Context()
			for i := 0; b.Loop(); i++ {
				_ = p.Send(ctx, i)
			}
		})
	}
}
