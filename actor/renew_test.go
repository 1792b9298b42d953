package actor

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/monitoring"
)

func TestR16RenewGivesTheChildrenToAFreshValue(t *testing.T) {
	for name, test := range failures {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				rt := NewRuntime(monitoring.NewIDs(), nil)
				s, a, b := newStores(func(spec *Spec[do]) { spec.Registered = "the store" }), doer("a"), doer("b")
				o := &overseer{newHost(), always(Renews), make(chan Exit, 16), make(chan continued, 16)}
				s.Start(rt.Context(ctx), o)
				require.NoError(t, <-o.started)
				first := s.self
				adapt := func(e Event) do {
					return func(context.Context) error {
						s.log.add(fmt.Sprintf("%s %d to %d", e.Child.Name(), e.Kind, s.self.Incarnation()))
						return nil
					}
				}
				var own context.Context
				require.NoError(t, s.Send(ctx, func(ctx context.Context) error {
					own, s.now.n = ctx, 7
					s.self.After(time.Second, func(context.Context) error { panic("a timer of the old one") })
					return s.self.Start(a, adapt)
				}))
				synctest.Wait()
				require.NoError(t, first.Start(b, adapt))
				synctest.Wait()
				var kept Reply[int]
				errs := make(chan error, 1)
				go func() {
					_, err := question(ctx, s.Process, func(_ context.Context, r Reply[int]) error { kept = r; return nil })
					errs <- err
				}()
				synctest.Wait()
				_, err := question(ctx, s.Process, func(context.Context, Reply[int]) error {
					require.NoError(t, s.TrySend(s.log.adds("waited")))
					return test.do(ctx)
				})
				require.ErrorIs(t, err, test.err)
				require.ErrorIs(t, <-errs, ErrNoReply)
				kept.Send(1)

				went := <-o.continued
				assert.Equal(t, Renews, went.how)
				assert.Equal(t, test.kind, went.exit.Kind)
				assert.ErrorIs(t, went.exit.Err, test.err)
				assert.EqualValues(t, 1, went.exit.Incarnation)
				assert.Equal(t, "do", went.exit.Message)
				assert.EqualValues(t, 2, s.Incarnation())
				assert.EqualValues(t, 2, s.self.Incarnation())
				assert.Zero(t, s.get(t))
				assert.ErrorIs(t, context.Cause(own), ErrShutdown)
				found, err := Lookup[do](rt, "the store")
				require.NoError(t, err)
				assert.Equal(t, s.Ref, found)
				assert.ErrorIs(t, first.Start(doer("x"), adapt), ErrStopped, "it is the other's now")

				require.NoError(t, a.Send(ctx, fails))
				pass(time.Minute)
				assert.Equal(t, []string{
					fmt.Sprintf("a %d to 1", ChildStarted), fmt.Sprintf("b %d to 1", ChildStarted),
					"restart " + test.kind.String() + " of 7", "stop " + test.kind.String() + " of 7",
					"waited",
					fmt.Sprintf("a %d to 2", ChildEnded),
				}, s.log.take())
				assert.True(t, isDone(a))
				assert.EqualValues(t, 1, b.Incarnation())
				assert.ErrorIs(t, s.self.Start(b, adapt), ErrAlreadyStarted)
				require.NoError(t, s.self.Start(a, adapt))
				synctest.Wait()

				s.Stop(time.Second)
				exit := <-o.ended
				assert.Equal(t, Shutdown, exit.Kind)
				require.NoError(t, exit.Err)
				assert.EqualValues(t, 2, exit.Incarnation)
				assert.True(t, isDone(b))
				assert.Empty(t, o.started)
				balanced(t, s.Process, 5)
			})
		})
	}
}

// A child that dies during the renewal is told to the new value, and not twice.
func TestR16ChildThatDiesDuringTheRenewal(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s, c := newStores(), doer("c")
		s.hooks = func(_ context.Context, hook string, _ Exit) error {
			if hook == "restart" {
				_ = c.Send(ctx, fails)
				time.Sleep(time.Second)
			}
			return nil
		}
		o := oversee(t, s, always(Renews))
		require.NoError(t, s.self.Start(c, func(e Event) do {
			return s.log.adds(fmt.Sprintf("%d to %d", e.Kind, s.self.Incarnation()))
		}))
		synctest.Wait()
		s.log.take()
		require.NoError(t, s.Send(ctx, fails))
		pass(time.Minute)
		assert.Equal(t, []string{"restart failure of 0", "stop failure of 0", fmt.Sprintf("%d to 2", ChildEnded)}, s.log.take())
		assert.True(t, isDone(c))
		end(s.Process, o.host)
	})
}

// The failure may be one in a child's own event: that child is forgotten.
func TestR16RenewBecauseOfAChildsEnd(t *testing.T) {
	for name, test := range failures {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				s, c, kept := newStores(), doer("c"), doer("kept")
				o := oversee(t, s, always(Renews))
				on := func(e Event) do {
					if e.Kind == ChildStarted {
						return nothing
					}
					return func(ctx context.Context) error {
						if e.Child == kept {
							s.self.Keep(kept)
						}
						return test.do(ctx)
					}
				}
				require.NoError(t, errors.Join(s.self.Start(c, on), s.self.Start(kept, on)))
				synctest.Wait()
				require.NoError(t, c.Send(ctx, fails))
				<-c.Done()
				assert.ErrorIs(t, c.Err(), errBoom)
				require.NoError(t, kept.Send(ctx, fails))
				synctest.Wait()
				assert.Len(t, o.continued, 2)
				assert.False(t, isDone(kept))
				require.NoError(t, kept.Send(ctx, s.log.adds("waited")))
				s.log.take()
				require.NoError(t, s.self.Start(kept, on))
				synctest.Wait()
				assert.Equal(t, []string{"waited"}, s.log.take())
				end(s.Process, o.host)
			})
		})
	}
}

func TestR16RenewWhoseNewDoesNotSucceed(t *testing.T) {
	errNew := errors.New("new")
	for name, test := range map[string]struct {
		make func(*Self[do]) error
		want error
	}{
		"error":    {func(*Self[do]) error { return errNew }, errNew},
		"panic":    {func(*Self[do]) error { panic(errNew) }, errNew},
		"goexit":   {func(*Self[do]) error { runtime.Goexit(); return nil }, ErrGoexit},
		"ignore":   {func(*Self[do]) error { return ErrIgnore }, ErrIgnore},
		"shutdown": {func(*Self[do]) error { return ErrShutdown }, errBoom},
		"not ready": {func(self *Self[do]) error {
			self.DeferStart()(errNew)
			return nil
		}, errNew},
		"fails before it is ready": {func(self *Self[do]) error {
			self.DeferStart()
			self.After(0, func(context.Context) error { return errNew })
			return nil
		}, errNew},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				s := newStores()
				o := oversee(t, s, always(Renews))
				quiet := func(Event) do { return nothing }
				a, b := doer("a", s.log.hook("a")), doer("b", s.log.hook("b"))
				require.NoError(t, errors.Join(s.self.Start(a, quiet), s.self.Start(b, quiet)))
				synctest.Wait()
				s.made = test.make
				require.NoError(t, s.Send(ctx, func(ctx context.Context) error {
					_ = s.Send(ctx, nothing)
					return errBoom
				}))
				exit := <-o.ended
				assert.Equal(t, Failure, exit.Kind)
				assert.ErrorIs(t, exit.Err, errBoom)
				assert.ErrorIs(t, exit.Err, test.want)
				assert.Equal(t, "do", exit.Message)
				assert.EqualValues(t, 1, exit.Incarnation)
				assert.Empty(t, o.continued)
				assert.Empty(t, o.started)
				log := s.log.take()
				assert.Equal(t, []string{"restart failure of 0", "stop failure of 0", "b shutdown", "a shutdown"}, log[:4])
				assert.True(t, isDone(a) && isDone(b))
				assert.EqualValues(t, 2, s.Incarnation())
				assert.Equal(t, "waiting", s.Info().State)

				s.made = nil
				p := s.Process
				p.Start(ctx, o)
				require.NoError(t, <-o.started)
				assert.EqualValues(t, 3, p.Incarnation())
				s.get(t)
				end(p, o.host)
				balanced(t, p, 3)
			})
		})
	}
}

func TestR16RenewWhoseNewHangs(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s, c := newStores(), doer("c")
		o := oversee(t, s, always(Renews))
		require.NoError(t, s.self.Start(c, func(Event) do { return nothing }))
		synctest.Wait()
		release := make(chan struct{})
		s.made = func(*Self[do]) error { <-release; return nil }
		require.NoError(t, s.Send(ctx, fails))
		pass(time.Hour)
		assert.Equal(t, "starting", s.Info().State)
		assert.Equal(t, "receiving", c.Info().State)
		began := time.Now()
		s.Stop(time.Second)
		exit := <-o.ended
		assert.Equal(t, time.Second, time.Since(began))
		assert.Equal(t, Abandoned, exit.Kind)
		assert.ErrorIs(t, exit.Err, errBoom)
		var left *AbandonedError
		require.ErrorAs(t, exit.Err, &left)
		assert.Equal(t, "starting", left.State)
		assert.EqualValues(t, 2, left.Incarnation)
		assert.True(t, isDone(c))
		assert.Empty(t, o.continued)
		s.made = nil
		again(t, s, o.host)
		close(release)
		synctest.Wait()
		assert.Zero(t, s.get(t))
		end(s.Process, o.host)
	})
}

// Asked to stop while the old value's hooks run, the actor ends.
func TestR16StopDuringARenewal(t *testing.T) {
	for _, drain := range []bool{false, true} {
		bubble(t, func(t *testing.T, ctx context.Context) {
			s := newStores()
			c := doer("c", withHook(func(context.Context, Exit) error {
				time.Sleep(time.Second)
				s.log.add("c")
				return nil
			}))
			s.hooks = func(context.Context, string, Exit) error { time.Sleep(time.Second); return nil }
			o := oversee(t, s, always(Renews))
			require.NoError(t, s.self.Start(c, func(Event) do { return nothing }))
			require.NoError(t, s.Send(ctx, fails))
			synctest.Wait()
			if drain {
				s.Drain(time.Minute)
			} else {
				s.Stop(time.Minute)
			}
			began := time.Now()
			exit := <-o.ended
			assert.Equal(t, 3*time.Second, time.Since(began))
			assert.Equal(t, Failure, exit.Kind)
			assert.Equal(t, errBoom, exit.Err)
			assert.Equal(t, []string{"restart failure of 0", "stop failure of 0", "c"}, s.log.take(), "each hook once")
			assert.EqualValues(t, 1, s.Incarnation())
			assert.Empty(t, o.continued)
			assert.True(t, isDone(c))
		})
	}
}

func TestR16StopRacesRenewal(t *testing.T) {
	for n := range 500 {
		s, c := newStores(), doer("c")
		o := oversee(t, s, always(Renews))
		require.NoError(t, s.self.Start(c, func(Event) do { return nothing }))
		require.NoError(t, s.TrySend(fails))
		for range n % 7 {
			runtime.Gosched()
		}
		s.Retire(nil)
		s.Stop(Forever)
		exit := <-o.ended
		require.Contains(t, []Kind{Failure, Shutdown}, exit.Kind)
		require.LessOrEqual(t, len(o.continued), 1)
		<-s.Done()
		<-c.Done()
		balanced(t, s.Process, 1)
	}
}

// A hook that hangs makes the end an abandonment; the children have their
// ordinary time all the same.
func TestR16RenewWhoseHookHangs(t *testing.T) {
	for _, which := range []string{"restart", "stop"} {
		bubble(t, func(t *testing.T, ctx context.Context) {
			s := newStores(func(spec *Spec[do]) { spec.HookTimeout = time.Second })
			release := make(chan struct{})
			c := doer("c", withHook(func(context.Context, Exit) error { time.Sleep(3 * time.Second); s.log.add("c"); return nil }))
			s.hooks = func(_ context.Context, hook string, _ Exit) error {
				if hook == which {
					<-release
				}
				return nil
			}
			o := oversee(t, s, always(Renews))
			require.NoError(t, s.self.Start(c, func(Event) do { return nothing }))
			require.NoError(t, s.Send(ctx, fails))
			began := time.Now()
			exit := <-o.ended
			assert.Equal(t, 4*time.Second, time.Since(began))
			assert.Equal(t, Abandoned, exit.Kind)
			assert.ErrorIs(t, exit.Err, errBoom)
			log := s.log.take()
			assert.Equal(t, "c", log[len(log)-1])
			assert.Empty(t, o.continued)
			close(release)
		})
	}
}

// Trouble in a hook does not keep the next incarnation away.
func TestR16RenewAfterTroubleInTheHooks(t *testing.T) {
	for name, trouble := range failures {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				s := newStores()
				s.hooks = func(ctx context.Context, _ string, _ Exit) error { return trouble.do(ctx) }
				o := oversee(t, s, always(Renews))
				require.NoError(t, s.Send(ctx, func(context.Context) error { return errors.New("first") }))
				went := <-o.continued
				assert.Equal(t, Failure, went.exit.Kind)
				assert.ErrorIs(t, went.exit.Err, trouble.err)
				assert.ErrorContains(t, went.exit.Err, "first\nactor: restart hook: ")
				assert.ErrorContains(t, went.exit.Err, "\nactor: stop hook: ")
				assert.Equal(t, []string{"restart failure of 0", "stop failure of 0"}, s.log.take())
				assert.Zero(t, s.get(t))
				end(s.Process, o.host)
			})
		})
	}
}

// Where it is too late for another incarnation in place, one that follows after
// the end is what the parent means.
func TestR16RenewOfAnActorThatIsToEndIsARestart(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		for name, prepare := range map[string]func(*Process[do]){
			"stop":   func(p *Process[do]) { p.Stop(time.Minute) },
			"drain":  func(p *Process[do]) { p.Drain(time.Minute) },
			"retire": func(p *Process[do]) { p.Retire(nil) },
		} {
			s := newStores()
			o := oversee(t, s, always(Renews))
			release := block(t, s.Process)
			require.NoError(t, s.Send(ctx, fails))
			prepare(s.Process)
			release()
			exit := <-o.ended
			if name == "stop" {
				assert.Equal(t, Shutdown, exit.Kind)
			} else {
				assert.Equal(t, Failure, exit.Kind)
			}
			assert.Equal(t, []string{fmt.Sprintf("restart %v of 0", exit.Kind), fmt.Sprintf("stop %v of 0", exit.Kind)}, s.log.take())
			assert.Empty(t, o.continued)
		}
	})
}

func TestR16RenewalThatIsReadyLater(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newStores()
		o := oversee(t, s, always(Renews))
		var ready func(error)
		s.made = func(self *Self[do]) error { ready = self.DeferStart(); return nil }
		require.NoError(t, s.Send(ctx, fails))
		synctest.Wait()
		assert.Empty(t, o.continued)
		ready(nil)
		synctest.Wait()
		assert.Len(t, o.continued, 1)
		require.NoError(t, s.Send(ctx, fails))
		synctest.Wait()
		assert.Len(t, o.continued, 1)
		ready(nil)
		synctest.Wait()
		assert.Len(t, o.continued, 2)
		assert.EqualValues(t, 3, end(s.Process, o.host).Incarnation)
	})
}

// Children come and go, the parent is renewed again and again, messages come
// from all sides: nothing is lost, and in the end nothing is left.
func TestR16RenewalUnderStress(t *testing.T) {
	s := newStores(withCapacity(1 << 10))
	var told atomic.Int64
	renewals := 0
	o := &overseer{newHost(), always(Renews), make(chan Exit, 4096), make(chan continued, 4096)}
	s.Start(t.Context(), o)
	require.NoError(t, <-o.started)
	const senders, each = 4, 200
	var children [senders]*Process[do]
	done := make(chan struct{})
	for i := range senders {
		children[i] = doer(fmt.Sprint("c", i))
		var on func(Event) do
		on = func(e Event) do {
			return func(context.Context) error {
				told.Add(1)
				if e.Kind == ChildEnded {
					_ = s.self.Start(e.Child, on) // unless the actor is ending
				}
				return nil
			}
		}
		require.NoError(t, s.self.Start(children[i], on))
	}
	for i := range senders {
		go func() {
			defer func() { done <- struct{}{} }()
			for n := range each {
				switch n % 4 {
				case 0:
					_ = s.Send(t.Context(), fails)
				case 1:
					_ = children[i].Send(t.Context(), fails)
				default:
					_ = s.Send(t.Context(), nothing)
				}
			}
		}()
	}
	for range senders {
		<-done
	}
	_, err := call(t.Context(), s.Process, func(context.Context) int { return 0 })
	require.NoError(t, err)
	exit := end(s.Process, o.host)
	require.Equal(t, Shutdown, exit.Kind)
	for len(o.continued) > 0 {
		<-o.continued
		renewals++
	}
	assert.Equal(t, senders*each/4, renewals)
	assert.EqualValues(t, renewals+1, exit.Incarnation)
	for _, c := range children {
		<-c.Done()
		balanced(t, c, each/4)
	}
	balanced(t, s.Process, senders*each*3/4+1)
	assert.Positive(t, told.Load())
}

// slowChild is a child whose Start takes as long as the test wants.
type slowChild struct {
	entered, proceed chan struct{}
	panics           bool
	stopped          chan time.Duration
}

func newSlowChild() *slowChild {
	return &slowChild{entered: make(chan struct{}), proceed: make(chan struct{}), stopped: make(chan time.Duration, 1)}
}

func (c *slowChild) Name() string { return "slow" }

func (c *slowChild) Start(_ context.Context, h Host) {
	close(c.entered)
	<-c.proceed
	if c.panics {
		panic("start")
	}
	h.Started(nil)
	go func() {
		<-c.stopped
		h.Ended(Exit{Kind: Shutdown})
	}()
}

func (c *slowChild) Stop(d time.Duration) {
	select {
	case <-c.proceed:
		c.stopped <- d
	default: // a stop of what does not run has no effect
	}
}

// A child that is being started while its parent is renewed is the new
// incarnation's too.
func TestR16ChildThatStartsDuringTheRenewal(t *testing.T) {
	for _, panics := range []bool{false, true} {
		bubble(t, func(t *testing.T, ctx context.Context) {
			s, c := newStores(), newSlowChild()
			c.panics = panics
			o := oversee(t, s, always(Renews))
			old := s.self
			errs := make(chan any, 1)
			go func() {
				defer func() { errs <- recover() }()
				assert.NoError(t, old.Start(c, func(Event) do { return nothing }))
			}()
			<-c.entered
			require.NoError(t, s.Send(ctx, fails))
			<-o.continued
			synctest.Wait()
			assert.ErrorIs(t, s.self.Start(c, func(Event) do { return nothing }), ErrAlreadyStarted)
			s.Stop(Forever) // which is too early for the child
			synctest.Wait()
			assert.Empty(t, o.ended)
			close(c.proceed)
			if panics {
				assert.Equal(t, "start", <-errs)
			} else {
				assert.Nil(t, <-errs)
			}
			assert.Equal(t, Shutdown, (<-o.ended).Kind)
		})
	}
}
