package actor

import (
	"context"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A waiter is an actor of which nothing but what it has taken from its mailbox is
// looked at.
type waiter struct {
	body
	took uint64
}

func (w *waiter) taken() uint64 { return w.took }

// waits returns a trusted actor that does nothing when it is run.
func waits() *core {
	c := &core{body: &waiter{}}
	c.quick.Store(trusted)
	return c
}

// stagedCrew is a still crew whose hands run nothing: the test says what they do.
func stagedCrew() *crew {
	cr := stillCrew()
	for range 64 {
		cr.former = append(cr.former, &hand{crew: cr, serve: func() {}})
	}
	return cr
}

// busyHand returns a hand that runs a trusted actor, or another one.
func (cr *crew) busyHand(swift bool) *hand {
	h := cr.hire()
	cr.take(h, swift)
	h.note.Store(blank)
	return h
}

// An actor that the watch sees noted twice, while it has had no turn, has waited for
// too long. Only then is the note closed.
func TestWatchFindsWhoIsNoted(t *testing.T) {
	cr := stagedCrew()
	open, h, closed := cr.busyHand(true), cr.busyHand(true), cr.busyHand(true)
	closed.note.Store(nil)
	mailbox := &waiter{}
	n := &core{body: mailbox}

	assert.Empty(t, cr.overdue())
	assert.Empty(t, cr.overdue(), "nobody is noted")

	require.True(t, h.jot(n))
	assert.Empty(t, cr.overdue(), "it may have been noted just now")
	mailbox.took++
	assert.Empty(t, cr.overdue(), "it has had a turn, and is noted again")
	cr.take(h, true)
	assert.Empty(t, cr.overdue(), "so it has been on another goroutine, and is noted again")
	h.note.Store(waits())
	assert.Empty(t, cr.overdue(), "another one is noted")
	h.note.Store(n)
	assert.Empty(t, cr.overdue())
	require.Same(t, n, h.note.Load())
	assert.Equal(t, []*core{n}, cr.overdue())
	assert.False(t, h.jot(n), "the next one would wait too")
	assert.Empty(t, cr.overdue())

	h.note.Store(blank) // the goroutine goes on
	require.True(t, h.jot(n))
	assert.Empty(t, cr.overdue())
	assert.Equal(t, []*core{n}, cr.overdue())
	h.note.Store(n)
	assert.Empty(t, cr.overdue(), "what was seen before it was taken out is forgotten")

	assert.Same(t, blank, open.note.Load())
	assert.Nil(t, closed.note.Load())
	assert.Equal(t, 3, cr.swift, "nobody is queued for them")
}

// All hands are looked at, wherever they stand.
func TestWatchFindsAllWhoAreNoted(t *testing.T) {
	cr := stagedCrew()
	first, second := waits(), waits()
	for _, n := range []*core{nil, first, blank, nil, second} {
		cr.busyHand(true).note.Store(n)
	}
	assert.Empty(t, cr.overdue())
	assert.Equal(t, []*core{first, second}, cr.overdue())
}

// A hand that runs a trusted actor, and the same one for a whole tick while somebody
// is queued, is held up. It counts no more, its note is closed, and all who are
// queued are given hands.
func TestWatchFindsTheHandsThatHoldUpTheQueue(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	cr := stagedCrew()
	cr.processors = 2
	slow, blocked, busy, also := cr.busyHand(false), cr.busyHand(true), cr.busyHand(true), cr.busyHand(true)
	assert.Empty(t, cr.overdue())
	assert.Empty(t, cr.overdue())
	require.Equal(t, 3, cr.swift, "nobody waits for them")

	first, second, third, noted := waits(), waits(), waits(), waits()
	cr.start(first)
	cr.start(second)
	assert.Empty(t, cr.overdue())
	assert.Equal(t, 3, cr.swift, "they may have been queued just now")
	require.Same(t, first, cr.swap(busy, third))
	require.True(t, blocked.jot(noted))

	assert.Equal(t, []*core{noted}, cr.overdue(), "it waits for a hand that is known to be held up")
	assert.Nil(t, blocked.note.Load())
	assert.Nil(t, also.note.Load(), "its actor loses what it has earned")
	assert.Same(t, blank, busy.note.Load(), "it has taken another one")
	assert.Same(t, blank, slow.note.Load(), "nobody waits for it")
	assert.False(t, blocked.swift)
	assert.False(t, also.swift)
	assert.True(t, busy.swift)
	assert.False(t, cr.queued.Load())
	require.Len(t, cr.hands, 6)
	assert.Same(t, second, cr.hands[4].first)
	assert.Same(t, third, cr.hands[5].first)
	assert.Equal(t, 3, cr.swift)

	assert.Empty(t, cr.overdue())
	assert.Same(t, blank, busy.note.Load(), "nobody is queued any more")
	assert.Equal(t, 3, cr.swift)
}

// While a hand takes one after another nobody is taken out of the queue before his
// turn.
func TestWatchLeavesAQueueThatMoves(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	cr := stagedCrew()
	h := cr.busyHand(true)
	cr.runs = 1
	for range 5 {
		cr.start(waits())
	}
	for range 5 {
		assert.Empty(t, cr.overdue())
		assert.Len(t, cr.hands, 1)
		_, stays := cr.ran(h)
		require.True(t, stays)
	}
	assert.Equal(t, 1, cr.swift)
}

// The number of processors may change.
func TestWatchLooksHowManyProcessorsThereAre(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	cr := stillCrew()
	cr.overdue()
	assert.Equal(t, 3, cr.processors)
	assert.Equal(t, 3, runtime.GOMAXPROCS(0), "it asks, and does not set")
}

// However often somebody is noted, the watch looks once in a tick.
func TestWatchLooksOnceInATick(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		cr := &crew{}
		h, n := cr.busyHand(true), waits()
		seen := func() *core {
			cr.mu.Lock()
			defer cr.mu.Unlock()
			return h.seen.noted
		}
		n.wake.Store(1)
		require.True(t, h.jot(n))
		require.True(t, cr.watch.on.Load())
		for ticks := range 2 {
			require.EqualValues(t, 1, n.wake.Load())
			assert.Equal(t, ticks == 1, seen() == n)
			pass(watchTick / 2)
			cr.look()
			pass(watchTick / 2)
		}
		assert.Equal(t, uint64(parked), n.wake.Load(), "it has been run")
		pass(watchTick)
		assert.False(t, cr.watch.on.Load())

		h.note.Store(blank)
		n.wake.Store(1)
		require.True(t, h.jot(n))
		pass(2 * watchTick)
		assert.Equal(t, uint64(parked), n.wake.Load(), "it looks again when it is asked to")
	})
}

// While anybody is queued some hand counts among the swift, whatever hands and
// processors do, so that those who are queued and see nothing move go on at the
// second look.
func TestSomeHandIsSwiftWhileAnybodyIsQueued(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	rapid.Check(t, func(t *rapid.T) {
		cr := stagedCrew()
		some := func(t *rapid.T) *hand {
			at := slices.DeleteFunc(slices.Clone(cr.hands), func(h *hand) bool { return slices.Contains(cr.idle, h) })
			if len(at) == 0 {
				t.Skip("all hands wait for work")
			}
			return rapid.SampledFrom(at).Draw(t, "hand")
		}
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) {
				swift := 0
				for place, h := range cr.hands {
					require.Equal(t, place, h.place)
					if h.swift {
						swift++
					}
				}
				require.Equal(t, swift, cr.swift)
				require.Equal(t, !cr.queue.empty(), cr.queued.Load())
				require.True(t, cr.queue.empty() || swift > 0)
				require.True(t, cr.queue.empty() || len(cr.idle) == 0)
			},
			"start": func(t *rapid.T) {
				c := waits()
				if !rapid.Bool().Draw(t, "trusted") {
					c.quick.Store(0)
				}
				cr.start(c)
				for _, h := range cr.hands {
					if len(h.work) == 1 {
						<-h.work
					}
				}
			},
			"ran":     func(t *rapid.T) { cr.ran(some(t)) },
			"swap":    func(t *rapid.T) { cr.swap(some(t), waits()) },
			"relieve": func(t *rapid.T) { cr.relieve(some(t)) },
			"lose":    func(t *rapid.T) { cr.lose(some(t)) },
			"look":    func(*rapid.T) { cr.overdue() },
			"stand": func(t *rapid.T) {
				cr.overdue()
				cr.overdue()
				require.True(t, cr.queue.empty())
			},
			"processors": func(t *rapid.T) { cr.processors = rapid.IntRange(1, 3).Draw(t, "processors") },
		})
	})
}
