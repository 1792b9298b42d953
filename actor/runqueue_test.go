package actor

import (
	"context"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/monitoring"
)

// A busyCrew is the actors of a system, all of them trusted, on one processor. One of
// them keeps the only hand busy.
type busyCrew struct {
	*testing.T
	ctx   context.Context
	rt    *Runtime
	busy  *Process[do]
	queue []*Process[do]
	began time.Time
	log   *probe
}

// inBusyCrew runs a test with a busy crew, in which some more actors are idle.
func inBusyCrew(t *testing.T, others int, busy do, f func(b *busyCrew)) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	bubble(t, func(t *testing.T, ctx context.Context) {
		b := &busyCrew{T: t, ctx: ctx, rt: NewRuntime(monitoring.NewIDs(), nil), log: new(probe)}
		b.rt.Employ()
		h := newHost()
		start := func(name string) *Process[do] {
			p := doer(name, withCapacity(2*budget))
			p.Start(b.rt.Context(ctx), h)
			require.NoError(t, <-h.started)
			p.quick.Store(trusted)
			return p
		}
		b.busy = start("busy")
		for i := range others {
			b.queue = append(b.queue, start(strconv.Itoa(i)))
		}
		synctest.Wait()
		b.began = time.Now()
		require.NoError(t, b.busy.Send(ctx, busy))
		synctest.Wait()
		f(b)
		for _, p := range append(b.queue, b.busy) {
			if p.current.Load() != nil {
				p.Stop(0)
				<-h.ended
			}
		}
		synctest.Wait()
		require.NoError(t, b.rt.Dismiss(ctx))
		assert.Zero(t, b.rt.crew.swift)
		assert.Empty(t, b.rt.crew.hands)
		assert.True(t, b.rt.crew.queue.empty())
		pass(watchTick)
		assert.False(t, b.rt.crew.watch.on.Load(), "a process at rest has no timer")
	})
}

// logged returns what is in the log by now.
func (b *busyCrew) logged() []string {
	synctest.Wait()
	return b.log.take()
}

// wake has one of those that wait note when it is run.
func (b *busyCrew) wake(i int) {
	b.Helper()
	require.NoError(b, b.queue[i].Send(b.ctx, func(context.Context) error {
		b.log.add(strconv.Itoa(i) + " after " + time.Since(b.began).String())
		return nil
	}))
}

// hangs is a handler that takes long, unknown to the framework.
func hangs(context.Context) error {
	time.Sleep(time.Hour)
	return nil
}

// An actor that is woken while all hands are busy waits for one of them, and for no
// longer than two ticks of the watch: then all who wait are given goroutines.
func TestQueuedActorsDoNotWaitForABlockedHandler(t *testing.T) {
	inBusyCrew(t, 100, hangs, func(b *busyCrew) {
		for i := range b.queue {
			b.wake(i)
		}
		assert.Empty(t, b.logged())
		assert.True(t, b.rt.crew.queued.Load())
		pass(2 * watchTick)
		lines := b.logged()
		assert.Len(t, lines, len(b.queue))
		for _, line := range lines {
			assert.Contains(t, line, " after 2ms")
		}
		b.began = time.Now()
		b.wake(0)
		assert.Equal(t, []string{"0 after 0s"}, b.logged(), "the blocked one does not count any more")
		pass(time.Hour)
		assert.Zero(t, b.busy.quick.Load(), "it has lost what it had earned")
	})
}

// Where the framework knows that a handler blocks nobody waits at all.
func TestQueuedActorsDoNotWaitForAnAsk(t *testing.T) {
	oracle := doer("oracle")
	asks := func(ctx context.Context) error {
		_, err := call(ctx, oracle, func(context.Context) int { return 1 })
		return err
	}
	inBusyCrew(t, 16, asks, func(b *busyCrew) {
		b.wake(0)
		assert.Equal(t, []string{"0 after 0s"}, b.logged())
		h := newHost()
		oracle.Start(b.rt.Context(b.ctx), h)
		require.NoError(t, <-h.started)
		synctest.Wait()

		// A chain of asks is longer than there are processors.
		var ask func(ctx context.Context, i int) (int, error)
		ask = func(ctx context.Context, i int) (int, error) {
			return call(ctx, b.queue[i], func(ctx context.Context) int {
				if i == len(b.queue)-1 {
					return 1
				}
				n, err := ask(ctx, i+1)
				assert.NoError(t, err)
				return n + 1
			})
		}
		n, err := ask(b.ctx, 0)
		require.NoError(t, err)
		assert.Equal(t, len(b.queue), n)
		assert.Zero(t, time.Since(b.began))
		oracle.Stop(0)
		<-h.ended
	})
}

// Those that wait are run in the order in which they came, and one that has used up
// its turn comes among them.
func TestQueuedActorsAreRunInOrder(t *testing.T) {
	waits := func(context.Context) error {
		time.Sleep(quickTurn)
		return nil
	}
	inBusyCrew(t, passes+2, waits, func(b *busyCrew) {
		for range budget {
			require.NoError(t, b.busy.Send(b.ctx, nothing))
		}
		require.NoError(t, b.busy.Send(b.ctx, b.log.adds("busy")))
		for i := range b.queue {
			b.wake(i)
		}
		assert.Empty(t, b.logged())
		time.Sleep(quickTurn)
		var want []string
		for i := range b.queue {
			if i == passes {
				want = append(want, "busy")
			}
			want = append(want, strconv.Itoa(i)+" after "+quickTurn.String())
		}
		assert.Equal(t, want, b.logged())
	})
}

// A goroutine that user code ends takes nobody with it.
func TestQueuedActorsOutliveAGoroutine(t *testing.T) {
	exits := func(context.Context) error {
		time.Sleep(quickTurn)
		runtime.Goexit()
		return nil
	}
	inBusyCrew(t, 10, exits, func(b *busyCrew) {
		for i := range b.queue {
			b.wake(i)
		}
		assert.Empty(t, b.logged())
		time.Sleep(quickTurn)
		assert.Len(t, b.logged(), len(b.queue))
		assert.Equal(t, quickTurn, time.Since(b.began))
	})
}

// A run that is queued is waited for by those who dismiss the crew.
func TestDismissWaitsForThoseThatAreQueued(t *testing.T) {
	inBusyCrew(t, 3, hangs, func(b *busyCrew) {
		for i := range b.queue {
			b.wake(i)
		}
		dismissed := make(chan error, 1)
		go func() { dismissed <- b.rt.Dismiss(b.ctx) }()
		pass(2 * watchTick)
		assert.Len(t, b.logged(), len(b.queue))
		assert.Empty(t, dismissed)
		pass(time.Hour)
		assert.NoError(t, <-dismissed)
	})
}

// One in so many of those that are taken is one that has used up a turn, so that
// neither kind starves the other.
func TestRunQueueIsFairToThoseWhoGoOn(t *testing.T) {
	var q runQueue
	assert.Nil(t, q.pop())
	for i := range 3 * passes {
		q.woken.push(&core{name: "woken" + strconv.Itoa(i)})
	}
	for i := range 3 {
		q.spent.push(&core{name: "spent" + strconv.Itoa(i)})
	}
	var got []string
	for c := q.pop(); c != nil; c = q.pop() {
		assert.Nil(t, c.behind)
		got = append(got, c.name)
	}
	var want []string
	for i := range 3 {
		for j := range passes {
			want = append(want, "woken"+strconv.Itoa(i*passes+j))
		}
		want = append(want, "spent"+strconv.Itoa(i))
	}
	assert.Equal(t, want, got)
	assert.True(t, q.empty())
	q.spent.push(&core{name: "alone"})
	assert.Equal(t, "alone", q.pop().name, "no woken one is waited for")
}

// Broadcasts to many more actors than there are processors, from goroutines and
// from handlers, some of which block: every message is handled.
func TestRunQueueUnderStress(t *testing.T) {
	const actors, rounds, senders = 200, 60, 4
	rt := NewRuntime(monitoring.NewIDs(), nil)
	rt.Employ()
	h := newHost()
	crowd := make([]*Process[do], actors)
	for i := range crowd {
		crowd[i] = doer("p", withCapacity(rounds*senders))
		crowd[i].Start(rt.Context(t.Context()), h)
		require.NoError(t, <-h.started)
		crowd[i].quick.Store(trusted)
	}
	var handled atomic.Int64
	var all sync.WaitGroup
	all.Add(actors * rounds * senders)
	for s := range senders {
		go func() {
			for r := range rounds {
				for i, p := range crowd {
					assert.NoError(t, p.Send(t.Context(), func(ctx context.Context) error {
						defer all.Done()
						handled.Add(1)
						if r%20 == s && i%50 == 7 {
							_, err := call(ctx, crowd[(i+1)%actors], func(context.Context) int { return 1 })
							return err
						}
						return nil
					}))
				}
			}
		}()
	}
	all.Wait()
	assert.EqualValues(t, actors*rounds*senders, handled.Load())
	for _, p := range crowd {
		p.Stop(Forever)
		<-h.ended
	}
	require.NoError(t, rt.Dismiss(t.Context()))
	assert.Empty(t, rt.crew.hands)
	assert.Zero(t, rt.crew.swift)
}

// stillCrew is a crew for one processor whose watch does not begin to look.
func stillCrew() *crew {
	cr := &crew{keep: true, processors: 1}
	cr.watch.on.Store(true)
	return cr
}

// What a crew knows of its hands and of who waits, step by step. No goroutine runs.
func TestCrewKeepsCount(t *testing.T) {
	cr := stillCrew()
	is := func(swift, runs int, queued bool) {
		t.Helper()
		assert.Equal(t, swift, cr.swift, "swift")
		assert.Equal(t, runs, cr.runs, "runs")
		assert.Equal(t, queued, cr.queued.Load(), "queued")
	}
	first, second, third := &core{}, &core{}, &core{}
	for _, c := range []*core{first, second, third} {
		c.quick.Store(trusted)
	}
	cr.runs = 1
	h := cr.hire()
	cr.take(h, true)
	is(1, 1, false)
	assert.EqualValues(t, 1, h.shift)
	assert.Same(t, third, cr.swap(h, third), "nobody waits")
	is(1, 1, false)

	cr.start(first)
	cr.start(second)
	is(1, 3, true)
	assert.Same(t, first, cr.swap(h, third))
	is(1, 3, true)
	assert.EqualValues(t, 2, h.shift)

	cr.count(h, false) // the watch has found it
	next, stays := cr.ran(h)
	assert.True(t, stays)
	assert.Same(t, second, next)
	is(1, 2, true)
	assert.EqualValues(t, 3, h.shift)

	next, stays = cr.ran(h)
	assert.True(t, stays)
	assert.Same(t, third, next)
	is(1, 1, false)
	next, stays = cr.ran(h)
	assert.True(t, stays)
	assert.Nil(t, next)
	is(0, 0, false)
	assert.Equal(t, []*hand{h}, cr.idle)

	other := cr.hire()
	cr.runs = 1
	cr.take(other, true)
	_, stays = cr.ran(other)
	assert.False(t, stays, "as many as there are processors wait already")
	is(0, 0, false)
	assert.Equal(t, []*hand{other}, cr.former)
	assert.Same(t, other, cr.hire(), "it is used again")
	assert.Empty(t, cr.former)
}

// An actor that blocks gives its place to one that waits, unless there are enough
// others.
func TestCrewRelieves(t *testing.T) {
	cr := stillCrew()
	busy, blocked := cr.hire(), cr.hire()
	cr.take(busy, true)
	cr.take(blocked, true)
	waits := &core{}
	waits.quick.Store(trusted)
	cr.start(waits)
	require.True(t, cr.queued.Load())
	cr.relieve(blocked)
	assert.True(t, cr.queued.Load(), "the other one is as many as there are processors")
	assert.Equal(t, 1, cr.swift)
	cr.swap(busy, waits) // takes it out, and queues it again
	cr.count(busy, false)
	assert.Same(t, waits, cr.next())
}
