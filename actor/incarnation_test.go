package actor

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/monitoring"
)

// Whatever comes first of all that is said of a start is what counts.
func TestOnlyTheFirstWordOfAStartCounts(t *testing.T) {
	for _, test := range []struct {
		first, second error
		ready         bool
	}{{nil, errBoom, true}, {errBoom, nil, false}, {nil, nil, true}} {
		i := new(incarnation)
		assert.False(t, i.saidReady())
		assert.True(t, i.say(test.first))
		assert.False(t, i.say(test.second))
		assert.Equal(t, test.ready, i.saidReady())
	}
}

// An incarnation whose place another one has taken cannot be stopped: who has found
// it looks for the other one.
func TestR16WhoIsReplacedIsNotStopped(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newStores()
		o := oversee(t, s, always(Renews))
		old := s.self.inc()
		require.NoError(t, s.Send(ctx, fails))
		<-o.continued
		assert.False(t, old.limit(time.Minute, time.Now(), false))
		assert.False(t, old.isStopped())
		now := s.self.inc()
		assert.NotSame(t, old, now)
		assert.False(t, now.isStopped())
		assert.True(t, now.limit(time.Minute, time.Now(), false))
		assert.True(t, now.isStopped())
		end(s.Process, o.host)
	})
}

// What has ended in time, or was renewed, waits for no deadline, nor for one that it
// is given too late.
func TestDeadlinesEndWithTheIncarnation(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		rt := NewRuntime(monitoring.NewIDs(), nil)
		s := newStores()
		o := &overseer{newHost(), always(Renews), make(chan Exit, 16), make(chan continued, 16)}
		waiting := func() int {
			rt.deadlines.mu.Lock()
			defer rt.deadlines.mu.Unlock()
			return len(rt.deadlines.all)
		}
		windLate := func(i *incarnation) {
			i.mu.Lock()
			defer i.mu.Unlock()
			i.wind(time.Now().Add(time.Hour))
		}
		within := 0
		s.hooks = func(context.Context, string, Exit) error { within = max(within, waiting()); return nil }
		s.Start(rt.Context(ctx), o)
		require.NoError(t, <-o.started)
		first := s.self.inc()
		require.NoError(t, s.Send(ctx, fails))
		<-o.continued
		synctest.Wait()
		assert.Equal(t, 1, within, "the hooks have one")
		assert.Zero(t, waiting())
		windLate(first)
		assert.Zero(t, waiting())

		second := s.self.inc()
		s.Stop(time.Hour)
		<-o.ended
		assert.Zero(t, waiting())
		windLate(second)
		assert.Zero(t, waiting())
	})
}

// An actor that is busy is abandoned at once if it has no time to stop, whatever
// else it has going on. Only one that traps its stop has a moment.
func TestL5ImmediateKnowsTrapsFromOtherTies(t *testing.T) {
	for name, test := range map[string]struct {
		tie  func(*Self[do])
		want time.Duration
	}{
		"none":  {func(*Self[do]) {}, 0},
		"timer": {func(s *Self[do]) { s.After(time.Hour, nothing) }, 0},
		"watch": {func(s *Self[do]) { _ = s.Watch(doer("other").Ref, func(Down) do { return nothing }) }, 0},
		"trap":  {func(s *Self[do]) { s.TrapStop(func(Stopping) do { return nothing }) }, childGrace},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, _ context.Context) {
				p := doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
					test.tie(self)
					return plain{}, nil
				}))
				h := start(t, p)
				release := block(t, p)
				began := time.Now()
				p.Stop(0)
				assert.Equal(t, Abandoned, (<-h.ended).Kind)
				assert.Equal(t, test.want, time.Since(began))
				release()
			})
		})
	}
}

// contested is a mailbox whose last message is always evicted by a sender between
// the look whether there is one and the take.
type contested struct{ mailbox.Queue[envelope[do]] }

func (q contested) Len() int { return max(1, q.Queue.Len()) }

// Where there is nothing left to bury nothing is buried, and nothing counted.
func TestBurialOfNothing(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var letters []DeadLetter[do]
		p := doer("p", func(s *Spec[do]) {
			s.DropWaiting = true
			s.DeadLetters = func(d DeadLetter[do]) { letters = append(letters, d) }
		})
		p.queue = contested{p.queue}
		h := start(t, p)
		require.NoError(t, p.Send(ctx, nothing))
		synctest.Wait()
		release := block(t, p)
		require.NoError(t, p.Send(ctx, nothing))
		p.Stop(time.Minute)
		release()
		<-h.ended // what waits is dropped
		assert.Len(t, letters, 1)
		p.Retire(nil)
		<-p.Done()
		assert.Len(t, letters, 1)
		assert.EqualValues(t, 1, p.Info().DeadLettered)
		handled, _ := p.load().Load()
		assert.EqualValues(t, 2, handled)
	})
}
