//go:build yields

package actor

import (
	"context"
	"flag"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/internal/yield"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/monitoring"
)

var seeds = flag.Uint64("seeds", 300, "how many schedules to try")

// TestYields sends, asks, stops, retires and starts again all at once, on many
// schedules. On each, every message is accounted for, no two runs overlap, every
// question has its answer or an error, every incarnation its end, and nothing is
// left asleep: then the bubble would be stuck.
func TestYields(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for seed := range *seeds {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				yield.Seed(seed)
				newTumult(t, rand.New(rand.NewPCG(seed, 0))).play(ctx)
				assert.Positive(t, yield.Points(seed))
			})
		})
	}
}

// A tumult is one actor, and all that is done to it.
type tumult struct {
	*testing.T
	*Process[do]
	rt      *Runtime
	running atomic.Int32
	handled int // by one run at a time; the race detector watches it

	dead, begun, ended atomic.Int64
}

func newTumult(t *testing.T, rnd *rand.Rand) *tumult {
	t.Helper()
	m := &tumult{T: t, rt: NewRuntime(monitoring.NewIDs(), nil)}
	m.rt.Employ()
	m.Process = New(Spec[do]{
		Name:        "p",
		Mailbox:     mailbox.Config{Capacity: 1 + rnd.IntN(4)},
		DeadLetters: func(DeadLetter[do]) { m.dead.Add(1) },
		New: func(context.Context, *Self[do]) (Actor[do], error) {
			m.begun.Add(1)
			return hooked{hook: func(context.Context, Exit) error { m.ended.Add(1); return nil }}, nil
		},
	})
	return m
}

// message counts itself and then ends as end does.
func (m *tumult) message(end do) do {
	return func(ctx context.Context) error {
		assert.EqualValues(m, 1, m.running.Add(1), "two runs at once")
		defer m.running.Add(-1)
		m.handled++
		return end(ctx)
	}
}

// play lets everybody do something at once, and then checks the sums.
func (m *tumult) play(ctx context.Context) {
	const senders, each, asks = 3, 15, 10
	over, owner := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(owner)
		m.keepUp(over)
	}()
	var others sync.WaitGroup
	for n := range senders {
		others.Go(func() {
			ends := []do{nothing, fails, nothing, nothing, panics, nothing, exits}
			for i := range each {
				if err := m.Send(ctx, m.message(ends[(n+i)%len(ends)])); err != nil {
					assert.ErrorIs(m, err, ErrStopped)
				}
			}
		})
	}
	others.Go(func() {
		for range asks {
			n, err := Ask(ctx, m.Ref, func(r Reply[int]) do {
				return m.message(func(context.Context) error { r.Send(7); return nil })
			})
			assert.True(m, err != nil || n == 7)
		}
	})
	others.Go(func() {
		for range 5 {
			m.Stop(Forever)
			yield.Point()
		}
	})
	others.Wait()
	close(over)
	<-owner
	require.NoError(m, m.rt.Dismiss(ctx))
	info := m.Info()
	assert.EqualValues(m, senders*each+asks, info.Handled+info.DeadLettered+info.Rejected, "%+v", info)
	assert.EqualValues(m, m.handled, info.Handled)
	assert.Equal(m, m.dead.Load(), int64(info.DeadLettered))
	assert.Zero(m, info.Depth)
	assert.Equal(m, m.begun.Load(), m.ended.Load())
}

// keepUp starts the actor again whenever it ends, now and then after its address
// has ended, until over is closed.
func (m *tumult) keepUp(over <-chan struct{}) {
	h := newHost()
	for n := 0; ; n++ {
		m.Start(m.rt.Context(context.Background()), h)
		started := <-h.started
		if started == nil {
			select {
			case exit := <-h.ended:
				started = exit.Err
			case <-over:
				m.Stop(Forever)
				<-h.ended
				m.Retire(nil)
				<-m.Done()
				return
			}
		}
		if n%3 == 0 {
			m.Retire(started)
		}
	}
}

func panics(context.Context) error { panic(errBoom) }
func exits(context.Context) error  { runtime.Goexit(); return nil }
