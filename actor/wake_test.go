package actor

import (
	"context"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/monitoring"
)

// Many senders, short runs that end all the time, control traffic and ends in
// between: every accepted message is handled, and no two runs overlap.
func TestWakeUpProtocolUnderStress(t *testing.T) {
	for _, crewed := range []bool{false, true} {
		t.Run(fmt.Sprint("crew ", crewed), func(t *testing.T) {
			const senders, each = 8, 3000
			rt := NewRuntime(monitoring.NewIDs(), nil)
			if crewed {
				rt.Employ()
				defer func() { assert.NoError(t, rt.Dismiss(context.Background())) }()
			}
			var running atomic.Int32
			plainCounter := 0 // the race detector watches it
			var all sync.WaitGroup
			all.Add(senders * each)
			var self *Self[do]
			p := doer("p", withSelf(&self))
			message := func(context.Context) error { //nolint:unparam // that is what a do is
				if running.Add(1) != 1 {
					t.Error("two runs at once")
				}
				plainCounter++
				running.Add(-1)
				all.Done()
				return nil
			}
			h := newHost()
			p.Start(rt.Context(t.Context()), h)
			require.NoError(t, <-h.started)
			for s := range senders {
				go func() {
					for i := range each {
						if (i+s)%10 == 0 {
							self.After(0, message)
						} else {
							assert.NoError(t, p.Send(context.Background(), message))
						}
						if i%3 == 0 {
							runtime.Gosched() // let the run end
						}
					}
				}()
			}
			all.Wait()
			p.Stop(Forever)
			<-h.ended
			assert.Equal(t, senders*each, plainCounter)
		})
	}
}

// Messages that are sent between two incarnations are found by the next one.
func TestWakeUpBetweenIncarnations(t *testing.T) {
	const rounds, senders = 300, 4
	p := doer("p")
	h := newHost()
	var handled atomic.Int64
	var wg sync.WaitGroup
	for range senders {
		wg.Go(func() {
			for range rounds {
				assert.NoError(t, p.Send(context.Background(), func(context.Context) error {
					handled.Add(1)
					return nil
				}))
			}
		})
	}
	for range rounds {
		again(t, p, h)
		p.Stop(Forever)
		<-h.ended
	}
	again(t, p, h)
	wg.Wait()
	p.Drain(Forever)
	<-h.ended
	assert.EqualValues(t, senders*rounds, handled.Load())
}

func TestIdleActorsHoldNoGoroutine(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var actors []*Process[do]
		var hosts []*host
		for i := range 1000 {
			p := doer(strconv.Itoa(i))
			actors, hosts = append(actors, p), append(hosts, start(t, p))
			require.NoError(t, p.Send(ctx, nothing))
		}
		synctest.Wait()
		assert.Zero(t, running())
		for i, p := range actors {
			p.Stop(0)
			assert.Equal(t, Shutdown, (<-hosts[i].ended).Kind)
		}
	})
}

func TestCrewKeepsAFewGoroutinesUntilItIsDismissed(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		rt := NewRuntime(monitoring.NewIDs(), nil)
		rt.Employ()
		h := newHost()
		var actors []*Process[do]
		for i := range 50 {
			p := doer(strconv.Itoa(i))
			actors = append(actors, p)
			p.Start(rt.Context(ctx), h)
			require.NoError(t, <-h.started)
		}
		for range 3 {
			for _, p := range actors {
				require.NoError(t, p.Send(ctx, nothing))
			}
			synctest.Wait()
		}
		assert.Positive(t, running())
		assert.LessOrEqual(t, running(), runtime.GOMAXPROCS(0))
		// A goroutine that ends in user code is no loss.
		require.NoError(t, actors[0].Send(ctx, func(context.Context) error { runtime.Goexit(); return nil }))
		assert.Equal(t, Goexit, (<-h.ended).Kind)
		require.NoError(t, rt.Dismiss(ctx))
		synctest.Wait()
		assert.Zero(t, running())
		n, err := call(ctx, actors[1], func(context.Context) int { return 1 })
		require.NoError(t, err)
		assert.Equal(t, 1, n)
	})
}

// A lane that is never empty does not grow.
func TestLaneIsBoundedByWhatIsInIt(t *testing.T) {
	var l lane
	for range 3 {
		l.push(halt{})
	}
	for range 100_000 {
		l.push(halt{})
		require.NotNil(t, l.take())
	}
	assert.LessOrEqual(t, cap(l.rest.queue), 16)
	for range 3 {
		require.NotNil(t, l.take())
	}
	assert.Nil(t, l.take())
	for range 100 {
		l.push(halt{})
	}
	for range 100 {
		l.take()
	}
	assert.Nil(t, l.rest, "an idle actor keeps little")
}

// Two timers that set each other never leave the lane empty.
func TestLaneOfAnActorThatKeepsItselfBusy(t *testing.T) {
	p := doer("p", func(s *Spec[do]) {
		s.New = func(_ context.Context, self *Self[do]) (Actor[do], error) {
			left := 10_000
			var loop do
			loop = func(context.Context) error {
				if left--; left > 0 {
					self.After(0, loop)
				}
				return nil
			}
			self.After(0, loop)
			self.After(0, loop)
			return plain{}, nil
		}
	})
	h := start(t, p)
	n, err := call(t.Context(), p, func(context.Context) int { return 1 })
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	p.Stop(Forever)
	<-h.ended
	p.lane.mu.Lock()
	defer p.lane.mu.Unlock()
	assert.LessOrEqual(t, cap(p.lane.rest.queue), keepSignals)
}
