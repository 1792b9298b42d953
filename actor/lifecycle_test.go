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

	"github.com/understudy-go/understudy/monitoring"
)

type tally struct{ n int }

type tallyMsg struct{ reply Reply[int] }

func (t *tally) Receive(_ context.Context, msg tallyMsg) error {
	t.n++
	msg.reply.Send(t.n)
	if t.n == 2 {
		return errBoom
	}
	return nil
}

func TestL1StateIsFreshAfterARestart(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := New(Spec[tallyMsg]{Name: "tally", New: Make(func() *tally { return &tally{} })})
		h := start(t, p)
		for _, want := range []int{1, 2, 1} {
			n, err := Ask(ctx, p.Ref, func(r Reply[int]) tallyMsg { return tallyMsg{r} })
			require.NoError(t, err)
			assert.Equal(t, want, n)
			if want == 2 {
				assert.Equal(t, Failure, (<-h.ended).Kind)
				again(t, p, h)
			}
		}
		assert.EqualValues(t, 2, p.Incarnation())
		assert.Equal(t, "tally", p.Type())
	})
}

func TestL1NewMayNotSucceed(t *testing.T) {
	var nilTally *tally
	for name, test := range map[string]struct {
		make func() (Actor[tallyMsg], error)
		want func(*testing.T, error)
	}{
		"fails": {
			func() (Actor[tallyMsg], error) { return nil, fmt.Errorf("no disk: %w", errBoom) },
			func(t *testing.T, err error) { assert.ErrorIs(t, err, errBoom) },
		},
		"panics": {
			func() (Actor[tallyMsg], error) { panic(errBoom) },
			func(t *testing.T, err error) {
				assert.ErrorIs(t, err, errBoom)
				assert.ErrorAs(t, err, new(*PanicError))
			},
		},
		"exits": {
			func() (Actor[tallyMsg], error) { runtime.Goexit(); return nil, nil }, //nolint:nilnil // what must be refused
			func(t *testing.T, err error) { assert.ErrorIs(t, err, ErrGoexit) },
		},
		"nothing": {
			func() (Actor[tallyMsg], error) { return nil, nil }, //nolint:nilnil // what must be refused
			func(t *testing.T, err error) { assert.ErrorContains(t, err, "no actor") },
		},
		"nil pointer": {
			func() (Actor[tallyMsg], error) { return nilTally, nil },
			func(t *testing.T, err error) { assert.ErrorContains(t, err, "no actor") },
		},
		"ignores": {
			func() (Actor[tallyMsg], error) { return nil, fmt.Errorf("not here: %w", ErrIgnore) },
			func(t *testing.T, err error) { assert.ErrorIs(t, err, ErrIgnore) },
		},
		"stops":      {func() (Actor[tallyMsg], error) { return nil, ErrStop }, func(t *testing.T, err error) { assert.ErrorContains(t, err, "normal") }},
		"shuts down": {func() (Actor[tallyMsg], error) { return nil, ErrShutdown }, func(t *testing.T, err error) { assert.ErrorIs(t, err, ErrShutdown) }},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				p := New(Spec[tallyMsg]{Name: "p", New: func(context.Context, *Self[tallyMsg]) (Actor[tallyMsg], error) { return test.make() }})
				h := newHost()
				p.Start(ctx, h)
				test.want(t, <-h.started)
				synctest.Wait()
				assert.Empty(t, h.ended, "a start that failed has no end")
				assert.Equal(t, "waiting", p.Info().State)
				p.Start(ctx, h)
				test.want(t, <-h.started)
			})
		})
	}
}

func TestL1NewThatHangsIsAbandoned(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		release, hang := make(chan struct{}), true
		p := doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
			if !hang {
				return plain{}, nil
			}
			<-release
			// None of this has an effect any more.
			self.TrapStop(func(Stopping) do { return nothing })
			self.DeferStart()(nil)
			self.After(0, func(context.Context) error { panic("late") })
			return plain{}, nil
		}))
		h := newHost()
		p.Start(ctx, h)
		synctest.Wait()
		p.Stop(0)
		err := <-h.started
		require.ErrorIs(t, err, ErrAbandoned)
		var left *AbandonedError
		require.ErrorAs(t, err, &left)
		assert.Equal(t, "starting", left.State)
		hang = false
		again(t, p, h)
		close(release)
		synctest.Wait()
		assert.Empty(t, h.started)
		assert.Empty(t, h.ended)
		_, err = call(ctx, p, func(context.Context) int { return 1 })
		require.NoError(t, err)
		assert.Equal(t, Shutdown, end(p, h).Kind)
	})
}

func TestL2AddressIsValidBeforeTheStartAndAcrossRestarts(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p, q := doer("p"), doer("p")
		ref := p.Ref
		assert.Equal(t, ref, p.Ref)
		assert.NotEqual(t, ref, q.Ref)
		assert.Len(t, map[Ref[do]]bool{ref: true, p.Ref: true, q.Ref: true}, 2)
		assert.Equal(t, "p", ref.Path())
		assert.True(t, ref.ID().IsZero())
		assert.Equal(t, "declared", p.Info().State)

		require.NoError(t, ref.Send(ctx, log.adds("early")))
		require.NoError(t, ref.TrySend(log.adds("early too")))
		synctest.Wait()
		assert.Empty(t, log.take())
		h := start(t, p)
		synctest.Wait()
		assert.Equal(t, []string{"early", "early too"}, log.take())
		assert.Equal(t, "/p", ref.String())
		id := ref.ID()
		assert.False(t, id.IsZero())
		p.Stop(Forever)
		assert.EqualValues(t, 1, (<-h.ended).Incarnation)
		again(t, p, h)
		assert.Equal(t, id, ref.ID())
		require.NoError(t, ref.Send(ctx, log.adds("later")))
		synctest.Wait()
		assert.Equal(t, []string{"later"}, log.take())
		assert.EqualValues(t, 2, p.Incarnation())
		end(p, h)
	})
}

func TestL2ZeroRefIsNobodys(t *testing.T) {
	var r Ref[do]
	assert.True(t, r.IsZero())
	assert.ErrorIs(t, r.Send(t.Context(), nothing), ErrStopped)
	assert.ErrorIs(t, r.TrySend(nothing), ErrStopped)
	_, err := Ask(t.Context(), r, func(Reply[int]) do { return nothing })
	assert.ErrorIs(t, err, ErrStopped)
	assert.Empty(t, r.Path())
	assert.True(t, r.ID().IsZero())
	Reply[int]{}.Send(1)
}

func TestL3QueueSurvivesARestartAndTheFailingMessageIsNotRedelivered(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p := doer("p")
		for i := range 3 {
			require.NoError(t, p.Send(ctx, log.adds(strconv.Itoa(i))))
		}
		require.NoError(t, p.Send(ctx, func(context.Context) error {
			log.add("bad")
			return errBoom
		}))
		require.NoError(t, p.Send(ctx, log.adds("after")))
		h := start(t, p)
		exit := <-h.ended
		assert.Equal(t, "do", exit.Message)
		assert.Equal(t, 1, exit.Depth)
		assert.Equal(t, []string{"0", "1", "2", "bad"}, log.take())
		assert.Equal(t, "waiting", p.Info().State)
		require.NoError(t, p.Send(ctx, log.adds("while waiting")))
		again(t, p, h)
		synctest.Wait()
		assert.Equal(t, []string{"after", "while waiting"}, log.take())
		end(p, h)
	})
}

func TestL3SendsFailAfterRetireUntilTheNextStart(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		require.NoError(t, p.Send(ctx, nothing))
		p.Retire(errBoom)
		require.ErrorIs(t, p.Send(ctx, nothing), ErrStopped, "at once, not when it has been applied")
		<-p.Done()
		require.ErrorIs(t, p.Err(), errBoom)
		_, err := call(ctx, p, func(context.Context) int { return 1 })
		require.ErrorIs(t, err, ErrStopped)
		assert.Equal(t, Info{Name: "p", Path: "p", Type: "p", State: "stopped", Capacity: 64, DeadLettered: 1, Rejected: 2}, p.Info())
		p.Retire(nil)
		synctest.Wait()
		require.ErrorIs(t, p.Err(), errBoom, "it ends once")

		h := start(t, p)
		require.NoError(t, p.Err())
		select {
		case <-p.Done():
			t.Error("the address is open again")
		default:
		}
		_, err = call(ctx, p, func(context.Context) int { return 1 })
		require.NoError(t, err)
		end(p, h)
		require.NoError(t, p.Err())
	})
}

// Retired while it runs, the address ends with the incarnation.
func TestL3RetireOfARunningActorWaitsForItsEnd(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		h := start(t, p)
		p.Retire(errBoom)
		synctest.Wait()
		require.NoError(t, p.Send(ctx, nothing))
		p.Stop(time.Second)
		<-h.ended
		<-p.Done()
		assert.ErrorIs(t, p.Send(ctx, nothing), ErrStopped)
		assert.ErrorIs(t, p.Err(), errBoom)
	})
}

// Whoever sees Done can start the actor again.
func TestL3StartAfterDone(t *testing.T) {
	for range 200 {
		p := doer("p")
		h := start(t, p)
		p.Retire(nil)
		p.Stop(Forever)
		<-p.Done()
		again(t, p, h)
		end(p, h)
	}
}

func TestL4OrderAtTheEnd(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		rt := NewRuntime(monitoring.NewIDs(), nil)
		var parent *Process[do]
		var own context.Context
		var kept Reply[int]
		asking := func() bool { return kept.p.open() }
		done := func() bool {
			select {
			case <-parent.Done():
				return true
			default:
				return false
			}
		}
		found := func() bool {
			_, err := Lookup[do](rt, "the parent")
			return err == nil
		}
		note := func(what string) {
			log.add(fmt.Sprintf("%s: cancelled %v, asking %v, found %v, done %v", what, own.Err() != nil, asking(), found(), done()))
		}
		child := func(name string) *Process[do] {
			return doer(name, withHook(func(context.Context, Exit) error {
				time.Sleep(time.Second)
				note(name)
				return nil
			}))
		}
		parent = doer("p", func(s *Spec[do]) {
			s.Registered = "the parent"
			s.DeadLetters = func(DeadLetter[do]) { note("dead letter") }
			s.New = func(ctx context.Context, self *Self[do]) (Actor[do], error) {
				own = ctx
				self.After(1500*time.Millisecond, func(context.Context) error { panic("a timer of the dead") })
				quiet := func(Event) do { return nothing }
				return hooked{hook: func(context.Context, Exit) error { note("hook"); return nil }},
					errors.Join(self.Start(child("a"), quiet), self.Start(child("b"), quiet))
			}
		})
		h := &tellHost{ended: func(Exit) { note("ended") }}
		parent.Start(rt.Context(ctx), h)
		synctest.Wait()
		go func() {
			_, err := question(ctx, parent, func(_ context.Context, r Reply[int]) error {
				kept = r
				return nil
			})
			assert.ErrorIs(t, err, ErrNoReply)
		}()
		synctest.Wait()
		parent.Retire(nil)
		require.NoError(t, parent.Send(ctx, func(ctx context.Context) error {
			_ = parent.Send(ctx, nothing) // waits, and is not handled
			return ErrStop
		}))
		<-parent.Done()
		synctest.Wait()
		assert.Equal(t, []string{
			"b: cancelled true, asking true, found true, done false",
			"a: cancelled true, asking true, found true, done false",
			"hook: cancelled true, asking true, found true, done false",
			"dead letter: cancelled true, asking false, found true, done false",
			"ended: cancelled true, asking false, found false, done true",
		}, log.take())
	})
}

func TestStopBeforeNewRunsNothing(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		for range 100 {
			made := false
			p := doer("p", withNew(func(context.Context, *Self[do]) (Actor[do], error) {
				made = true
				return plain{}, nil
			}))
			h := newHost()
			p.Start(ctx, h)
			p.Stop(Forever)
			if err := <-h.started; err == nil {
				assert.Equal(t, Shutdown, (<-h.ended).Kind)
			} else {
				require.ErrorIs(t, err, ErrShutdown)
				assert.False(t, made)
			}
		}
	})
}

func TestStartFromTwoParentsStartsOnce(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		hosts := []*host{newHost(), newHost(), newHost()}
		for _, h := range hosts {
			go p.Start(ctx, h)
		}
		synctest.Wait()
		won := 0
		for _, h := range hosts {
			if err := <-h.started; err == nil {
				won++
			} else {
				require.ErrorIs(t, err, ErrAlreadyStarted)
			}
		}
		assert.Equal(t, 1, won)
		p.Stop(0)
		synctest.Wait()
		ended := 0
		for _, h := range hosts {
			ended += len(h.ended)
		}
		assert.Equal(t, 1, ended)
	})
}

func TestContextKeepsValuesButNotCancellation(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		type key struct{}
		ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "kept"))
		p := doer("p")
		h := newHost()
		p.Start(ctx, h)
		require.NoError(t, <-h.started)
		cancel()
		got, err := call(t.Context(), p, func(ctx context.Context) string {
			assert.NoError(t, ctx.Err())
			assert.Equal(t, "/p", Caller(ctx))
			return ctx.Value(key{}).(string) //nolint:errcheck,forcetypeassert // a panic fails the test
		})
		require.NoError(t, err)
		assert.Equal(t, "kept", got)
		assert.Empty(t, Caller(t.Context()))
		end(p, h)
	})
}
