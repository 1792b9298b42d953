package actor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/monitoring"
)

// What waits when an actor goes on after a failure is handled, though nothing
// comes that would wake it.
func TestR16WhatWaitsIsHandledAfterAFailureThatIsPassedOver(t *testing.T) {
	for name, test := range failures {
		for _, says := range []Prospect{Resumes, Renews} {
			t.Run(fmt.Sprint(name, " ", says), func(t *testing.T) {
				bubble(t, func(t *testing.T, ctx context.Context) {
					s := newStores()
					require.NoError(t, errors.Join(s.Send(ctx, test.do), s.Send(ctx, s.log.adds("waited"))))
					o := oversee(t, s, always(says))
					synctest.Wait()
					log := s.log.take()
					require.NotEmpty(t, log)
					assert.Equal(t, "waited", log[len(log)-1])
					end(s.Process, o.host)
				})
			})
		}
	}
}

// Messages alone start no run of an actor that could not handle them.
func TestMessagesDoNotWakeWhoHasNoIncarnation(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		isParked := func(p *Process[do]) bool { return p.wake.Load()&parked != 0 }
		child := doer("c", withHook(func(context.Context, Exit) error { time.Sleep(time.Second); return nil }))
		p := doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
			return plain{}, self.Start(child, func(Event) do { return nothing })
		}))
		require.NoError(t, p.Send(ctx, nothing))
		assert.True(t, isParked(p), "it was never started")
		h := start(t, p)
		synctest.Wait()
		assert.Zero(t, p.wake.Load(), "it is idle")
		p.Stop(time.Hour)
		synctest.Wait()
		assert.True(t, isParked(p), "it waits for its child")
		require.NoError(t, p.Send(ctx, nothing))
		synctest.Wait()
		assert.True(t, isParked(p))
		<-h.ended
		synctest.Wait()
		assert.True(t, isParked(p), "it has ended")
		require.NoError(t, p.Send(ctx, nothing))
		synctest.Wait()
		assert.True(t, isParked(p))
		again(t, p, h)
		synctest.Wait()
		assert.Zero(t, p.Info().Depth)
		end(p, h)
		synctest.Wait()
		assert.Zero(t, p.wake.Load(), "what still comes is a dead letter")
	})
}

// A sender that has found the address open may come after its end.
func TestL8MessageOnItsWayToAnAddressThatEndsIsADeadLetter(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var dead []DeadLetter[do]
		p := doer("p", func(s *Spec[do]) { s.DeadLetters = func(d DeadLetter[do]) { dead = append(dead, d) } })
		h := start(t, p)
		end(p, h)
		require.NoError(t, p.enqueue(ctx, envelope[do]{msg: nothing}, true))
		synctest.Wait()
		require.Len(t, dead, 1)
		assert.Equal(t, ReasonStopped, dead[0].Reason)
		errs := make(chan error)
		go func() {
			q := askOf[int](ctx, nil)
			assert.NoError(t, p.enqueue(ctx, envelope[do]{msg: nothing, meta: q.carry(&p.core)}, true))
			_, err := q.wait(ctx)
			errs <- err
		}()
		require.ErrorIs(t, <-errs, ErrStopped)
	})
}

// What a notice or an event is made into is handled only if it was made.
func TestTroubleInWhatMakesAMessageIsTheError(t *testing.T) {
	for name, test := range failures {
		if name == "error" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, _ context.Context) {
				p := newParent(t)
				require.NoError(t, p.self.Start(doer("c"), func(Event) do {
					_ = test.do(t.Context())
					return nothing
				}))
				exit := <-p.h.ended
				assert.Equal(t, test.kind, exit.Kind)
				assert.ErrorIs(t, exit.Err, test.err)
			})
		})
	}
}

// A control message has a name of its own in the end that it leads to.
func TestEndNamesTheControlMessage(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		var self *Self[any]
		p := New(Spec[any]{Name: "p", New: func(_ context.Context, s *Self[any]) (Actor[any], error) {
			self = s
			return Func[any](func(context.Context, any) error { return errBoom }), nil
		}})
		h := start(t, p)
		self.After(0, time.Second)
		assert.Equal(t, "Duration", (<-h.ended).Message)

		// What fails before there is a message has no name, not that of another one.
		o := oversee(t, p, func(e Exit) Prospect {
			if e.Kind == Failure {
				return Resumes
			}
			return Ends
		})
		require.NoError(t, p.TrySend(1))
		assert.Equal(t, "int", (<-o.continued).exit.Message)
		require.NoError(t, self.Start(doer("c"), func(Event) any { panic(errBoom) }))
		assert.Empty(t, (<-o.ended).Message)
	})
}

// After control traffic a message is a message again.
func TestHoldAfterControlTraffic(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p, c, h := newClerk(t, 0)
		c.opens(false)
		require.NoError(t, p.Send(ctx, c.adds("first")))
		synctest.Wait()
		assert.Equal(t, 1, p.Info().Stashed)
		assert.Empty(t, h.ended)
		c.opens(true)
		assert.Equal(t, []string{"first"}, c.take())
		end(p, h)
	})
}

// A question that is kept has its context until it is answered, whatever
// happens to the messages that follow.
func TestL10ContextOfAKeptQuestionOutlivesAFailureThatIsPassedOver(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		o := oversee(t, p, always(Resumes))
		limited, cancel := context.WithTimeout(ctx, time.Hour)
		defer cancel()
		var kept Reply[int]
		var seen context.Context
		answer := make(chan int)
		go func() {
			n, err := question(limited, p, func(ctx context.Context, r Reply[int]) error {
				kept, seen = r, ctx
				return ctx.Err()
			})
			assert.NoError(t, err)
			answer <- n
		}()
		synctest.Wait()
		require.NoError(t, p.Send(ctx, fails))
		synctest.Wait()
		assert.Len(t, o.continued, 1)
		require.NoError(t, seen.Err())
		kept.Send(7)
		assert.Equal(t, 7, <-answer)
		end(p, o.host)
	})
}

// An end that is no failure is no error that occurred.
func TestOnlyFailuresAreErrorsThatOccurred(t *testing.T) {
	for last, want := range map[error]int{ErrStop: 0, ErrShutdown: 0, errBoom: 1} {
		bubble(t, func(t *testing.T, ctx context.Context) {
			var events monitoring.Memory[monitoring.ActorEvent]
			telemetry, err := monitoring.NewTelemetry(monitoring.TelemetryConfig{Monitors: monitoring.Monitors{Actor: &events}, Logger: slog.New(slog.DiscardHandler)})
			require.NoError(t, err)
			rt := NewRuntime(monitoring.NewIDs(), telemetry)
			var self *Self[do]
			p, child := doer("p", withSelf(&self)), doer("c")
			h := newHost()
			p.Start(rt.Context(ctx), h)
			require.NoError(t, <-h.started)
			require.NoError(t, self.Start(child, func(Event) do { return nothing }))
			synctest.Wait()
			require.NoError(t, child.Send(ctx, func(context.Context) error { return last }))
			<-child.Done()
			end(p, h)
			require.NoError(t, telemetry.Close(ctx))
			occurred := 0
			for _, e := range events.Snapshot().Recent {
				if e.Kind == monitoring.ErrorOccurred {
					occurred++
				}
			}
			assert.Equal(t, want, occurred, "%v", last)
		})
	}
}

// Callers that waited are told why the address ended, once.
func TestStoppedByNamesTheCauseOnce(t *testing.T) {
	for _, test := range []struct {
		cause error
		want  string
	}{{nil, "actor: stopped"}, {ErrStopped, "actor: stopped"}, {errBoom, "actor: stopped: boom"}} {
		bubble(t, func(t *testing.T, ctx context.Context) {
			p := doer("p")
			errs := make(chan error)
			go func() {
				_, err := call(ctx, p, func(context.Context) int { return 1 })
				errs <- err
			}()
			synctest.Wait()
			p.Retire(test.cause)
			require.EqualError(t, <-errs, test.want)
		})
	}
}
