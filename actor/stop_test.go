package actor

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestL5StopHookRunsOncePerIncarnation(t *testing.T) {
	for name, test := range map[string]struct {
		last do
		kind Kind
		err  error
	}{
		"after a stop":      {nil, Shutdown, nil},
		"after ErrStop":     {func(context.Context) error { return ErrStop }, Normal, nil},
		"after ErrShutdown": {func(context.Context) error { return ErrShutdown }, Shutdown, nil},
		"after a failure":   {func(context.Context) error { return errBoom }, Failure, errBoom},
		"after a panic":     {func(context.Context) error { panic(errBoom) }, Panic, errBoom},
		"after a Goexit":    {func(context.Context) error { runtime.Goexit(); return nil }, Goexit, ErrGoexit},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				var exits []Exit
				p := doer("p", withHook(func(_ context.Context, e Exit) error {
					exits = append(exits, e)
					return nil
				}))
				h := newHost()
				for n := range 3 {
					again(t, p, h)
					if test.last == nil {
						p.Stop(Forever)
					} else {
						require.NoError(t, p.Send(ctx, test.last))
					}
					exit := <-h.ended
					assert.Equal(t, test.kind, exit.Kind)
					assert.Equal(t, test.kind.Abnormal(), exit.Err != nil)
					if test.err != nil {
						assert.ErrorIs(t, exit.Err, test.err)
						assert.Equal(t, "do", exit.Message)
					}
					assert.Len(t, exits, n+1)
					assert.Equal(t, exit, exits[n])
				}
			})
		})
	}
}

func TestL5NoHookForAnIncarnationThatDidNotStart(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p", withNew(func(context.Context, *Self[do]) (Actor[do], error) {
			return hooked{hook: func(context.Context, Exit) error { panic("called") }}, errBoom
		}))
		h := newHost()
		p.Start(ctx, h)
		require.ErrorIs(t, <-h.started, errBoom)
	})
}

func TestL5TroubleInTheHookIsJoinedAndHarmless(t *testing.T) {
	errHook := errors.New("hook")
	for name, hook := range map[string]func(context.Context, Exit) error{
		"error":  func(context.Context, Exit) error { return errHook },
		"panic":  func(context.Context, Exit) error { panic(errHook) },
		"goexit": func(context.Context, Exit) error { defer runtime.Goexit(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				want := errHook
				if name == "goexit" {
					want = ErrGoexit
				}
				p := doer("p", withHook(hook))
				h := start(t, p)
				require.NoError(t, p.Send(ctx, func(context.Context) error { return errBoom }))
				exit := <-h.ended
				assert.Equal(t, Failure, exit.Kind, "it ended for another reason")
				assert.ErrorIs(t, exit.Err, errBoom)
				assert.ErrorIs(t, exit.Err, want)
				assert.ErrorContains(t, exit.Err, "stop hook: ")
				again(t, p, h)
				p.Stop(time.Second)
				exit = <-h.ended
				assert.Equal(t, Shutdown, exit.Kind)
				assert.ErrorIs(t, exit.Err, want)
			})
		})
	}
}

func TestL5HookThatHangsIsAbandoned(t *testing.T) {
	for name, test := range map[string]struct {
		timeout, within, want time.Duration
	}{
		"at the default":                 {0, 0, 5 * time.Second},
		"at HookTimeout":                 {time.Minute, 0, time.Minute},
		"at the deadline":                {time.Minute, time.Second, time.Second},
		"at the deadline, being later":   {time.Second, time.Minute, time.Minute},
		"at the deadline, without limit": {Forever, 3 * time.Hour, 3 * time.Hour},
		"after a grace":                  {time.Minute, -1, hookGrace},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				release := make(chan struct{})
				p := doer("p", withHook(func(context.Context, Exit) error { <-release; panic("late") }),
					func(s *Spec[do]) { s.HookTimeout = test.timeout })
				h := start(t, p)
				synctest.Wait()
				began := time.Now()
				if test.within == 0 {
					require.NoError(t, p.Send(ctx, func(context.Context) error { return errBoom }))
				} else {
					p.Stop(test.within)
				}
				exit := <-h.ended
				assert.Equal(t, test.want, time.Since(began))
				assert.Equal(t, Abandoned, exit.Kind)
				var left *AbandonedError
				require.ErrorAs(t, exit.Err, &left)
				assert.Equal(t, "stopping", left.State)
				assert.Equal(t, test.want, left.For)
				close(release)
				again(t, p, h)
				synctest.Wait()
				assert.Empty(t, h.ended)
			})
		})
	}
}

// Who is asked to stop has the time that was given, not HookTimeout.
func TestL5HookHasTheTimeThatWasGiven(t *testing.T) {
	for _, within := range []time.Duration{2 * time.Hour, Forever} {
		bubble(t, func(t *testing.T, _ context.Context) {
			p := doer("p", withHook(func(context.Context, Exit) error { time.Sleep(time.Hour); return nil }))
			h := start(t, p)
			p.Stop(within)
			exit := <-h.ended
			assert.Equal(t, Shutdown, exit.Kind)
			assert.NoError(t, exit.Err)
		})
	}
}

// A Stop that comes while the hook runs can only shorten its time.
func TestL5StopDuringTheHook(t *testing.T) {
	for _, test := range []struct{ second, want time.Duration }{
		{time.Hour, 5 * time.Second}, {Forever, 5 * time.Second}, {2 * time.Second, 3 * time.Second}, {0, time.Second},
	} {
		bubble(t, func(t *testing.T, ctx context.Context) {
			release := make(chan struct{})
			p := doer("p", withHook(func(context.Context, Exit) error { <-release; return nil }))
			h := start(t, p)
			began := time.Now()
			require.NoError(t, p.Send(ctx, func(context.Context) error { return ErrStop }))
			time.Sleep(time.Second)
			p.Stop(test.second)
			assert.Equal(t, Abandoned, (<-h.ended).Kind)
			assert.Equal(t, test.want, time.Since(began))
			close(release)
		})
	}
}

// A hook that heeds its context is not abandoned.
func TestL5HookContextLeavesTimeToReturn(t *testing.T) {
	for _, within := range []time.Duration{0, time.Millisecond, time.Second, -1} {
		bubble(t, func(t *testing.T, _ context.Context) {
			p := doer("p", withHook(func(ctx context.Context, _ Exit) error {
				assert.NoError(t, ctx.Err(), "the stop did not cancel it")
				<-ctx.Done()
				assert.ErrorIs(t, context.Cause(ctx), ErrShutdown)
				return ctx.Err()
			}))
			h := start(t, p)
			synctest.Wait()
			if within < 0 { // it ends by itself
				require.NoError(t, p.TrySend(func(context.Context) error { return ErrShutdown }))
			} else {
				p.Stop(within)
			}
			exit := <-h.ended
			assert.Equal(t, Shutdown, exit.Kind)
			assert.ErrorIs(t, exit.Err, context.DeadlineExceeded)
		})
	}
}

func TestL5ImmediateRunsTheHookOfAnIdleActor(t *testing.T) {
	for range 200 {
		ran := false
		p := doer("p", withHook(func(context.Context, Exit) error {
			ran = true
			return nil
		}))
		h := newHost()
		started := make(chan struct{})
		p.Start(t.Context(), &tellHost{started: func(error) { close(started) }, ended: h.Ended})
		<-started
		p.Stop(0)
		require.Equal(t, Shutdown, (<-h.ended).Kind)
		require.True(t, ran)
	}
}

func TestL5ImmediateAbandonsABusyActor(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		p := doer("p", withHook(func(context.Context, Exit) error { panic("called") }))
		h := start(t, p)
		release := block(t, p)
		began := time.Now()
		p.Stop(0)
		exit := <-h.ended
		assert.Zero(t, time.Since(began))
		assert.Equal(t, Abandoned, exit.Kind)
		assert.ErrorIs(t, exit.Err, ErrAbandoned)
		assert.NotErrorIs(t, exit.Err, ErrGoexit)
		release()
	})
}

// No time at all is enough for a tree of idle actors.
func TestL5ImmediateStopsATreeInOrder(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		var log probe
		quiet := func(Event) do { return nothing }
		var tree func(name string, depth int) *Process[do]
		tree = func(name string, depth int) *Process[do] {
			return doer(name, withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
				if depth > 0 {
					_ = self.Start(tree(name+"1", depth-1), quiet)
					_ = self.Start(tree(name+"2", depth-1), quiet)
				}
				return hooked{hook: func(_ context.Context, e Exit) error { log.add(name + " " + e.Kind.String()); return nil }}, nil
			}))
		}
		p := tree("p", 2)
		h := start(t, p)
		synctest.Wait()
		began := time.Now()
		p.Stop(0)
		exit := <-h.ended
		assert.Equal(t, Shutdown, exit.Kind)
		assert.Zero(t, time.Since(began))
		assert.Equal(t, []string{
			"p22 shutdown", "p21 shutdown", "p2 shutdown", "p12 shutdown", "p11 shutdown", "p1 shutdown", "p shutdown",
		}, log.take())
	})
}

func TestL6StopFinishesTheMessageInHandOnly(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p := doer("p")
		h := start(t, p)
		var seen context.Context
		require.NoError(t, p.Send(ctx, func(ctx context.Context) error {
			seen = ctx
			<-ctx.Done()
			assert.ErrorIs(t, context.Cause(ctx), ErrShutdown)
			time.Sleep(time.Second)
			log.add("in hand")
			return nil
		}))
		synctest.Wait()
		require.NoError(t, p.Send(ctx, log.adds("queued")))
		p.Retire(nil)
		p.Stop(time.Minute)
		assert.Error(t, seen.Err(), "a busy handler can notice at once")
		assert.Equal(t, Shutdown, (<-h.ended).Kind)
		assert.Equal(t, []string{"in hand"}, log.take())
		assert.EqualValues(t, 1, p.Info().DeadLettered)
	})
}

func TestL6DrainHandlesWhatWaitsNow(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p := doer("p")
		h := start(t, p)
		release := block(t, p)
		for i := range 3 {
			require.NoError(t, p.Send(ctx, func(ctx context.Context) error {
				log.add(fmt.Sprint(i, ctx.Err()))
				return nil
			}))
		}
		p.Drain(time.Minute)
		release()
		exit := <-h.ended
		assert.Equal(t, Shutdown, exit.Kind)
		assert.Equal(t, []string{"0 <nil>", "1 <nil>", "2 <nil>"}, log.take())

		again(t, p, h)
		p.Drain(Forever)
		assert.Equal(t, Shutdown, (<-h.ended).Kind, "nothing was waiting")
	})
}

func TestL6DrainLeavesLaterMessages(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p := doer("p")
		h := start(t, p)
		release := block(t, p)
		require.NoError(t, p.Send(ctx, func(context.Context) error {
			log.add("before")
			return p.Send(ctx, log.adds("after"))
		}))
		p.Drain(Forever)
		p.Drain(time.Hour)
		release()
		exit := <-h.ended
		assert.Equal(t, 1, exit.Depth)
		assert.Equal(t, []string{"before"}, log.take())
	})
}

func TestL6DrainEndsAtItsDeadline(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p", withCapacity(100))
		h := start(t, p)
		var handled atomic.Int64
		for range 100 {
			require.NoError(t, p.Send(ctx, func(ctx context.Context) error {
				assert.NoError(t, ctx.Err())
				time.Sleep(time.Second)
				handled.Add(1)
				return nil
			}))
		}
		synctest.Wait()
		began := time.Now()
		p.Drain(10*time.Second + time.Second/2)
		exit := <-h.ended
		assert.Equal(t, 10500*time.Millisecond, time.Since(began))
		assert.Equal(t, Abandoned, exit.Kind, "its handler was busy")
		assert.EqualValues(t, 10, handled.Load())
		assert.Equal(t, 89, exit.Depth)
		time.Sleep(time.Second) // it comes back
	})
}

// When the time of a drain is over nothing more is handled, also if the message in
// hand comes back because its context is done.
func TestL6DrainHandlesNothingAfterItsDeadline(t *testing.T) {
	for range 5 {
		bubble(t, func(t *testing.T, ctx context.Context) {
			p := doer("p", withCapacity(10))
			h := start(t, p)
			var handled atomic.Int64
			for range 10 {
				require.NoError(t, p.Send(ctx, func(ctx context.Context) error {
					if handled.Add(1) == 1 {
						for range 10_000 { // so that its cancellation takes a while after Done is closed
							context.AfterFunc(ctx, func() {})
						}
					}
					<-ctx.Done()
					return nil
				}))
			}
			p.Drain(time.Second)
			exit := <-h.ended
			assert.EqualValues(t, 1, handled.Load())
			assert.Equal(t, 9, exit.Depth)
		})
	}
}

// A Drain that is followed by a Stop is a Stop.
func TestL6StopCutsADrainShort(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p := doer("p")
		h := start(t, p)
		release := block(t, p)
		require.NoError(t, p.Send(ctx, log.adds("queued")))
		p.Drain(Forever)
		p.Stop(Forever)
		release()
		assert.Equal(t, Shutdown, (<-h.ended).Kind)
		assert.Empty(t, log.take())
	})
}

func TestSecondStopCanOnlyShortenTheTime(t *testing.T) {
	for _, test := range []struct{ first, second, want time.Duration }{
		{10 * time.Second, 2 * time.Second, 3 * time.Second},
		{2 * time.Second, 10 * time.Second, 2 * time.Second},
		{2 * time.Second, Forever, 2 * time.Second},
		{Forever, 2 * time.Second, 3 * time.Second},
		{Forever, 0, time.Second},
		{math.MaxInt64 - 1, 2 * time.Second, 3 * time.Second},
		{2 * time.Second, math.MaxInt64 - 1, 2 * time.Second},
	} {
		bubble(t, func(t *testing.T, _ context.Context) {
			p := doer("p")
			h := start(t, p)
			release := block(t, p)
			began := time.Now()
			p.Stop(test.first)
			time.Sleep(time.Second)
			p.Stop(test.second)
			assert.Equal(t, Abandoned, (<-h.ended).Kind)
			assert.Equal(t, test.want, time.Since(began))
			release()
		})
	}
}

// A parent that is hurried hurries the child that it waits for.
func TestSecondStopReachesTheChild(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		c := doer("c")
		p := doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
			return plain{}, self.Start(c, func(Event) do { return nothing })
		}))
		h := start(t, p)
		synctest.Wait()
		release := block(t, c)
		began := time.Now()
		p.Stop(time.Hour)
		time.Sleep(time.Second)
		p.Stop(time.Second)
		exit := <-h.ended
		assert.Equal(t, Shutdown, exit.Kind, "the child was abandoned, not the parent")
		assert.Less(t, time.Since(began), 2*time.Second)
		release()
	})
}

func TestStopForeverWaitsForAsLongAsItTakes(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		h := start(t, p)
		require.NoError(t, p.Send(ctx, func(context.Context) error { time.Sleep(1000 * time.Hour); return nil }))
		synctest.Wait()
		p.Stop(Forever)
		assert.Equal(t, Shutdown, (<-h.ended).Kind)
		p.Stop(0)
		p.Stop(Forever)
		p.Drain(time.Second)
		time.Sleep(time.Minute)
		again(t, p, h)
		time.Sleep(time.Minute)
		assert.Empty(t, h.ended, "a stop of what does not run has no effect")
		end(p, h)
	})
}

func TestG4StopIsLookedAtBeforeAFullMailbox(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		var log probe
		var self *Self[do]
		p := doer("p", withSelf(&self), withCapacity(4))
		h := start(t, p)
		release := block(t, p)
		for range 4 {
			require.NoError(t, p.TrySend(log.adds("message")))
		}
		require.ErrorIs(t, p.TrySend(nothing), ErrMailboxFull)
		self.After(0, log.adds("tick"))
		require.NoError(t, self.Start(doer("c"), func(_ Event) do { return log.adds("child") }))
		synctest.Wait()
		release()
		synctest.Wait()
		assert.Equal(t, []string{"tick", "child", "message", "message", "message", "message"}, log.take())
		release = block(t, p)
		require.NoError(t, p.TrySend(log.adds("message")))
		p.Stop(time.Minute)
		release()
		<-h.ended
		assert.Empty(t, log.take())
	})
}

// A handler that returns because of the stop was the last one.
func TestL6NoMessageComesAfterTheStop(t *testing.T) {
	for range 300 {
		var log probe
		p := doer("p")
		h := start(t, p)
		entered := make(chan struct{})
		require.NoError(t, p.TrySend(func(ctx context.Context) error {
			close(entered)
			<-ctx.Done()
			return nil
		}))
		require.NoError(t, p.TrySend(log.adds("another")))
		<-entered
		p.Stop(Forever)
		<-h.ended
		require.Empty(t, log.take())
	}
}
