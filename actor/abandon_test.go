package actor

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ghost is an incarnation that was abandoned in a handler, which now does what
// it is told, while its successor runs.
type ghost struct {
	p    *Process[do]
	h    *host
	self *Self[do] // the abandoned one's
	ctx  context.Context
	does chan func()
	over chan struct{} // closed when the handler's goroutine is back
	exit Exit
}

// haunt starts an actor, has it abandoned, and starts it again. last is what
// the ghost's handler ends with.
func haunt(t *testing.T, last func()) *ghost {
	t.Helper()
	g := &ghost{does: make(chan func()), over: make(chan struct{})}
	g.p = doer("p", withNew(func(_ context.Context, s *Self[do]) (Actor[do], error) {
		if g.self == nil {
			g.self = s
		}
		return plain{}, nil
	}))
	g.h = start(t, g.p)
	require.NoError(t, g.p.TrySend(func(ctx context.Context) error {
		g.ctx = ctx
		defer close(g.over)
		for f := range g.does {
			f()
		}
		last()
		return nil
	}))
	synctest.Wait()
	g.p.Stop(time.Second)
	g.exit = <-g.h.ended
	again(t, g.p, g.h)
	return g
}

func (g *ghost) do(f func()) {
	done := make(chan struct{})
	g.does <- func() {
		defer close(done)
		f()
	}
	<-done
}

func (g *ghost) release() {
	close(g.does)
	<-g.over
	synctest.Wait()
}

func TestG1AbandonmentIsNamed(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		g := haunt(t, func() {})
		var left *AbandonedError
		require.ErrorAs(t, g.exit.Err, &left)
		assert.Equal(t, &AbandonedError{Path: "/p", Incarnation: 1, State: "receiving", Message: "do", For: time.Second}, left)
		assert.EqualError(t, g.exit.Err, "actor: abandoned /p#1: still receiving do after 1s")
		assert.ErrorIs(t, g.exit.Err, ErrFatal)
		assert.Equal(t, "do", g.exit.Message)
		assert.ErrorIs(t, context.Cause(g.ctx), ErrShutdown)
		g.release()
	})
}

func TestG1AnAbandonedIncarnationIsFenced(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		var log probe
		type key struct{}
		g := haunt(t, func() {})
		other := doer("other")
		h := start(t, other)
		child := doer("child")
		g.do(func() {
			timed, cancel := context.WithTimeout(g.ctx, time.Hour)
			defer cancel()
			for _, ctx := range []context.Context{
				g.ctx, timed, context.WithoutCancel(g.ctx), context.WithValue(g.ctx, key{}, 1),
				context.WithValue(context.WithoutCancel(timed), key{}, 1),
			} {
				assert.ErrorIs(t, other.Send(ctx, log.adds("sent")), ErrAbandoned)
				_, err := question(ctx, other, func(context.Context, Reply[int]) error { log.add("asked"); return nil })
				assert.ErrorIs(t, err, ErrAbandoned)
			}
			assert.ErrorIs(t, g.self.Start(child, func(Event) do { return log.adds("child") }), ErrAbandoned)
			g.self.After(0, log.adds("tick"))
			g.self.After(time.Second, log.adds("tick"))
			g.self.Stop(other, 0)
			g.self.Keep(other)
			g.self.Retire(other, errBoom, nil)
			g.self.DeferStart()(errBoom)
			g.self.TrapStop(func(Stopping) do { return log.adds("trap") })
		})
		pass(time.Minute)
		assert.Empty(t, log.take())
		assert.Empty(t, h.ended)
		assert.Empty(t, g.h.ended)
		assert.Equal(t, "declared", child.Info().State)
		require.NoError(t, other.Send(t.Context(), log.adds("alive")))
		synctest.Wait()
		assert.Equal(t, []string{"alive"}, log.take())
		end(other, h)
		require.NoError(t, other.Err())
		g.release()
		assert.Equal(t, Shutdown, end(g.p, g.h).Kind)
	})
}

func TestG1WhatAnAbandonedHandlerEndsWithIsHarmless(t *testing.T) {
	for name, last := range map[string]func(){
		"return": func() {},
		"panic":  func() { panic("late") },
		"goexit": runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				g := haunt(t, last)
				g.release()
				n, err := call(ctx, g.p, func(context.Context) int { return 7 })
				require.NoError(t, err)
				assert.Equal(t, 7, n)
				assert.Empty(t, g.h.ended)
				assert.EqualValues(t, 2, g.p.Incarnation())
			})
		})
	}
}

// Between its abandonment and the end of its children no answer gets through.
func TestG1RepliesOfAnAbandonedHandlerHaveNoEffect(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		release := make(chan struct{})
		child := doer("c", withHook(func(context.Context, Exit) error { <-release; return nil }))
		p := doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
			return plain{}, self.Start(child, func(Event) do { return nothing })
		}))
		h := start(t, p)
		var kept Reply[int]
		errs := make(chan error, 2)
		ask := func(f func(context.Context, Reply[int]) error) {
			_, err := question(ctx, p, f)
			errs <- err
		}
		go ask(func(_ context.Context, r Reply[int]) error { kept = r; return nil })
		synctest.Wait()
		go ask(func(_ context.Context, r Reply[int]) error {
			time.Sleep(time.Second + time.Millisecond) // the child's hook still runs
			r.Send(1)
			kept.Send(2)
			return nil
		})
		synctest.Wait()
		p.Stop(time.Second)
		for range 2 {
			assert.ErrorIs(t, <-errs, ErrAbandoned)
		}
		assert.Equal(t, Abandoned, (<-h.ended).Kind)
		assert.EqualValues(t, 2, p.Info().LateReplies)
		close(release)
	})
}

// A handler that is blocked in a send when it is abandoned does not send later,
// whatever became of its context.
func TestG1SendThatWaitsIsCutOff(t *testing.T) {
	for _, detach := range []func(context.Context) context.Context{
		func(ctx context.Context) context.Context { return ctx }, context.WithoutCancel,
	} {
		bubble(t, func(t *testing.T, _ context.Context) {
			var log probe
			full := doer("full", withCapacity(1))
			hf := start(t, full)
			release := block(t, full)
			require.NoError(t, full.TrySend(nothing))
			p := doer("p")
			h := start(t, p)
			errs := make(chan error, 2)
			require.NoError(t, p.TrySend(func(ctx context.Context) error {
				go func() { errs <- full.Send(detach(ctx), log.adds("from a helper")) }()
				errs <- full.Send(detach(ctx), log.adds("from the handler"))
				<-errs //nolint:errcheck // either may have failed
				<-errs //nolint:errcheck // either may have failed
				return nil
			}))
			synctest.Wait()
			p.Drain(time.Second)
			// A handler that heeds its context may return before it is cut off.
			assert.Contains(t, []Kind{Abandoned, Shutdown}, (<-h.ended).Kind)
			release()
			synctest.Wait()
			assert.Empty(t, log.take())
			assert.Zero(t, full.Info().Depth)
			assert.EqualValues(t, 2, full.Info().Rejected)
			end(full, hf)
		})
	}
}

// An adapter that hangs is abandoned like a handler, and neither its message
// nor the child's address gets lost.
func TestG1AdapterThatHangsIsAbandoned(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		release := make(chan struct{})
		child := doer("c")
		p := doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
			if self.Incarnation() > 1 {
				return plain{}, nil
			}
			return plain{}, self.Start(child, func(e Event) do {
				if e.Kind == ChildEnded {
					<-release
				}
				return log.adds("event")
			})
		}))
		h := start(t, p)
		synctest.Wait()
		assert.Equal(t, []string{"event"}, log.take())
		require.NoError(t, child.Send(ctx, func(context.Context) error { return ErrStop }))
		synctest.Wait()
		p.Stop(time.Second)
		assert.Equal(t, Abandoned, (<-h.ended).Kind)
		<-child.Done()
		again(t, p, h)
		close(release)
		synctest.Wait()
		assert.Empty(t, log.take())
		_, err := call(ctx, p, func(context.Context) int { return 1 })
		require.NoError(t, err)
	})
}

// The children of an actor that was cut off are stopped all the same.
func TestG1ChildrenOfAnAbandonedParentStop(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		var log probe
		quiet := func(Event) do { return nothing }
		a, b, deaf := doer("a", log.hook("a")), doer("b", log.hook("b")), &deafChild{}
		p := doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
			_ = self.Start(deaf, quiet)
			_ = self.Start(a, quiet)
			return plain{}, self.Start(b, quiet)
		}))
		h := start(t, p)
		release := block(t, p)
		began := time.Now()
		p.Stop(time.Second)
		exit := <-h.ended
		assert.Equal(t, Abandoned, exit.Kind)
		assert.Equal(t, []string{"b shutdown", "a shutdown"}, log.take())
		assert.Equal(t, time.Second+childGrace, time.Since(began), "one keeps no promise")
		<-a.Done()
		<-b.Done()
		release()
	})
}

// deafChild starts and never ends.
type deafChild struct{ stops int }

func (d *deafChild) Name() string                    { return "deaf" }
func (d *deafChild) Start(_ context.Context, h Host) { h.Started(nil) }
func (d *deafChild) Stop(time.Duration)              { d.stops++ }

func TestChildThatNeverEndsIsLeftBehindAtTheDeadline(t *testing.T) {
	for _, test := range []struct{ within, want time.Duration }{{time.Minute, time.Minute}, {0, childGrace}} {
		bubble(t, func(t *testing.T, _ context.Context) {
			var log probe
			deaf := &deafChild{}
			p := doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
				_ = self.Start(deaf, func(Event) do { return nothing })
				return hooked{hook: func(_ context.Context, e Exit) error { log.add("hook " + e.Kind.String()); return nil }}, nil
			}))
			h := start(t, p)
			synctest.Wait()
			began := time.Now()
			p.Stop(test.within)
			exit := <-h.ended
			assert.Equal(t, Abandoned, exit.Kind)
			assert.ErrorIs(t, exit.Err, ErrAbandoned)
			assert.Equal(t, test.want, time.Since(began))
			assert.Equal(t, []string{"hook abandoned"}, log.take(), "no user code of the parent's was stuck")
			assert.Equal(t, 1, deaf.stops)
		})
	}
}

// The deadline finds a handler that began just as the time was over.
func TestAbandonmentIsNotMissedBetweenTwoMessages(t *testing.T) {
	for range 300 {
		p := doer("p", withCapacity(1<<12))
		h := start(t, p)
		release := make(chan struct{})
		for range 100 {
			require.NoError(t, p.TrySend(nothing))
		}
		require.NoError(t, p.TrySend(func(context.Context) error { <-release; return nil }))
		p.Stop(0)
		exit := <-h.ended
		assert.Contains(t, []Kind{Shutdown, Abandoned}, exit.Kind)
		close(release)
	}
}
