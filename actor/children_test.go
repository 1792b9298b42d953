package actor

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// parent is an actor that starts what it is told, and notes what happens.
type parent struct {
	*Process[do]
	h    *host
	self *Self[do]
	log  probe
	on   func(Event) error // what the parent does about an event; may be nil
}

func newParent(t *testing.T, options ...func(*Spec[do])) *parent {
	t.Helper()
	p := &parent{}
	p.Process = doer("parent", append([]func(*Spec[do]){withSelf(&p.self)}, options...)...)
	p.h = start(t, p)
	return p
}

func (p *parent) adapt(e Event) do {
	return func(context.Context) error {
		what := [...]string{"started", "not started", "ended"}[e.Kind]
		p.log.add(fmt.Sprintf("%s#%d %s %v", e.Child.Name(), e.Incarnation, what, e.cause()))
		if p.on != nil {
			return p.on(e)
		}
		return nil
	}
}

func (p *parent) start(t *testing.T, child Child) {
	t.Helper()
	err, askErr := call(t.Context(), p.Process, func(context.Context) error { return p.self.Start(child, p.adapt) })
	require.NoError(t, errors.Join(err, askErr))
	synctest.Wait()
}

func isDone(p *Process[do]) bool {
	select {
	case <-p.Done():
		return true
	default:
		return false
	}
}

func fails(context.Context) error { return errBoom }

func TestG3ChildrensLivesComeAsMessages(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p, c := newParent(t), doer("c")
		p.start(t, c)
		assert.Equal(t, "/parent/c", c.Path())
		assert.Equal(t, "/parent", p.self.Path())
		assert.Equal(t, "parent", p.self.Name())
		assert.Equal(t, p.Ref, p.self.Ref())
		assert.Equal(t, p.ID(), p.self.ID())
		assert.EqualValues(t, 1, p.self.Incarnation())
		assert.Nil(t, p.self.Telemetry())
		assert.ErrorIs(t, p.self.Start(c, p.adapt), ErrAlreadyStarted)
		require.NoError(t, c.Send(ctx, fails))
		synctest.Wait()
		bad := doer("bad", withNew(func(context.Context, *Self[do]) (Actor[do], error) { return nil, ErrIgnore }))
		p.start(t, bad)
		invalid := doer("not/valid")
		p.start(t, invalid)
		p.start(t, p.Process)
		log := p.log.take()
		require.Len(t, log, 5)
		assert.Equal(t, "c#1 started <nil>", log[0])
		assert.Equal(t, "c#0 ended boom", log[1])
		assert.Equal(t, "bad#1 not started actor: start ignored", log[2])
		assert.Contains(t, log[3], "invalid spec")
		assert.Contains(t, log[4], "parent#1 not started actor: already started")
		assert.Equal(t, []bool{true, true, true}, []bool{isDone(c), isDone(bad), isDone(invalid)})
		assert.ErrorIs(t, c.Err(), errBoom)
		end(p.Process, p.h)
	})
}

func TestSelfStartRefusesWhatIsNoChild(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		p := newParent(t)
		var none *Process[do]
		for _, child := range []Child{nil, none, fickle{}} {
			err := p.self.Start(child, p.adapt)
			assert.ErrorIs(t, err, ErrInvalidSpec)
			assert.ErrorContains(t, err, "Child")
		}
		end(p.Process, p.h)
		assert.ErrorIs(t, p.self.Start(doer("c"), p.adapt), ErrStopped)
	})
}

// fickle cannot be compared.
type fickle struct{ _ []int }

func (fickle) Name() string                { return "fickle" }
func (fickle) Start(context.Context, Host) {}
func (fickle) Stop(time.Duration)          {}

// A plain actor as a parent that restarts its child.
func TestParentRestartsItsChild(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p, c := newParent(t), doer("c")
		p.on = func(e Event) error {
			if e.Kind == ChildEnded && e.Exit.Kind.Abnormal() {
				return p.self.Start(e.Child, p.adapt)
			}
			return nil
		}
		p.start(t, c)
		for range 3 {
			require.NoError(t, c.Send(ctx, fails))
			require.NoError(t, c.Send(ctx, nothing))
			synctest.Wait()
		}
		assert.EqualValues(t, 4, c.Incarnation())
		assert.False(t, isDone(c))
		assert.Zero(t, c.Info().DeadLettered)
		require.NoError(t, c.Send(ctx, func(context.Context) error { return ErrStop }))
		synctest.Wait()
		assert.True(t, isDone(c), "neither started again nor kept")
		assert.NoError(t, c.Err())
		end(p.Process, p.h)
	})
}

func TestKeptChildKeepsItsAddress(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p, c := newParent(t), doer("c")
		p.on = func(e Event) error {
			if e.Kind == ChildEnded {
				p.self.Keep(e.Child)
				p.self.After(time.Second, func(context.Context) error { return p.self.Start(e.Child, p.adapt) })
			}
			return nil
		}
		p.start(t, c)
		require.NoError(t, c.Send(ctx, fails))
		synctest.Wait()
		require.NoError(t, c.Send(ctx, log.adds("waited")))
		pass(time.Minute)
		assert.Equal(t, []string{"waited"}, log.take())

		p.on = func(e Event) error {
			p.self.Keep(e.Child)
			return nil
		}
		require.NoError(t, c.Send(ctx, fails))
		synctest.Wait()
		assert.False(t, isDone(c))
		p.self.Retire(c, errBoom, nil)
		synctest.Wait()
		assert.True(t, isDone(c))

		p.start(t, c) // and once more
		require.NoError(t, c.Send(ctx, fails))
		synctest.Wait()
		assert.False(t, isDone(c))
		p.Stop(time.Second)
		<-p.h.ended
		assert.True(t, isDone(c), "what an ended parent kept is retired")
		assert.Equal(t, ErrStopped, c.Err())

		again(t, p, p.h)
		p.start(t, c)
		require.NoError(t, c.Send(ctx, fails))
		synctest.Wait()
		assert.False(t, isDone(c))
		errParent := errors.New("parent")
		require.NoError(t, p.Send(ctx, func(context.Context) error { return errParent }))
		<-p.h.ended
		assert.True(t, isDone(c))
		assert.Equal(t, errParent, c.Err(), "with the reason why its parent ended")
	})
}

func TestL4ChildrenStopInReverse(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p := newParent(t)
		var kids []*Process[do]
		for i := range 5 {
			c := doer(strconv.Itoa(i), withHook(func(context.Context, Exit) error {
				time.Sleep(time.Second)
				log.add(strconv.Itoa(i))
				return nil
			}))
			kids = append(kids, c)
			p.start(t, c)
		}
		require.NoError(t, kids[2].Send(ctx, func(context.Context) error { return ErrStop })) // from the middle
		pass(2 * time.Second)
		began := time.Now()
		p.Stop(Forever)
		<-p.h.ended
		assert.Equal(t, 4*time.Second, time.Since(began))
		assert.Equal(t, []string{"2", "4", "3", "1", "0"}, log.take())
		for _, c := range kids {
			assert.True(t, isDone(c))
		}
	})
}

// The deadline is shared: however stuck the children are, each is asked, and
// the parent ends in time, not abandoned.
func TestDeadlineIsSharedWithTheChildren(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		hooks := 0
		p := newParent(t, func(s *Spec[do]) {
			inner := s.New
			s.New = func(ctx context.Context, self *Self[do]) (Actor[do], error) {
				_, err := inner(ctx, self)
				return hooked{hook: func(context.Context, Exit) error { hooks++; return nil }}, err
			}
		})
		release := make(chan struct{})
		var kids []*Process[do]
		for i := range 4 {
			c := doer(strconv.Itoa(i), withHook(func(context.Context, Exit) error { <-release; return nil }))
			kids = append(kids, c)
			p.start(t, c)
		}
		began := time.Now()
		p.Stop(time.Second)
		exit := <-p.h.ended
		assert.Equal(t, Shutdown, exit.Kind)
		assert.LessOrEqual(t, time.Since(began), time.Second)
		assert.Equal(t, 1, hooks)
		for _, c := range kids {
			assert.True(t, isDone(c))
		}
		close(release)
	})
}

// A child has stopChild when its parent has no limit.
func TestChildHasFiveSecondsWhenItsParentFails(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p, c := newParent(t), doer("c")
		p.start(t, c)
		release := block(t, c)
		began := time.Now()
		require.NoError(t, p.Send(ctx, fails))
		exit := <-p.h.ended
		assert.Equal(t, Failure, exit.Kind)
		assert.Equal(t, stopChild, time.Since(began))
		release()
	})
}

func TestL1ChildrenOfAFailedStartAreStopped(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		c := doer("c", log.hook("c"))
		p := doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
			_ = self.Start(c, func(Event) do { return log.adds("event") })
			return nil, errBoom
		}))
		h := newHost()
		p.Start(ctx, h)
		require.ErrorIs(t, <-h.started, errBoom)
		assert.True(t, isDone(c))
		assert.NotContains(t, log.take(), "event")
	})
}

func TestG3TroubleInAChildEventIsTheParents(t *testing.T) {
	for name, test := range map[string]struct {
		on   func(Event) do
		want Kind
	}{
		"panic in the adapter":  {func(Event) do { panic(errBoom) }, Panic},
		"goexit in the adapter": {func(Event) do { runtime.Goexit(); return nil }, Goexit},
		"panic in Receive":      {func(Event) do { return func(context.Context) error { panic(errBoom) } }, Panic},
		"goexit in Receive":     {func(Event) do { return func(context.Context) error { runtime.Goexit(); return nil } }, Goexit},
		"error in Receive":      {func(Event) do { return fails }, Failure},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				p := newParent(t)
				a, b := doer("a"), doer("b")
				p.start(t, a)
				require.NoError(t, p.self.Start(b, func(e Event) do {
					if e.Kind == ChildStarted {
						return nothing
					}
					return test.on(e)
				}))
				require.NoError(t, b.Send(ctx, func(context.Context) error { return ErrStop }))
				exit := <-p.h.ended
				assert.Equal(t, test.want, exit.Kind)
				assert.True(t, isDone(a))
				assert.True(t, isDone(b), "what was to become of it was not decided")
			})
		})
	}
}

// wild is a child whose methods panic.
type wild struct{ start bool }

func (w *wild) Name() string { return "wild" }
func (w *wild) Start(_ context.Context, h Host) {
	if w.start {
		panic(errBoom)
	}
	h.Started(nil)
}
func (w *wild) Stop(time.Duration) { panic(errBoom) }

func TestG3ChildWhoseMethodsPanic(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := newParent(t)
		p.start(t, &wild{})
		p.Stop(Forever)
		assert.Equal(t, Shutdown, (<-p.h.ended).Kind, "there is nothing to wait for")
		again(t, p.Process, p.h)
		require.NoError(t, p.Send(ctx, func(context.Context) error { return p.self.Start(&wild{start: true}, p.adapt) }))
		assert.Equal(t, Panic, (<-p.h.ended).Kind)
	})
}

// Whoever starts a child that runs elsewhere is refused, and the child is not
// harmed: neither by the refusal nor by what the refused parent does then.
func TestChildOfAnotherParentIsUnharmed(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p, c := newParent(t), doer("c")
		q := &parent{}
		q.Process = doer("q", withSelf(&q.self))
		q.h = start(t, q)
		p.start(t, c)
		q.start(t, c)
		assert.Equal(t, []string{"c#1 not started actor: already started"}, q.log.take())
		q.self.Retire(c, errBoom, nil)
		end(q.Process, q.h)
		p.on = func(_ Event) error { p.self.Keep(c); return nil }
		require.NoError(t, c.Send(ctx, fails))
		synctest.Wait()
		assert.False(t, isDone(c))
		end(p.Process, p.h)
		assert.True(t, isDone(c))
	})
}

// Addresses that belong to another one outlive its restarts and end with it.
func TestL3aOwnedAddressesOutliveRestarts(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		a, b := doer("a"), doer("b")
		p := newParent(t, func(s *Spec[do]) { s.Owns = []Child{a, b} })
		p.start(t, a)
		p.start(t, b)
		require.NoError(t, b.Send(ctx, func(context.Context) error { return ErrStop }))
		synctest.Wait()
		require.NoError(t, p.Send(ctx, fails))
		<-p.h.ended
		assert.False(t, isDone(a))
		assert.False(t, isDone(b))
		require.NoError(t, a.Send(ctx, nothing))
		again(t, p.Process, p.h)
		p.Retire(errBoom)
		p.Stop(Forever)
		<-p.Done()
		assert.ErrorIs(t, a.Send(ctx, nothing), ErrStopped)
		assert.ErrorIs(t, b.Err(), errBoom)
		assert.EqualValues(t, 1, a.Info().DeadLettered, "all is accounted for when Done is closed")
	})
}

// A goroutine beside the actor that starts a child while the actor ends leaves
// no child behind.
func TestSelfStartRacesTheEnd(t *testing.T) {
	for range 300 {
		var self *Self[do]
		p := doer("p", withSelf(&self))
		h := start(t, p)
		c := doer("c")
		result := make(chan error)
		go func() { result <- self.Start(c, func(Event) do { return nothing }) }()
		p.Stop(Forever)
		<-h.ended
		if <-result == nil {
			<-c.Done()
		}
	}
}

// deferring has an actor say itself when it is ready.
func deferring(ready *func(error)) func(*Spec[do]) {
	return withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
		*ready = self.DeferStart()
		return plain{}, nil
	})
}

func TestDeferStart(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var ready func(error)
		p := doer("p", deferring(&ready))
		h := newHost()
		p.Start(ctx, h)
		n, err := call(ctx, p, func(context.Context) int { return 7 })
		require.NoError(t, err, "messages are handled meanwhile")
		assert.Equal(t, 7, n)
		assert.Empty(t, h.started)
		ready(nil)
		ready(errBoom)
		require.NoError(t, <-h.started)
		synctest.Wait()
		assert.Empty(t, h.ended)
		stale := ready
		p.Stop(Forever)
		<-h.ended

		p.Start(ctx, h)
		synctest.Wait()
		stale(nil)
		synctest.Wait()
		assert.Empty(t, h.started, "an earlier incarnation's")
		ready(errBoom)
		assert.ErrorIs(t, <-h.started, errBoom)

		p.Start(ctx, h) // it fails, or stops, before it is ready
		require.NoError(t, p.Send(ctx, func(context.Context) error { return ErrStop }))
		assert.ErrorContains(t, <-h.started, "normal")
		p.Start(ctx, h)
		synctest.Wait()
		p.Stop(Forever)
		assert.ErrorIs(t, <-h.started, ErrShutdown)
		assert.Empty(t, h.ended)
	})
}

// What is said of the start is told before the end to which the same message
// leads.
func TestDeferStartAndEndAtOnce(t *testing.T) {
	for name, test := range map[string]struct {
		last func(p *Process[do], ready func(error)) error
		kind Kind // of the end; the start succeeds
	}{
		"ends":   {func(_ *Process[do], ready func(error)) error { ready(nil); return ErrStop }, Normal},
		"fails":  {func(_ *Process[do], ready func(error)) error { ready(nil); return errBoom }, Failure},
		"panics": {func(_ *Process[do], ready func(error)) error { ready(nil); panic(errBoom) }, Panic},
		"goexit": {func(_ *Process[do], ready func(error)) error { ready(nil); runtime.Goexit(); return nil }, Goexit},
		"twice":  {func(_ *Process[do], ready func(error)) error { ready(nil); ready(errBoom); return ErrStop }, Normal},
		"stops":  {func(p *Process[do], ready func(error)) error { p.Stop(time.Minute); ready(nil); return nil }, Shutdown},
		"drains": {func(p *Process[do], ready func(error)) error { p.Drain(time.Minute); ready(nil); return nil }, Shutdown},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				var ready func(error)
				p := doer("p", deferring(&ready))
				h := newHost()
				p.Start(ctx, h)
				require.NoError(t, p.Send(ctx, func(context.Context) error { return test.last(p, ready) }))
				require.NoError(t, <-h.started)
				assert.Equal(t, test.kind, (<-h.ended).Kind)
				assert.Empty(t, h.started)
			})
		})
	}
}

// Who has said that it is ready and does not return is abandoned after its start.
func TestDeferStartAndHang(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var ready func(error)
		p := doer("p", deferring(&ready))
		for _, says := range []bool{true, false} {
			h, release := newHost(), make(chan struct{})
			p.Start(ctx, h)
			require.NoError(t, p.Send(ctx, func(context.Context) error {
				if says {
					ready(nil)
				}
				<-release
				ready(nil)
				return nil
			}))
			synctest.Wait()
			p.Stop(0)
			if says {
				require.NoError(t, <-h.started)
				assert.Equal(t, Abandoned, (<-h.ended).Kind)
			} else {
				require.ErrorIs(t, <-h.started, ErrAbandoned)
			}
			close(release)
			synctest.Wait()
			assert.Empty(t, h.started)
			assert.Empty(t, h.ended)
		}
	})
}

// A start that has failed has failed, whatever was said on the way.
func TestDeferStartAndFail(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		h := newHost()
		doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
			self.DeferStart()(nil)
			return nil, errBoom
		})).Start(ctx, h)
		require.ErrorIs(t, <-h.started, errBoom)

		var ready func(error)
		p := doer("p", deferring(&ready))
		p.Start(ctx, h)
		require.NoError(t, p.Send(ctx, func(context.Context) error {
			ready(errBoom)
			ready(nil)
			return ErrStop
		}))
		require.Error(t, <-h.started)
		synctest.Wait()
		assert.Empty(t, h.ended)
	})
}

// Called too late, DeferStart and TrapStop have no effect.
func TestDeferStartAfterNew(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := newParent(t)
		require.NoError(t, p.Send(ctx, func(context.Context) error {
			p.self.DeferStart()(nil)
			p.self.TrapStop(func(Stopping) do { panic("called") })
			return nil
		}))
		synctest.Wait()
		assert.Empty(t, p.h.started)
		assert.Equal(t, Shutdown, end(p.Process, p.h).Kind)
	})
}

// Who traps its stop and is given no time is not cut off in the message at which
// it is: it has a moment to come to the request.
func TestTrapStopWhileBusy(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		for took, kind := range map[time.Duration]Kind{childGrace / 2: Shutdown, 2 * childGrace: Abandoned} {
			p := New(Spec[do]{Name: "p", New: func(_ context.Context, self *Self[do]) (Actor[do], error) {
				self.TrapStop(func(Stopping) do { return func(context.Context) error { return ErrShutdown } })
				return plain{}, nil
			}})
			h := start(t, p)
			require.NoError(t, p.Send(ctx, func(context.Context) error { time.Sleep(took); return nil }))
			synctest.Wait()
			from := time.Now()
			p.Stop(0)
			exit := <-h.ended
			assert.Equal(t, kind, exit.Kind)
			assert.Equal(t, min(took, childGrace), time.Since(from))
			pass(took)
		}
	})
}

func TestTrapStop(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		leave := false
		p := doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
			self.TrapStop(func(s Stopping) do {
				return func(ctx context.Context) error {
					log.add(fmt.Sprint("stopping ", s.Within, ctx.Err() != nil))
					if leave {
						return ErrShutdown
					}
					return nil
				}
			})
			return hooked{hook: func(_ context.Context, e Exit) error { log.add(e.Kind.String()); return nil }}, nil
		}))
		h := start(t, p)
		p.Stop(time.Minute)
		n, err := call(ctx, p, func(context.Context) int { return 7 })
		require.NoError(t, err, "it goes on")
		assert.Equal(t, 7, n)
		p.Stop(time.Second)
		synctest.Wait()
		leave = true
		p.Stop(Forever)
		exit := <-h.ended
		assert.Equal(t, Shutdown, exit.Kind)
		assert.NoError(t, exit.Err)
		assert.Equal(t, []string{"stopping 1m0s true", "stopping 1s true", "stopping 1s true", "shutdown"}, log.take())

		leave = false
		for _, test := range []struct{ within, want time.Duration }{{time.Second, time.Second}, {0, childGrace}} {
			again(t, p, h)
			began := time.Now()
			p.Stop(test.within)
			exit = <-h.ended
			assert.Equal(t, Abandoned, exit.Kind)
			assert.Equal(t, test.want, time.Since(began))
			log.take()
		}
	})
}
