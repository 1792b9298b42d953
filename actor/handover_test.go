package actor

import (
	"bytes"
	"context"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/monitoring"
)

// A relay is actors of one system, of which the first, the giver, has earned that
// others are handed over to.
type relay struct {
	*testing.T
	ctx    context.Context
	giver  *Process[do]
	host   *host // of the giver
	takers [2]*Process[do]
	began  time.Time
	log    chan string
}

// inRelay runs a test with a relay in virtual time.
func inRelay(t *testing.T, f func(r *relay), options ...func(*Spec[do])) {
	t.Helper()
	bubble(t, func(t *testing.T, ctx context.Context) {
		rt := NewRuntime(monitoring.NewIDs(), nil)
		rt.Employ()
		r := &relay{T: t, ctx: ctx, giver: doer("giver", options...), log: make(chan string, 16)}
		hosts := make([]*host, 0, 3)
		start := func(p *Process[do]) *Process[do] {
			h := newHost()
			p.Start(rt.Context(ctx), h)
			require.NoError(t, <-h.started)
			hosts = append(hosts, h)
			return p
		}
		start(r.giver)
		r.takers[0], r.takers[1] = start(doer("first")), start(doer("second"))
		r.host = hosts[0]
		r.earn()
		r.began = time.Now()
		f(r)
		for i, p := range []*Process[do]{r.giver, r.takers[0], r.takers[1]} {
			if p.current.Load() != nil {
				p.Stop(0)
				<-hosts[i].ended
			}
		}
		synctest.Wait()
		require.NoError(t, rt.Dismiss(ctx))
	})
}

// earn has the giver make the quick turns that it takes.
func (r *relay) earn() {
	r.Helper()
	for range trusted {
		require.NoError(r, r.giver.Send(r.ctx, nothing))
		synctest.Wait()
	}
	require.EqualValues(r, trusted, r.giver.quick.Load())
}

// note has a taker write into the log when it is handled, and where.
func (r *relay) note(ctx context.Context, taker int) {
	assert.NoError(r, r.takers[taker].Send(ctx, func(context.Context) error {
		r.log <- strconv.Itoa(taker) + " after " + time.Since(r.began).String()
		return nil
	}))
}

// give has the giver do something.
func (r *relay) give(f do) {
	r.Helper()
	require.NoError(r, r.giver.Send(r.ctx, f))
	synctest.Wait()
}

// logged returns what is in the log by now.
func (r *relay) logged() []string {
	synctest.Wait()
	lines := make([]string, 0, len(r.log))
	for range len(r.log) {
		lines = append(lines, <-r.log)
	}
	return lines
}

// goroutine names the goroutine that calls it.
func goroutine() string {
	stack := make([]byte, 64)
	return string(bytes.Fields(stack[:runtime.Stack(stack, false)])[1])
}

// What an actor wakes runs after it on the same goroutine, once it has earned it.
func TestHandOver(t *testing.T) {
	inRelay(t, func(r *relay) {
		places := make(chan string, 2)
		here := func(context.Context) error { //nolint:unparam // that is what a do is
			places <- goroutine()
			return nil
		}
		wakes := func(ctx context.Context) error {
			places <- goroutine()
			return r.takers[0].Send(ctx, here)
		}
		r.give(wakes)
		first, second := <-places, <-places
		assert.Equal(t, first, second)

		r.giver.quick.Store(trusted - 2)
		r.give(wakes)
		first, second = <-places, <-places
		assert.NotEqual(t, first, second, "not yet earned")
	})
}

// A handler that blocks after its send holds up nobody for longer than two ticks
// of the watch, and loses what it had earned.
func TestHandOverFromABlockedHandler(t *testing.T) {
	inRelay(t, func(r *relay) {
		blocks := func(ctx context.Context) error {
			r.note(ctx, 0)
			r.note(ctx, 0)
			time.Sleep(time.Hour)
			return nil
		}
		r.give(blocks)
		assert.Empty(t, r.logged())
		time.Sleep(2 * watchTick)
		assert.Equal(t, []string{"0 after 2ms", "0 after 2ms"}, r.logged())
		pass(time.Hour)

		assert.Zero(t, r.giver.quick.Load())
		r.began = time.Now()
		r.give(blocks)
		assert.Equal(t, []string{"0 after 0s", "0 after 0s"}, r.logged())
		pass(time.Hour)
	})
}

// While a handler that the watch has found is blocked still, it hands over
// nothing more.
func TestHandOverIsOverOnceTheHandlerWasFound(t *testing.T) {
	inRelay(t, func(r *relay) {
		r.give(func(ctx context.Context) error {
			r.note(ctx, 0)
			time.Sleep(time.Second)
			r.note(ctx, 1)
			time.Sleep(time.Second)
			return nil
		})
		pass(2 * time.Second)
		assert.Equal(t, []string{"0 after 2ms", "1 after 1s"}, r.logged())
	})
}

// A turn that was slow loses what was earned, if it is one that is timed.
func TestSlowTurnsLoseTheHandOver(t *testing.T) {
	inRelay(t, func(r *relay) {
		slow := func(context.Context) error {
			time.Sleep(quickTurn + 1)
			return nil
		}
		for range timedTurn {
			r.give(slow)
			pass(time.Second)
		}
		assert.Less(t, r.giver.quick.Load(), uint32(trusted))
	})
}

func TestNotedActorIsFreed(t *testing.T) {
	blocked := func(r *relay) do {
		return func(context.Context) error {
			r.log <- "blocked"
			time.Sleep(time.Hour)
			return nil
		}
	}
	for name, c := range map[string]struct {
		giver given
		want  []string
	}{
		"by a second one": {func(r *relay, ctx context.Context) error {
			r.note(ctx, 0)
			r.note(ctx, 1)
			time.Sleep(time.Millisecond)
			r.log <- "blocks"
			time.Sleep(time.Hour)
			return nil
		}, []string{"0 after 0s", "blocks", "1 after 2ms"}},
		"by the next message": {func(r *relay, ctx context.Context) error {
			r.note(ctx, 0)
			return r.giver.Send(ctx, blocked(r))
		}, []string{"0 after 0s", "blocked"}},
		"by a signal": {func(r *relay, ctx context.Context) error {
			r.note(ctx, 0)
			r.giver.tell(pause(func() { time.Sleep(time.Hour) }))
			return nil
		}, []string{"0 after 0s"}},
		"by an ask": {func(r *relay, ctx context.Context) error {
			r.note(ctx, 0)
			_, err := call(ctx, r.takers[1], func(context.Context) int {
				time.Sleep(time.Hour)
				return 1
			})
			return err
		}, []string{"0 after 0s"}},
		"by an ask of the noted one": {func(r *relay, ctx context.Context) error {
			r.note(ctx, 0)
			_, err := call(ctx, r.takers[0], func(context.Context) int { return 1 })
			r.log <- "answered"
			return err
		}, []string{"0 after 0s", "answered"}},
		"by a full mailbox": {func(r *relay, ctx context.Context) error {
			for range 65 {
				if err := r.takers[1].Send(ctx, func(context.Context) error {
					time.Sleep(time.Hour)
					return nil
				}); err != nil {
					return err
				}
			}
			r.note(ctx, 0)
			return r.takers[1].Send(ctx, nothing)
		}, []string{"0 after 0s"}},
		"by the end of another": {func(r *relay, ctx context.Context) error {
			r.note(ctx, 0)
			_, err := Await(ctx, r.takers[1])
			return err
		}, []string{"0 after 0s"}},
		"by a parallel map": {func(r *relay, ctx context.Context) error {
			r.note(ctx, 0)
			for _, err := range ParallelMap(ctx, slices.Values([]int{1}), 2, func(context.Context, int) (int, error) {
				time.Sleep(time.Hour)
				return 1, nil
			}) {
				if err != nil {
					return err
				}
			}
			return nil
		}, []string{"0 after 0s"}},
	} {
		t.Run(name, func(t *testing.T) {
			inRelay(t, func(r *relay) {
				r.give(func(ctx context.Context) error { return c.giver(r, ctx) })
				pass(2 * time.Millisecond)
				assert.ElementsMatch(t, c.want, r.logged())
				if r.giver.current.Load() != nil {
					r.giver.Stop(0)
					<-r.host.ended
				}
				r.takers[1].Stop(0)
				pass(2 * time.Hour)
			})
		})
	}
}

type given func(*relay, context.Context) error

// A pause is a signal that keeps the run loop busy.
type pause func()

func (p pause) apply(*core) bool {
	p()
	return true
}

// However a handler ends, whom it has woken is run.
func TestHandOverAtTheEnd(t *testing.T) {
	for name, end := range map[string]func() error{
		"panic":  func() error { panic("boom") },
		"goexit": func() error { runtime.Goexit(); return nil },
		"error":  func() error { return errBoom },
		"stop":   func() error { return ErrStop },
	} {
		t.Run(name, func(t *testing.T) {
			slow := withHook(func(context.Context, Exit) error {
				time.Sleep(time.Second)
				return nil
			})
			inRelay(t, func(r *relay) {
				r.give(func(ctx context.Context) error {
					r.note(ctx, 0)
					return end()
				})
				assert.Equal(t, []string{"0 after 0s"}, r.logged())
				<-r.host.ended
			}, slow)
		})
	}
}

// User code that is abandoned keeps nobody, and what it wakes later does not wait
// for it.
func TestHandOverOfTheAbandoned(t *testing.T) {
	inRelay(t, func(r *relay) {
		free := make(chan struct{})
		r.give(func(ctx context.Context) error {
			r.note(ctx, 0)
			<-free
			assert.ErrorIs(r, r.takers[1].Send(ctx, nothing), ErrAbandoned)
			return nil
		})
		r.giver.Stop(0)
		assert.Equal(t, Abandoned, (<-r.host.ended).Kind)
		assert.Equal(t, []string{"0 after 0s"}, r.logged())

		again(r.T, r.giver, r.host)
		r.give(func(ctx context.Context) error {
			r.note(ctx, 1)
			return nil
		})
		close(free)
		assert.Equal(t, []string{"1 after 0s"}, r.logged())
	})
}

// A handler's context may be used when its turn is over.
func TestHandOverByAnotherGoroutine(t *testing.T) {
	inRelay(t, func(r *relay) {
		goOn := make(chan struct{})
		r.give(func(ctx context.Context) error {
			go func() {
				<-goOn
				r.note(ctx, 0)
			}()
			return nil
		})
		close(goOn)
		assert.Equal(t, []string{"0 after 0s"}, r.logged())
	})
}

// Actors of another system have their own goroutines.
func TestNoHandOverToAnotherSystem(t *testing.T) {
	inRelay(t, func(r *relay) {
		other := doer("other")
		h := start(r.T, other)
		places := make(chan string, 2)
		r.give(func(ctx context.Context) error {
			places <- goroutine()
			return other.Send(ctx, func(context.Context) error {
				places <- goroutine()
				return nil
			})
		})
		first, second := <-places, <-places
		assert.NotEqual(t, first, second)
		other.Stop(0)
		<-h.ended
	})
}

// Rings of actors pass tokens on, from their handlers and from goroutines that
// handlers have left behind, while strangers send too: every message is handled.
func TestHandOverUnderStress(t *testing.T) {
	const actors, tokens, hops = 12, 30, 400
	rt := NewRuntime(monitoring.NewIDs(), nil)
	rt.Employ()
	ring := make([]*Process[do], actors)
	h := newHost()
	for i := range ring {
		ring[i] = doer("p", withCapacity(tokens*2))
		ring[i].Start(rt.Context(t.Context()), h)
		require.NoError(t, <-h.started)
	}
	var handled atomic.Int64
	var all sync.WaitGroup
	var pass func(at, left int) do
	pass = func(at, left int) do {
		return func(ctx context.Context) error {
			handled.Add(1)
			if left == 0 {
				all.Done()
				return nil
			}
			next := (at*7 + left) % actors
			switch left % 8 {
			case 0:
				go func() { assert.NoError(t, ring[next].Send(ctx, pass(next, left-1))) }()
				return nil
			case 1:
				ctx = context.Background()
			}
			return ring[next].Send(ctx, pass(next, left-1))
		}
	}
	all.Add(tokens)
	for i := range tokens {
		require.NoError(t, ring[i%actors].Send(t.Context(), pass(i%actors, hops)))
	}
	all.Wait()
	assert.EqualValues(t, tokens*(hops+1), handled.Load())
	for _, p := range ring {
		p.Stop(Forever)
		<-h.ended
	}
	require.NoError(t, rt.Dismiss(t.Context()))
	assert.Empty(t, rt.crew.hands)
}

// A child is started where its parent runs, and the parent hears of it there; but
// user code of the child holds up nobody.
func TestHandOverBetweenParentAndChild(t *testing.T) {
	var self *Self[do]
	inRelay(t, func(r *relay) {
		places := make(chan string, 4)
		blocking := doer("child", withNew(func(context.Context, *Self[do]) (Actor[do], error) {
			places <- "child " + goroutine()
			return plain{}, nil
		}))
		require.NoError(r, blocking.Send(r.ctx, func(context.Context) error {
			time.Sleep(time.Hour)
			return nil
		}))
		r.give(func(context.Context) error {
			places <- "parent " + goroutine()
			return self.Start(blocking, func(e Event) do {
				return func(context.Context) error {
					assert.Equal(r, ChildStarted, e.Kind)
					r.log <- "started after " + time.Since(r.began).String()
					return nil
				}
			})
		})
		assert.Equal(r, []string{"started after 0s"}, r.logged())
		assert.Equal(r, strings.TrimPrefix(<-places, "parent "), strings.TrimPrefix(<-places, "child "))

		quiet := doer("quiet", withNew(func(context.Context, *Self[do]) (Actor[do], error) {
			places <- "child " + goroutine()
			return plain{}, nil
		}))
		r.give(func(context.Context) error {
			return self.Start(quiet, func(Event) do {
				return func(context.Context) error {
					places <- "parent " + goroutine()
					return nil
				}
			})
		})
		assert.Equal(r, strings.TrimPrefix(<-places, "child "), strings.TrimPrefix(<-places, "parent "))

		slow := doer("slow", withNew(func(context.Context, *Self[do]) (Actor[do], error) {
			time.Sleep(time.Hour)
			return plain{}, nil
		}))
		r.give(func(context.Context) error {
			return self.Start(slow, func(Event) do { return nothing })
		})
		r.give(func(context.Context) error {
			r.log <- "handled after " + time.Since(r.began).String()
			return nil
		})
		assert.Equal(r, []string{"handled after 0s"}, r.logged())
		pass(time.Hour)
	}, withSelf(&self))
}

// Children that end since their parent does are run where it runs, whether its code
// has earned that or not: none of it runs meanwhile.
func TestHandOverToChildrenAtTheEnd(t *testing.T) {
	var self *Self[do]
	inRelay(t, func(r *relay) {
		r.giver.quick.Store(0)
		places := make(chan string, 4)
		hook := withHook(func(context.Context, Exit) error {
			places <- goroutine()
			return nil
		})
		r.give(func(context.Context) error {
			for _, name := range []string{"a", "b", "c"} {
				require.NoError(r, self.Start(doer(name, hook), func(Event) do { return nothing }))
			}
			return nil
		})
		r.giver.Stop(Forever)
		<-r.host.ended
		first := <-places
		assert.Equal(r, first, <-places)
		assert.Equal(r, first, <-places)
	}, withSelf(&self))
}

// What a child's own signals have it do holds up its parent as little.
func TestHandOverIsFreedForASignal(t *testing.T) {
	var self *Self[do]
	inRelay(t, func(r *relay) {
		child := doer("child", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
			self.Continue(func(context.Context) error {
				time.Sleep(time.Hour)
				return nil
			})
			return plain{}, nil
		}))
		r.give(func(context.Context) error {
			return self.Start(child, func(Event) do {
				return func(context.Context) error {
					r.log <- "started after " + time.Since(r.began).String()
					return nil
				}
			})
		})
		assert.Equal(r, []string{"started after 0s"}, r.logged())
		pass(time.Hour)
	}, withSelf(&self))
}

// A crew that is being dismissed still looks after those that are noted: what the
// dismissal waits for may be waiting for one of them.
func TestHandOverWhileDismissed(t *testing.T) {
	inRelay(t, func(r *relay) {
		r.give(func(ctx context.Context) error {
			r.note(ctx, 0)
			time.Sleep(time.Hour)
			return nil
		})
		dismissed := make(chan error, 1)
		go func() { dismissed <- r.giver.scope.Load().runtime.Dismiss(r.ctx) }()
		pass(2 * watchTick)
		assert.Equal(t, []string{"0 after 2ms"}, r.logged())
		pass(time.Hour)
		assert.NoError(t, <-dismissed)
	})
}
