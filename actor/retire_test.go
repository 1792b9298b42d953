package actor

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/monitoring"
)

// retiree is a child that is no actor, and has an address.
type retiree struct {
	puppet
	causes []error
}

func (r *retiree) Retire(cause error) { r.causes = append(r.causes, cause) }

func TestRetireTellsWhenTheAddressHasEnded(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := newParent(t)
		actor, other, plain := doer("actor"), &retiree{}, &puppet{}
		require.NoError(t, actor.Send(ctx, nothing))
		var seen []bool
		for _, child := range []Child{actor, other, plain} {
			p.self.Retire(child, errBoom, func() do {
				seen = append(seen, isDone(actor))
				return p.log.adds("over")
			})
			p.self.Retire(child, nil, nil)
			synctest.Wait()
			assert.Equal(t, []string{"over"}, p.log.take())
		}
		assert.Equal(t, []bool{true, true, true}, seen)
		assert.Equal(t, []error{errBoom, nil}, other.causes)
		require.ErrorIs(t, actor.Err(), errBoom)
		assert.EqualValues(t, 1, actor.Info().DeadLettered)
		end(p.Process, p.h)
	})
}

// A child that is told so while it runs has no address any more when its end
// is told.
func TestRetireOfAChildThatRuns(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p, c := newParent(t), doer("c")
		p.on = func(e Event) error {
			if e.Kind == ChildEnded {
				p.self.Keep(c)
				p.log.add(map[bool]string{true: "done", false: "open"}[isDone(c)])
			}
			return nil
		}
		p.start(t, c)
		p.log.take()
		p.self.Retire(c, errBoom, nil)
		synctest.Wait()
		require.NoError(t, c.Send(ctx, nothing))
		require.NoError(t, c.Send(ctx, fails))
		synctest.Wait()
		assert.Equal(t, []string{"c#0 ended boom", "done"}, p.log.take())
		require.ErrorIs(t, c.Err(), errBoom)
		end(p.Process, p.h)
	})
}

// With nothing to be done about it a child's address ends before Retire returns.
func TestTheAddressOfABareChildEndsAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := newParent(t)
		own := doer("own")
		bare, busy, owner := doer("bare"), doer("busy"), doer("owner", func(s *Spec[do]) { s.Owns = []Child{own} })
		held := doer("held")
		require.True(t, own.borrow(), "so that nothing can be done about it yet")
		require.True(t, held.borrow())
		require.NoError(t, busy.Send(ctx, nothing))
		p.start(t, bare)
		p.self.Keep(bare)
		p.self.Stop(bare, Forever)
		synctest.Wait()
		done, err := call(ctx, p.Process, func(context.Context) bool {
			p.self.Retire(bare, errBoom, nil)
			p.self.Retire(busy, errBoom, nil)
			p.self.Retire(owner, errBoom, nil)
			p.self.Retire(held, errBoom, nil)
			return isDone(bare)
		})
		require.NoError(t, err)
		assert.True(t, done)
		synctest.Wait()
		assert.False(t, isDone(held))
		assert.False(t, isDone(owner))
		held.giveBack()
		own.giveBack()
		synctest.Wait()
		for _, c := range []*Process[do]{bare, busy, owner, held} {
			assert.Equal(t, errBoom, c.Err(), c.Name())
		}
		assert.True(t, isDone(own))
		assert.EqualValues(t, 1, busy.Info().DeadLettered)
		end(p.Process, p.h)
	})
}

// A run that is borrowed is nobody else's. What comes meanwhile is done afterwards.
func TestBorrowedRun(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		rt := NewRuntime(monitoring.NewIDs(), nil)
		p, h := doer("p"), newHost()
		p.Start(rt.Context(ctx), h)
		require.NoError(t, <-h.started)
		synctest.Wait()
		require.True(t, p.borrow())
		require.False(t, p.borrow())
		require.NoError(t, p.Send(ctx, log.adds("handled")))
		synctest.Wait()
		assert.Empty(t, log.take())
		p.giveBack()
		synctest.Wait()
		assert.Equal(t, []string{"handled"}, log.take())

		require.True(t, p.borrow())
		p.giveBack()
		assert.True(t, p.isIdle())
		_, runs := hands(rt)
		assert.Zero(t, runs)
		end(p, h)
		synctest.Wait()
		require.True(t, p.borrow(), "no message starts a run now")
		p.giveBack()
	})
}

// Who has ended retires nobody any more.
func TestRetireByAnIncarnationThatIsOver(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		p, c := newParent(t), doer("c")
		end(p.Process, p.h)
		p.self.Retire(c, errBoom, nil)
		synctest.Wait()
		assert.False(t, isDone(c))
	})
}

// An address ends once, and what it owns with it.
func TestRetiringTwiceEndsNothingMore(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		own := doer("own")
		p := doer("p", func(s *Spec[do]) { s.Owns = []Child{own} })
		p.Retire(nil)
		<-own.Done()
		h := start(t, own)
		own.Stop(0)
		<-h.ended
		p.Retire(nil)
		synctest.Wait()
		assert.False(t, isDone(own), "somebody else has opened it again")
		own.Retire(nil)
		<-own.Done()
	})
}

// The only address that an actor owns is kept over its restarts.
func TestL3aOnlyOwnedAddressOutlivesARestart(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		c, other := doer("c"), doer("other")
		p := newParent(t, func(s *Spec[do]) { s.Owns = []Child{c} })
		for range 2 {
			p.start(t, c)
			p.start(t, other)
			p.self.Keep(c)
			require.NoError(t, p.Send(ctx, fails))
			<-p.h.ended
			assert.False(t, isDone(c))
			assert.True(t, isDone(other))
			again(t, p, p.h)
		}
		end(p.Process, p.h)
		assert.True(t, isDone(c))
	})
}

// Done of an address that was not ended is the same over restarts.
func TestDoneIsTheSameOverRestarts(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		p := doer("p")
		done := p.Done()
		h := start(t, p)
		p.Stop(0)
		<-h.ended
		again(t, p, h)
		end(p, h)
		<-done
	})
}

// A name is given back by who bears it, and nobody else is recorded to do so.
func TestOnlyANameThatWasTakenIsGivenBack(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		events := monitoring.Memory[monitoring.SystemEvent]{Min: monitoring.Trace}
		telemetry, err := monitoring.NewTelemetry(monitoring.TelemetryConfig{Monitors: monitoring.Monitors{System: &events}})
		require.NoError(t, err)
		rt := NewRuntime(monitoring.NewIDs(), telemetry)
		doer("never started", registered("name")).Retire(nil)
		nameless, first, second := doer("nameless"), doer("first", registered("name")), doer("second", registered("name"))
		h := newHost()
		nameless.Start(rt.Context(ctx), h)
		first.Start(rt.Context(ctx), h)
		require.NoError(t, <-h.started)
		require.NoError(t, <-h.started)
		second.Start(rt.Context(ctx), h)
		require.ErrorIs(t, <-h.started, ErrNameTaken)
		second.Retire(nil)
		<-second.Done()
		end(nameless, h)
		end(first, h)
		require.NoError(t, telemetry.Close(ctx))
		var log []string
		for _, e := range events.Snapshot().Recent {
			log = append(log, e.Kind.String()+" "+e.Name+" "+e.Path)
		}
		assert.Equal(t, []string{
			monitoring.ActorRegistered.String() + " name /first",
			monitoring.ActorDeregistered.String() + " name /first",
		}, log)
	})
}

// What is known of the end of an address that never got ready.
func TestL11NoticeOfAnAddressThatNeverGotReady(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		rt := NewRuntime(monitoring.NewIDs(), nil)
		first, h := doer("first", registered("name")), newHost()
		first.Start(rt.Context(ctx), h)
		require.NoError(t, <-h.started)
		for name, test := range map[string]struct {
			p    *Process[do]
			kind Kind
			err  error
		}{
			"name taken": {doer("p", registered("name")), Failure, ErrNameTaken},
			"New fails": {doer("p", withNew(func(context.Context, *Self[do]) (Actor[do], error) { return nil, errBoom })),
				Failure, errBoom},
			"says so later": {doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
				go self.DeferStart()(errBoom)
				return plain{}, nil
			})), Failure, errBoom},
			"shuts down later": {doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
				go self.DeferStart()(ErrShutdown)
				return plain{}, nil
			})), Shutdown, nil},
		} {
			test.p.Start(rt.Context(ctx), h)
			require.Error(t, <-h.started, name)
			test.p.Retire(nil)
			d, err := Await(ctx, test.p)
			require.NoError(t, err, name)
			assert.Equal(t, test.kind, d.Kind, name)
			assert.ErrorIs(t, d.Err, test.err, name)
		}
		end(first, h)
	})
}

// Once the end has begun the actor is not ready any more, whoever says so.
func TestReadyComesTooLate(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var readies []func(error)
		child := doer("c", withHook(func(context.Context, Exit) error { time.Sleep(time.Second); return nil }))
		p := doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
			readies = append(readies, self.DeferStart())
			return plain{}, self.Start(child, func(Event) do { return nothing })
		}))
		h := newHost()
		p.Start(ctx, h)
		synctest.Wait()
		p.Stop(time.Minute)
		synctest.Wait()
		readies[0](nil) // while the child stops
		require.ErrorIs(t, <-h.started, ErrShutdown)
		readies[0](nil) // after the end
		synctest.Wait()
		p.Start(ctx, h)
		synctest.Wait()
		readies[0](errBoom) // it is another's now
		readies[0](nil)
		synctest.Wait()
		assert.Empty(t, h.started)
		assert.Empty(t, h.ended)
		readies[1](nil)
		require.NoError(t, <-h.started)
		end(p, h)
		assert.Empty(t, h.started)
	})
}
