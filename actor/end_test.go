package actor

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/monitoring"
)

// The hooks' context is done a little before their time is over, and when they
// have run.
func TestL5HookContextHasADeadline(t *testing.T) {
	for _, test := range []struct{ timeout, want time.Duration }{
		{8 * time.Millisecond, 7 * time.Millisecond},
		{40 * time.Millisecond, 35 * time.Millisecond},
		{80 * time.Millisecond, 70 * time.Millisecond},
		{time.Second, 990 * time.Millisecond},
		{Forever, 0},
	} {
		bubble(t, func(t *testing.T, ctx context.Context) {
			var seen context.Context
			p := doer("p", func(s *Spec[do]) { s.HookTimeout = test.timeout }, withHook(func(ctx context.Context, _ Exit) error {
				seen = ctx
				return ctx.Err()
			}))
			h := start(t, p)
			began := time.Now()
			require.NoError(t, p.Send(ctx, fails))
			assert.Equal(t, errBoom, (<-h.ended).Err)
			by, ok := seen.Deadline()
			if test.timeout == Forever {
				assert.False(t, ok)
				assert.NoError(t, seen.Err())
				return
			}
			assert.Equal(t, test.want, by.Sub(began))
			assert.ErrorIs(t, seen.Err(), context.Canceled)
		})
	}
}

// The hook of a trapping actor has as little time as any other if none is given.
func TestL5HookOfATrappingActorIsAbandonedInTime(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		release := make(chan struct{})
		p := doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
			self.TrapStop(func(Stopping) do { return func(context.Context) error { return ErrShutdown } })
			return hung{hang: func(context.Context) error { <-release; return nil }}, nil
		}))
		h := start(t, p)
		synctest.Wait()
		began := time.Now()
		p.Stop(0)
		assert.Equal(t, Abandoned, (<-h.ended).Kind)
		assert.Equal(t, hookGrace, time.Since(began))
		close(release)
	})
}

// How long an incarnation did not end is counted from the first request.
func TestG1AbandonmentIsCountedFromTheFirstRequest(t *testing.T) {
	for _, inHook := range []bool{false, true} {
		bubble(t, func(t *testing.T, ctx context.Context) {
			release := make(chan struct{})
			p := doer("p", withHook(func(context.Context, Exit) error { <-release; return nil }))
			h := start(t, p)
			require.NoError(t, p.Send(ctx, func(context.Context) error {
				time.Sleep(2 * time.Second)
				if !inHook {
					<-release
				}
				return nil
			}))
			synctest.Wait()
			p.Stop(5 * time.Second)
			time.Sleep(time.Second)
			p.Stop(3 * time.Second)
			var left *AbandonedError
			require.ErrorAs(t, (<-h.ended).Err, &left)
			assert.Equal(t, 4*time.Second, left.For)
			close(release)
		})
	}
}

// Nothing of an abandoned value is left to the incarnations that follow.
func TestG1AbandonedValueIsForgotten(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		failing := false
		p := doer("p", withNew(func(context.Context, *Self[do]) (Actor[do], error) {
			if failing {
				return nil, errBoom
			}
			return hung{hang: func(context.Context) error { panic("called") }}, nil
		}))
		h := start(t, p)
		release := block(t, p)
		p.Stop(0)
		assert.Equal(t, Abandoned, (<-h.ended).Kind)
		assert.Nil(t, p.actor)
		failing = true
		p.Start(ctx, h)
		assert.Equal(t, errBoom, <-h.started)
		release()
	})
}

// A parent that is asked sees a child that is ending. It is asked where the child can go
// on, or has a hook for a restart.
func TestForeseeIsAPartOfTheEnd(t *testing.T) {
	ran := 0
	for _, test := range []struct {
		actor Actor[do]
		want  []string
	}{
		{plain{}, []string{"failure stopping"}},
		{restarter{ran: &ran}, []string{"failure stopping", "shutdown stopping"}},
	} {
		bubble(t, func(t *testing.T, ctx context.Context) {
			var p *Process[do]
			var asked []string
			p = doer("p", withNew(func(context.Context, *Self[do]) (Actor[do], error) { return test.actor, nil }))
			o := oversee(t, p, func(e Exit) Prospect {
				asked = append(asked, e.Kind.String()+" "+p.Info().State)
				return Resumes
			})
			require.NoError(t, p.Send(ctx, fails))
			synctest.Wait()
			assert.Equal(t, "receiving", p.Info().State)
			end(p, o.host)
			assert.Equal(t, test.want, asked)
		})
	}
	assert.Zero(t, ran)
}

// A trap is for those who ask to stop; what fails otherwise may be passed over.
func TestR16ResumeOfATrappingActor(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
			self.TrapStop(func(Stopping) do { return func(context.Context) error { return ErrShutdown } })
			return plain{}, nil
		}))
		o := oversee(t, p, always(Resumes))
		require.NoError(t, p.Send(ctx, fails))
		synctest.Wait()
		assert.Len(t, o.continued, 1)
		assert.Empty(t, o.ended)
		end(p, o.host)
	})
}

// A Stop is not taken back by a Drain.
func TestR16NoResumeAfterAStopAndADrain(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		o := oversee(t, p, always(Resumes))
		require.NoError(t, p.Send(ctx, func(ctx context.Context) error { <-ctx.Done(); time.Sleep(time.Second); return errBoom }))
		synctest.Wait()
		p.Stop(time.Minute)
		p.Drain(time.Minute)
		assert.Equal(t, Failure, (<-o.ended).Kind)
		assert.Empty(t, o.continued)
	})
}

// Where no renewal is possible the order is that of every end.
func TestR16NoRenewalDuringADrain(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newStores()
		o := oversee(t, s, always(Renews))
		require.NoError(t, s.self.Start(doer("c", withHook(func(context.Context, Exit) error { s.log.add("child"); return nil })),
			func(Event) do { return nothing }))
		synctest.Wait()
		release := block(t, s.Process)
		require.NoError(t, s.Send(ctx, fails))
		s.Drain(time.Minute)
		release()
		assert.Equal(t, Failure, (<-o.ended).Kind)
		assert.Equal(t, []string{"child", "restart failure of 0", "stop failure of 0"}, s.log.take())
	})
}

// A stop that comes when the next incarnation is decided on, but not made yet,
// is that one's: nothing is made any more.
func TestR16StopJustBeforeTheRenewal(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var s *stores
		s = newStores(func(spec *Spec[do]) {
			spec.DropWaiting = true
			spec.DeadLetters = func(DeadLetter[do]) { s.Stop(time.Minute) }
		})
		o := oversee(t, s, always(Renews))
		made := 0
		s.made = func(*Self[do]) error { made++; return nil }
		release := block(t, s.Process)
		require.NoError(t, errors.Join(s.Send(ctx, fails), s.Send(ctx, nothing)))
		release()
		exit := <-o.ended
		assert.Equal(t, Failure, exit.Kind)
		assert.Equal(t, errBoom, exit.Err)
		assert.EqualValues(t, 1, exit.Incarnation)
		assert.Zero(t, made)
		assert.Empty(t, o.continued)
		again(t, s, o.host)
		s.get(t)
		end(s.Process, o.host)
	})
}

// The end after a renewal that failed is when that failed.
func TestR16RenewalThatFailsTellsWhen(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newStores()
		o := oversee(t, s, always(Renews))
		s.made = func(*Self[do]) error {
			time.Sleep(time.Second)
			return errors.Join(s.Send(ctx, nothing), errors.New("no more"))
		}
		began := time.Now()
		require.NoError(t, s.Send(ctx, fails))
		exit := <-o.ended
		assert.Equal(t, Failure, exit.Kind)
		assert.Equal(t, time.Second, exit.At.Sub(began))
		assert.Equal(t, 1, exit.Depth)
		require.EqualError(t, exit.Err, "boom\nno more")
	})
}

// Children that stop because a renewal was called off have their grace from
// then on.
func TestR16ChildrenOfARenewalThatIsCalledOffHaveTheirTime(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s, c := newStores(), &puppet{name: "c"}
		s.hooks = func(context.Context, string, Exit) error { time.Sleep(time.Second); return nil }
		o := oversee(t, s, always(Renews))
		require.NoError(t, s.self.Start(c, func(Event) do { return nothing }))
		c.host.Started(nil)
		require.NoError(t, s.Send(ctx, fails))
		pass(1990 * time.Millisecond) // both hooks take two seconds
		s.Stop(20 * time.Millisecond)
		pass(40 * time.Millisecond)
		assert.NotEmpty(t, c.stops)
		assert.Empty(t, o.ended)
		c.host.Ended(Exit{Kind: Shutdown})
		exit := <-o.ended
		assert.Equal(t, Failure, exit.Kind)
		assert.Equal(t, errBoom, exit.Err)
	})
}

// A child that is being started when its parent is renewed is not stopped.
func TestR16ChildThatIsThereBeforeTheRenewalIsDone(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newStores()
		entered, proceed := make(chan struct{}), make(chan struct{})
		c := &puppet{name: "c", start: func(h Host) {
			close(entered)
			<-proceed
			h.Started(nil)
		}}
		s.hooks = func(context.Context, string, Exit) error { time.Sleep(time.Second); return nil }
		o := oversee(t, s, always(Renews))
		go func() { _ = s.self.Start(c, func(Event) do { return nothing }) }()
		<-entered
		require.NoError(t, s.Send(ctx, fails))
		synctest.Wait()
		close(proceed)
		<-o.continued
		synctest.Wait()
		assert.Empty(t, c.stops)
		s.Stop(time.Minute)
		synctest.Wait()
		assert.Len(t, c.stops, 1)
		c.host.Ended(Exit{})
		<-o.ended
	})
}

// A renewal is the end of one incarnation and the begin of another for whoever
// looks on.
func TestR16RenewalIsRecorded(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		events := monitoring.Memory[monitoring.ActorEvent]{Min: monitoring.Trace}
		telemetry, err := monitoring.NewTelemetry(monitoring.TelemetryConfig{Monitors: monitoring.Monitors{Actor: &events}, Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		s := newStores()
		o := &overseer{newHost(), always(Renews), make(chan Exit, 16), make(chan continued, 16)}
		s.Start(NewRuntime(monitoring.NewIDs(), telemetry).Context(ctx), o)
		require.NoError(t, <-o.started)
		require.NoError(t, s.Send(ctx, fails))
		<-o.continued
		end(s.Process, o.host)
		require.NoError(t, telemetry.Close(ctx))
		var log []string
		for _, e := range events.Snapshot().Recent {
			if e.Kind == monitoring.Started || e.Kind == monitoring.Stopped {
				log = append(log, e.Kind.String()+" "+e.Reason)
				assert.EqualValues(t, (len(log)+1)/2, e.Incarnation)
			}
		}
		started, stopped := monitoring.Started.String(), monitoring.Stopped.String()
		assert.Equal(t, []string{started + " ", stopped + " failure", started + " ", stopped + " shutdown"}, log)
	})
}

// A failure that is passed over is counted, and so are both lives of a renewal.
func TestMetricsCountWhatGoesOn(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		m := newMetered(t)
		says := Resumes
		p := doer("p")
		o := &overseer{newHost(), func(Exit) Prospect { return says }, make(chan Exit, 16), make(chan continued, 16)}
		p.Start(m.Context(ctx), o)
		require.NoError(t, <-o.started)
		for _, says = range []Prospect{Resumes, Renews} {
			require.NoError(t, p.Send(ctx, fails))
			<-o.continued
		}
		synctest.Wait()
		assert.Equal(t, ""+
			"actor.count{actor.system=sys,actor.type=plain} 1\n"+
			"actor.failures{actor.failure.kind=failure,actor.system=sys,actor.type=plain} 2\n"+
			"actor.starts{actor.system=sys,actor.type=plain} 2\n"+
			"actor.stops{actor.stop.reason=failure,actor.system=sys,actor.type=plain} 1\n",
			m.text(t, "actor.count", "actor.failures", "actor.starts", "actor.stops"))
		end(p, o.host)
		assert.NotContains(t, m.text(t, "actor.count"), "actor.count{")
	})
}

// What is buried is never counted as handled.
func TestLoadAfterABurial(t *testing.T) {
	for n := range 4 {
		bubble(t, func(t *testing.T, ctx context.Context) {
			p := doer("p", func(s *Spec[do]) { s.DropWaiting = true })
			h := start(t, p)
			release := block(t, p)
			for range n {
				require.NoError(t, p.Send(ctx, nothing))
			}
			p.Stop(time.Minute)
			release()
			<-h.ended
			handled, depth := p.load().Load()
			assert.EqualValues(t, 1, handled)
			assert.Zero(t, depth)
			p.Retire(nil)
			<-p.Done()
			handled, _ = p.load().Load()
			assert.EqualValues(t, 1, handled)
		})
	}
}

// A stop that comes before New is found before New.
func TestStopThatWaitsForTheStartIsObeyed(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		made := 0
		p := doer("p", withNew(func(context.Context, *Self[do]) (Actor[do], error) { made++; return plain{}, nil }))
		h := newHost()
		p.Start(ctx, &tellHost{ended: func(Exit) {
			p.Start(ctx, h) // on the run loop, which comes to both later
			p.Stop(time.Minute)
		}})
		synctest.Wait()
		p.Stop(time.Minute)
		require.ErrorIs(t, <-h.started, ErrShutdown)
		assert.Equal(t, 1, made)
		assert.Empty(t, h.ended)
	})
}
