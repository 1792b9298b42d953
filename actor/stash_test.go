package actor

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A clerk puts everything aside until he is open.
type clerk struct {
	*probe
	stash *Stash[do]
	self  *Self[do]
	open  bool
}

func (c *clerk) Receive(ctx context.Context, msg do) error {
	if !c.open {
		return c.stash.Hold()
	}
	return msg(ctx)
}

// opens is a message of control traffic that opens, or closes, the clerk.
func (c *clerk) opens(open bool) {
	c.self.process().tell(&note[do]{c.self.process(), c.self.inc(), func() do { c.open = true; return c.set(open) }})
	synctest.Wait()
}

func (c *clerk) set(open bool) do {
	return func(context.Context) error {
		c.open = open
		if open {
			c.stash.Release()
		}
		return nil
	}
}

// newClerk starts one; each incarnation takes the place of the one before in c.
func newClerk(t *testing.T, capacity int, options ...func(*Spec[do])) (p *Process[do], c *clerk, h *host) {
	t.Helper()
	c = &clerk{}
	log := new(probe)
	p = doer("clerk", append([]func(*Spec[do]){withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
		*c = clerk{probe: log, stash: NewStash(self, capacity), self: self}
		return c, nil
	})}, options...)...)
	return p, c, start(t, p)
}

// conserved checks that every message is accounted for.
func conserved(t *testing.T, p *Process[do], sent int) {
	t.Helper()
	i := p.Info()
	assert.EqualValues(t, sent, i.Handled+i.DeadLettered+i.Rejected+uint64(i.Depth)+uint64(i.Stashed), "%+v", i)
}

func TestL8StashedMessagesComeBeforeTheMailboxInOrder(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p, c, h := newClerk(t, 10)
		for i := range 3 {
			require.NoError(t, p.Send(ctx, c.adds(strconv.Itoa(i))))
		}
		synctest.Wait()
		assert.Equal(t, 3, c.stash.Len())
		i := p.Info()
		assert.Equal(t, 3, i.Stashed)
		assert.Zero(t, i.Handled)
		conserved(t, p, 3)
		c.self.After(0, func(context.Context) error { assert.Fail(t, "it is not handled"); return nil })
		<-h.ended // a timer's message cannot be put aside
		again(t, p, h)
		synctest.Wait()
		assert.Equal(t, 3, c.stash.Len(), "what was put aside is put aside again")

		require.NoError(t, p.Send(ctx, nothing))
		c.self.process().tell(&note[do]{p, c.self.inc(), func() do {
			c.open = true
			return func(ctx context.Context) error {
				require.NoError(t, p.Send(ctx, c.adds("mailbox")))
				c.stash.Release()
				c.stash.Release()
				return nil
			}
		}})
		synctest.Wait()
		assert.Equal(t, []string{"0", "1", "2", "mailbox"}, c.take())
		assert.Zero(t, c.stash.Len())
		assert.EqualValues(t, 5, p.Info().Handled)
		conserved(t, p, 5)
		end(p, h)
		conserved(t, p, 5)
	})
}

func TestL8StashIsBounded(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p, c, h := newClerk(t, 2)
		for range 3 {
			require.NoError(t, p.Send(ctx, nothing))
		}
		exit := <-h.ended
		require.ErrorIs(t, exit.Err, ErrStashFull)
		require.ErrorIs(t, exit.Err, ErrRetryable)
		assert.Equal(t, 2, exit.Depth)
		conserved(t, p, 3)
		assert.Equal(t, 2, c.stash.Len())
		retire(p)
		i := p.Info()
		assert.EqualValues(t, 1, i.Handled, "the one at which it failed")
		assert.EqualValues(t, 2, i.DeadLettered)
		assert.Zero(t, i.Stashed)
		assert.Equal(t, 64, NewStash(c.self, 0).capacity)
	})
}

func TestL8WhatIsPutAsideAgainWaitsForTheNextRelease(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p, c, h := newClerk(t, 10)
		n := 0
		for i := range 4 {
			require.NoError(t, p.Send(ctx, func(context.Context) error {
				if n++; n <= 4 {
					require.NoError(t, c.stash.Hold())
					return c.stash.Hold() // the same one
				}
				if n == 6 { // others are on their way
					require.NoError(t, c.stash.Hold())
					c.stash.Release()
					return nil
				}
				c.add(strconv.Itoa(i))
				return nil
			}))
		}
		synctest.Wait()
		c.opens(true)
		assert.Empty(t, c.take())
		assert.Equal(t, 4, c.stash.Len())
		c.opens(true)
		assert.Equal(t, []string{"0", "2", "3", "1"}, c.take())
		conserved(t, p, 4)
		end(p, h)
	})
}

func TestL3StashIsKeptOverARestartAheadOfTheQueue(t *testing.T) {
	for name, renewal := range map[string]bool{"restart": false, "renewal": true} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				p, c, h := newClerk(t, 10)
				if renewal {
					end(p, h)
					p.Start(ctx, renews{h})
					require.NoError(t, <-h.started)
				}
				require.NoError(t, p.Send(ctx, c.adds("stashed")))
				synctest.Wait()
				release := make(chan struct{})
				c.self.process().tell(&note[do]{p, c.self.inc(), func() do {
					c.open = true
					return func(context.Context) error { <-release; return errBoom }
				}})
				synctest.Wait()
				require.NoError(t, p.Send(ctx, c.adds("queued")))
				close(release)
				if !renewal {
					<-h.ended
					conserved(t, p, 2)
					again(t, p, h)
				}
				synctest.Wait()
				assert.Equal(t, 2, c.stash.Len(), "in the same order")
				c.opens(true)
				assert.Equal(t, []string{"stashed", "queued"}, c.take())
				conserved(t, p, 2)
				end(p, h)
			})
		})
	}
}

func TestL3DropWaitingDropsTheStashToo(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var reasons []DropReason
		p, c, h := newClerk(t, 10, func(s *Spec[do]) {
			s.DropWaiting = true
			s.DeadLetters = func(d DeadLetter[do]) { reasons = append(reasons, d.Reason) }
		})
		require.NoError(t, p.Send(ctx, nothing))
		synctest.Wait()
		c.self.Continue(nothing) // nothing that can be put aside
		exit := <-h.ended
		require.ErrorIs(t, exit.Err, ErrNothingInHand)
		assert.Equal(t, []DropReason{ReasonRestart}, reasons)
		conserved(t, p, 1)
		retire(p)
	})
}

func TestL4StashBecomesDeadLettersAheadOfTheQueue(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p, _, h := newClerk(t, 10, func(s *Spec[do]) {
			s.DeadLetters = func(d DeadLetter[do]) { _ = d.Msg(ctx) }
		})
		require.NoError(t, p.Send(ctx, log.adds("stashed")))
		synctest.Wait()
		p.Stop(time.Second)
		<-h.ended
		require.NoError(t, p.Send(ctx, log.adds("queued")))
		retire(p)
		assert.Equal(t, []string{"stashed", "queued"}, log.take())
		conserved(t, p, 2)
	})
}

func TestL10AQuestionThatIsStashedStaysOpen(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p, c, h := newClerk(t, 10)
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		answers := make(chan error, 2)
		ask := func() {
			n, err := question(ctx, p, func(ctx context.Context, r Reply[int]) error {
				by, ok := ctx.Deadline()
				assert.True(t, ok)
				assert.Equal(t, 59*time.Second, time.Until(by))
				r.Send(7)
				return nil
			})
			if err == nil && n != 7 {
				err = errBoom
			}
			answers <- err
		}
		go ask()
		synctest.Wait()
		assert.Equal(t, 1, c.stash.Len())
		c.self.Continue(nothing) // ends it; the question stays over the restart
		<-h.ended
		assert.Empty(t, answers)
		again(t, p, h)
		pass(time.Second)
		c.opens(true)
		require.NoError(t, <-answers)

		c.opens(false)
		go ask()
		synctest.Wait()
		p.Stop(time.Second)
		<-h.ended
		assert.Empty(t, answers)
		retire(p)
		require.ErrorIs(t, <-answers, ErrStopped)
		conserved(t, p, 2)
	})
}

// A message at which the actor fails is not delivered again, stashed or not.
func TestL3WhoFailsKeepsNothingAside(t *testing.T) {
	for name, f := range map[string]do{
		"failure": fails,
		"panic":   func(context.Context) error { panic(errBoom) },
		"goexit":  func(context.Context) error { runtime.Goexit(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				for _, asked := range []bool{false, true} {
					p, c, h := newClerk(t, 10)
					require.NoError(t, p.Send(ctx, nothing))
					synctest.Wait()
					c.opens(true)
					bad := func(ctx context.Context) error {
						require.NoError(t, c.stash.Hold())
						return f(ctx)
					}
					if asked {
						_, err := question(ctx, p, func(ctx context.Context, _ Reply[int]) error { return bad(ctx) })
						require.Error(t, err)
					} else {
						require.NoError(t, p.Send(ctx, bad))
					}
					<-h.ended
					assert.Zero(t, c.stash.Len())
					conserved(t, p, 2)
					assert.EqualValues(t, 2, p.Info().Handled)
					retire(p)
				}
			})
		})
	}
}

func TestG1AnAbandonedHandlerPutsNothingAside(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p, c, h := newClerk(t, 10)
		c.opens(true)
		stash, over := c.stash, make(chan struct{})
		require.NoError(t, p.Send(ctx, func(context.Context) error {
			defer close(over)
			require.NoError(t, stash.Hold())
			time.Sleep(time.Minute)
			require.ErrorIs(t, stash.Hold(), ErrAbandoned)
			stash.Release()
			return nil
		}))
		synctest.Wait()
		p.Stop(0)
		assert.Equal(t, Abandoned, (<-h.ended).Kind)
		<-over
		assert.Zero(t, stash.Len())
		conserved(t, p, 1)
		retire(p)
	})
}

func TestL8ReleasedMessagesMayFail(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		for name, bad := range map[string]do{
			"failure": fails,
			"panic":   func(context.Context) error { panic(errBoom) },
			"goexit":  func(context.Context) error { runtime.Goexit(); return nil },
			"hang":    func(context.Context) error { time.Sleep(time.Hour); return nil },
		} {
			p, c, h := newClerk(t, 10)
			require.NoError(t, p.Send(ctx, bad))
			require.NoError(t, p.Send(ctx, c.adds("next")))
			synctest.Wait()
			c.opens(true)
			p.Stop(0) // of what hangs
			assert.True(t, (<-h.ended).Kind.Abnormal(), name)
			assert.Equal(t, 1, c.stash.Len(), name)
			conserved(t, p, 2)
			again(t, p, h)
			synctest.Wait()
			c.opens(true)
			assert.Equal(t, []string{"next"}, c.take())
			conserved(t, p, 2)
			end(p, h)
		}
		time.Sleep(time.Hour)
	})
}

func TestL6DrainHandlesWhatWasReleased(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p, c, h := newClerk(t, 10)
		for i := range 3 {
			require.NoError(t, p.Send(ctx, c.adds(strconv.Itoa(i))))
		}
		synctest.Wait()
		c.self.process().tell(&note[do]{p, c.self.inc(), func() do { c.open = true; return c.set(true) }})
		p.Drain(time.Minute)
		<-h.ended
		assert.Equal(t, []string{"0", "1", "2"}, c.take())
		retire(p)
	})
}

func TestStashOutsideOfReceive(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var early, hook error
		var stash *Stash[do]
		p := doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
			stash = NewStash(self, 1)
			early = stash.Hold()
			stash.Release()
			return hooked{hook: func(context.Context, Exit) error { hook = stash.Hold(); return nil }}, nil
		}))
		h := start(t, p)
		require.NoError(t, p.Send(ctx, nothing))
		synctest.Wait()
		require.ErrorIs(t, stash.Hold(), ErrNothingInHand)
		end(p, h)
		require.ErrorIs(t, early, ErrNothingInHand)
		require.ErrorIs(t, hook, ErrNothingInHand)
	})
}

func TestL9WhoHasAStashDoesNotPassivate(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p, c, h := newClerk(t, 10)
		c.self.Passivate(time.Second)
		require.NoError(t, p.Send(ctx, nothing))
		pass(time.Hour)
		assert.Empty(t, h.ended)
		c.opens(true)
		assert.Equal(t, Normal, (<-h.ended).Kind)
		retire(p)
	})
}

// Senders, an actor that puts aside, releases and fails at random, restarts and
// renewals: every message is accounted for, and every question is answered.
func TestL8StashUnderStress(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		const senders, each = 8, 300
		rolls := rand.New(rand.NewPCG(1, 2))
		var p *Process[do]
		var stash *Stash[do]
		p = doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
			stash = NewStash(self, 20)
			timers := NewTimers[string](self)
			timers.Every("release", time.Millisecond, func(context.Context) error { stash.Release(); return nil })
			return Func[do](func(ctx context.Context, msg do) error {
				switch rolls.IntN(10) {
				case 0:
					return errBoom
				case 1:
					panic(errBoom)
				case 2, 3, 4, 5:
					if stash.Hold() == nil {
						return nil
					}
				}
				return msg(ctx)
			}), nil
		}))
		h := newHost()
		host := &tellHost{ended: func(e Exit) { h.ended <- e }}
		parent := &mixed{tellHost: host}
		p.Start(ctx, parent)
		over := make(chan struct{})
		go func() {
			defer close(over)
			for e := range h.ended {
				if e.Kind == Shutdown {
					return
				}
				p.Start(ctx, parent)
			}
		}()
		var wg sync.WaitGroup
		for range senders {
			wg.Go(func() {
				for i := range each {
					if i%3 == 0 {
						_, err := question(ctx, p, func(_ context.Context, r Reply[int]) error { r.Send(1); return nil })
						assert.True(t, err == nil || errors.Is(err, errBoom), "%v", err)
					} else {
						assert.NoError(t, p.Send(ctx, nothing))
					}
				}
			})
		}
		wg.Wait()
		synctest.Wait() // it is not between two incarnations
		p.Stop(time.Minute)
		<-over
		conserved(t, p, senders*each)
		retire(p)
		conserved(t, p, senders*each)
		assert.Zero(t, p.Info().Stashed)
	})
}

// mixed is a parent that has its child resume, be renewed, or end.
type mixed struct {
	*tellHost
	ends int // owned by the child's run loop
}

func (m *mixed) Foresee(Exit) Prospect {
	m.ends++
	return [...]Prospect{Resumes, Renews, Restarts}[m.ends%3]
}

func (*mixed) Continued(Exit, Prospect) {}
