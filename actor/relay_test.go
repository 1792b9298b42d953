package actor

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/monitoring"
)

// A part is an actor of which a test says what a turn does.
type part struct {
	body
	turn func() outcome
}

func (p *part) receive(*incarnation) outcome { return p.turn() }

// acts returns a trusted actor with such a part, whose run the caller has won the
// right to.
func acts(turn func() outcome) *core {
	c := &core{body: &part{turn: turn}, inc: &incarnation{phase: receiving}}
	c.quick.Store(trusted)
	c.wake.Store(1)
	return c
}

// A pair is two actors that wake each other in turns, on the only hand of a crew for
// one processor, from where they hand over to each other.
type pair struct {
	cr      *crew
	h       *hand
	members [2]*core
	turns   int       // so far
	at      func(int) // called in each turn
}

// inPair runs a test with a pair that makes so many turns. Other hands of the crew
// run nothing.
func inPair(t *testing.T, turns int, f func(p *pair)) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	bubble(t, func(*testing.T, context.Context) {
		p := &pair{cr: stagedCrew()}
		p.h, p.cr.runs = p.cr.busyHand(true), 1
		for i := range p.members {
			p.members[i] = acts(func() outcome {
				p.turns++
				p.at(p.turns)
				if other := p.members[1-i]; p.turns < turns {
					other.wake.Store(1)
					p.h.jot(other)
				}
				return idle
			})
		}
		f(p)
	})
}

// spin has the hand do its work until there is none.
func (p *pair) spin(t *testing.T) {
	t.Helper()
	for c := p.members[0]; c != nil; c, _ = p.cr.ran(p.h) {
		require.True(t, p.h.relay(c))
		require.Nil(t, p.h.note.Load(), "a hand at rest is handed nothing")
	}
}

// Those that hand over to each other let one that is queued run now and then, and go
// on after it.
func TestRelayLetsTheQueuedRun(t *testing.T) {
	inPair(t, 3*relays, func(p *pair) {
		after := 0
		queued := acts(func() outcome { after = p.turns; return idle })
		p.cr.start(queued)
		p.at = func(n int) {
			assert.Equal(t, n <= relays, p.cr.queued.Load())
			assert.Equal(t, 1, p.cr.swift)
		}
		p.spin(t)
		assert.Equal(t, relays, after)
		assert.Equal(t, 3*relays, p.turns)
	})
}

// One that is not trusted is not queued, as nobody who waits may be: who is queued is
// given another hand when it is handed over to.
func TestRelayQueuesNobodyWhoIsNotTrusted(t *testing.T) {
	inPair(t, relays+1, func(p *pair) {
		queued := waits()
		p.cr.start(queued)
		p.at = func(n int) {
			if n == relays {
				p.members[relays%2].quick.Store(0)
			}
			assert.Equal(t, n <= relays, p.cr.queued.Load())
		}
		require.True(t, p.h.relay(p.members[0]))
		assert.Equal(t, relays+1, p.turns)
		require.Len(t, p.cr.hands, 2)
		assert.Same(t, queued, p.cr.hands[1].first)
		assert.False(t, p.h.swift)
	})
}

// They let other goroutines run too, on the only processor there is.
func TestRelayLetsOtherGoroutinesRun(t *testing.T) {
	inPair(t, 20*relays, func(p *pair) {
		var ran atomic.Bool
		after := 0
		p.at = func(n int) {
			switch {
			case n == 1:
				go ran.Store(true)
			case after == 0 && ran.Load():
				after = n
			}
		}
		p.spin(t)
		assert.Positive(t, after)
		assert.Less(t, after, 10*relays)
	})
}

// A run that has used up its turn passes if others are queued and it may wait with
// them.
func TestRunPassesWhenOthersAreQueued(t *testing.T) {
	for _, c := range []struct {
		hand, queued, trusted bool
		want                  runEnd
	}{
		{true, true, true, passed},
		{true, true, false, rested},
		{true, false, true, rested},
		{true, false, false, rested},
		{false, false, true, rested},
		{false, false, false, rested},
	} {
		turns := 0
		actor := acts(func() outcome {
			turns++
			if turns == 1 {
				return spent
			}
			return idle
		})
		if !c.trusted {
			actor.quick.Store(0)
		}
		cr := stillCrew()
		cr.queued.Store(c.queued)
		var h *hand
		if c.hand {
			h = cr.busyHand(c.trusted)
		}
		assert.Equal(t, c.want, actor.run(h), "%+v", c)
		assert.Equal(t, c.want == passed, turns == 1, "%+v", c)
	}
}

// What may be done with a hand's note, and what becomes of it.
func TestNote(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		h := stillCrew().busyHand(true)
		first, second := acts(func() outcome { return idle }), acts(func() outcome { return idle })
		is := func(n *core) {
			t.Helper()
			require.Same(t, n, h.note.Load())
			require.Equal(t, n != blank && n != nil, h.noted())
		}

		assert.Nil(t, h.next())
		is(blank)
		require.True(t, h.jot(first))
		is(first)
		require.True(t, h.jot(second))
		is(second)
		synctest.Wait()
		assert.Zero(t, first.wake.Load(), "it has been given a goroutine")
		assert.Same(t, second, h.next())
		is(blank)

		require.True(t, h.jot(second))
		assert.Same(t, second, h.rest(), "it was noted when nobody was expected any more")
		is(blank)
		assert.Nil(t, h.rest())
		is(nil)

		assert.False(t, h.jot(second))
		assert.Nil(t, h.next())
		is(nil)
		h.free()
		is(nil)
		assert.Nil(t, h.rest())
		is(nil)
		assert.EqualValues(t, 1, second.wake.Load(), "it has been run by nobody")
	})
}

// However many note actors on one hand, take them out and close the note at the same
// time: each is run once.
func TestNoteUnderStress(t *testing.T) {
	const goroutines, each = 4, 10_000
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(2, runtime.GOMAXPROCS(0))))
	bubble(t, func(t *testing.T, _ context.Context) {
		h := stillCrew().busyHand(true)
		var noters, runs sync.WaitGroup
		var over atomic.Bool
		for range goroutines {
			noters.Go(func() {
				for range each {
					runs.Add(1)
					var times atomic.Int32
					c := acts(func() outcome {
						if times.Add(1) == 1 {
							runs.Done()
						} else {
							t.Error("it was run twice")
						}
						return idle
					})
					if !h.jot(c) {
						c.dispatch()
					}
				}
			})
		}
		var taker sync.WaitGroup
		taker.Go(func() {
			for n := 0; !over.Load(); n++ {
				take := h.next
				if n%16 == 0 {
					take = h.rest
				}
				if next := take(); next != nil {
					next.dispatch()
				}
				h.note.CompareAndSwap(nil, blank)
			}
		})
		noters.Wait()
		over.Store(true)
		taker.Wait()
		h.free()
		runs.Wait()
	})
}

// An actor's run may have ended, or its goroutine may be none of the crew's. Whom it
// wakes then waits for nobody.
func TestNobodyIsNotedForAnActorThatNoHandRuns(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		rt := NewRuntime(monitoring.NewIDs(), nil)
		h := rt.crew.busyHand(true)
		woken := waits()
		woken.scope.Store(&scope{runtime: rt})
		by := waits()
		by.runner.Store(h) // it goes on with other actors
		for _, wake := range []uint64{0, parked} {
			by.wake.Store(wake)
			woken.startFor(by)
			assert.Same(t, blank, h.note.Load())
		}
		by.wake.Store(1)
		woken.startFor(by)
		assert.Same(t, woken, h.note.Load(), "the run is on")
		by.leaveHand()
		assert.Nil(t, h.note.Load())
		assert.Nil(t, by.runner.Load())

		woken.startFor(by)
		by.free()
		by.block()
		by.leaveHand()
		synctest.Wait()
		assert.Equal(t, []*hand{h}, rt.crew.hands, "all others have run and gone")
	})
}

// An actor that was never started belongs to no crew. A message may still wake it,
// one that comes as its address ends.
func TestNoHandOverToAnActorOfNoSystem(t *testing.T) {
	inRelay(t, func(r *relay) {
		never := doer("never")
		never.Retire(nil)
		<-never.Done()
		synctest.Wait()
		require.Zero(t, never.wake.Load())
		r.give(func(ctx context.Context) error {
			never.notify(ctx)
			return nil
		})
		assert.Zero(t, never.wake.Load(), "it has looked at its mailbox")
		assert.Empty(t, r.host.ended)
	})
}

// A run that was handed over, and then lost its goroutine, is counted as the crew's
// all the same.
func TestRunThatWasHandedOverIsLost(t *testing.T) {
	var self *Self[do]
	inRelay(t, func(r *relay) {
		exits := doer("child", withNew(func(context.Context, *Self[do]) (Actor[do], error) {
			runtime.Goexit()
			return plain{}, nil
		}))
		r.give(func(context.Context) error {
			return self.Start(exits, func(e Event) do {
				return func(context.Context) error {
					assert.ErrorIs(r, e.Err, ErrGoexit)
					r.log <- "not started"
					return nil
				}
			})
		})
		assert.Equal(t, []string{"not started"}, r.logged())
		_, runs := hands(r.giver.scope.Load().runtime)
		assert.Zero(t, runs)
	}, withSelf(&self))
}
