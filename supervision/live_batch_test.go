package supervision_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/internal/spantest"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
)

// liveListed checks what a supervisor says of its children, in order.
func liveListed(t *testing.T, sup actor.Ref[supervision.Message], want ...string) {
	t.Helper()
	list, err := supervision.Children(context.Background(), sup)
	require.NoError(t, err)
	var got []string
	for info := range list {
		got = append(got, info.ID+" "+info.State.String())
	}
	assert.Equal(t, want, got)
}

// A batch starts in order, each child ready before the next, after those that the
// supervisor has; the policies of a child are its own, then the batch's, then the
// supervisor's.
func TestLiveBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		old, a, b, c := log.process("old"), log.process("a", liveSlow), log.process("b", liveSlow), log.process("c")
		sup := liveStart(t, supervision.New(supervision.Spec{
			Name: "sup", Children: liveChildren(old),
			Defaults: supervision.Defaults{Restart: supervision.Temporary, Shutdown: supervision.Infinity},
		}))
		infos, err := supervision.StartChildren(t.Context(), sup.Ref,
			supervision.Defaults{Restart: supervision.Transient},
			supervision.Child{Process: a},
			supervision.Child{ID: "second", Process: b, Restart: supervision.Permanent, Shutdown: supervision.Immediate},
			supervision.Child{Process: c})
		require.NoError(t, err)
		log.saw(t, "start(old)@0s", "start(a)@1s", "start(b)@2s", "start(c)@2s")
		liveListed(t, sup.Ref, "old running", "a running", "second running", "c running")

		require.Len(t, infos, 3)
		for id, want := range map[string]supervision.ChildInfo{
			"a":      {Process: a, Restart: supervision.Transient, Shutdown: supervision.Infinity},
			"second": {Process: b, Restart: supervision.Permanent, Shutdown: supervision.Immediate},
			"c":      {Process: c, Restart: supervision.Transient, Shutdown: supervision.Infinity},
		} {
			got := infos[id]
			assert.Equal(t, id, got.ID)
			assert.Same(t, want.Process, got.Process)
			assert.Equal(t, want.Restart, got.Restart)
			assert.Equal(t, want.Shutdown, got.Shutdown)
			assert.Equal(t, supervision.StateRunning, got.State)
		}
		liveOrder(t, a, liveEnd(actor.ErrStop))
		liveOrder(t, b, liveEnd(actor.ErrStop))
		log.saw(t, "stop(a, normal)@2s", "stop(b, normal)@2s", "start(b)@2s")

		none, err := supervision.StartChildren(t.Context(), sup.Ref, supervision.Defaults{})
		require.NoError(t, err)
		assert.Empty(t, none)
		assert.NoError(t, sup.stop().Err)
	})
}

// If one child of a batch cannot be started, those before it are stopped again,
// last first, and forgotten, and those after it never start. Nobody else notices.
func TestLiveBatchRollsBack(t *testing.T) {
	for name, c := range map[string]struct {
		start func(context.Context) error
		want  error
		after time.Duration
	}{
		"error":   {func(context.Context) error { return errLive }, errLive, 0},
		"panic":   {func(context.Context) error { panic(errLive) }, errLive, 0},
		"timeout": {func(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) }, actor.ErrStartTimeout, time.Second},
	} {
		for _, strategy := range []supervision.Strategy{supervision.OneForOne, supervision.OneForAll} {
			t.Run(name+" "+strategy.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					log := newLiveLog()
					old := log.process("old")
					a, b, d := log.process("a"), log.process("b"), log.process("d")
					bad := actor.New(actor.Spec[liveDo]{Name: "bad", New: func(ctx context.Context, _ *actor.Self[liveDo]) (actor.Actor[liveDo], error) {
						return nil, c.start(ctx)
					}})
					sup := liveStart(t, supervision.New(supervision.Spec{
						Name: "sup", Strategy: strategy, Limit: supervision.AtMost(0, time.Hour), Children: liveChildren(old),
					}))
					infos, err := supervision.StartChildren(t.Context(), sup.Ref,
						supervision.Defaults{StartTimeout: time.Second}, liveChildren(a, b, bad, d)...)
					require.ErrorIs(t, err, c.want)
					var failed *supervision.ChildError
					require.ErrorAs(t, err, &failed)
					assert.Equal(t, supervision.ChildError{Op: "start", Path: "/sup", ID: "bad", Err: failed.Err, Process: bad}, *failed)
					assert.Nil(t, infos)
					at := "@" + c.after.String()
					log.saw(t, "start(old)@0s", "start(a)@0s", "start(b)@0s", "stop(b, shutdown)"+at, "stop(a, shutdown)"+at)
					liveListed(t, sup.Ref, "old running")
					for _, p := range []*actor.Process[liveDo]{a, b, bad} {
						<-p.Done()
						require.ErrorIs(t, p.TrySend(liveNothing), actor.ErrStopped)
					}
					assert.Zero(t, d.Incarnation())

					// The same children may be tried again.
					_, err = supervision.StartChildren(t.Context(), sup.Ref, supervision.Defaults{}, liveChildren(a, b)...)
					require.NoError(t, err)
					liveListed(t, sup.Ref, "old running", "a running", "b running")
					assert.NoError(t, sup.stop().Err)
				})
			})
		}
	}
}

// It takes as long as the stops do, one after another; also of children that are
// forgotten at once.
func TestLiveBatchRollsBackOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		a, b := log.process("a"), log.process("b")
		bad := log.process("bad", func(context.Context) error {
			for _, p := range []*actor.Process[liveDo]{a, b} {
				if err := p.TrySend(func(ctx context.Context) error {
					<-ctx.Done()
					log.addf("asked(%s)", p.Name())
					time.Sleep(time.Second)
					return nil
				}); err != nil {
					return err
				}
			}
			synctest.Wait()
			return errLive
		})
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup"}))
		_, err := supervision.StartChildren(t.Context(), sup.Ref,
			supervision.Defaults{Restart: supervision.Temporary}, liveChildren(a, b, bad)...)
		require.ErrorIs(t, err, errLive)
		log.saw(t, "start(a)@0s", "start(b)@0s", "fail(bad)@0s",
			"asked(b)@0s", "stop(b, shutdown)@1s", "asked(a)@1s", "stop(a, shutdown)@2s")
		assert.Equal(t, 2*time.Second, time.Since(log.from))
		assert.NoError(t, sup.stop().Err)
	})
}

// What a traced batch does stands in its caller's trace (H3).
func TestLiveBatchIsTraced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		spans := spantest.New()
		tel, err := monitoring.NewTelemetry(monitoring.TelemetryConfig{Logger: liveSilent, TracerProvider: spans})
		require.NoError(t, err)
		sup := liveStartWith(t, supervision.New(supervision.Spec{Name: "sup"}), tel)
		spans.Reset()
		ctx, span := spans.Start(t.Context(), "POST /batch")
		_, err = supervision.StartChildren(ctx, sup.Ref, supervision.Defaults{}, liveChildren(liveNew("a"), liveNew("b"))...)
		require.NoError(t, err)
		span.End()
		synctest.Wait()
		assert.Equal(t, `POST /batch 0s+0s
  ask Supervisor/startAll (client) 0s+0s
    process Supervisor/startAll (server) 0s+0s
      start liveDo 0s+0s
      start liveDo 0s+0s
`, spans.Tree())
		assert.NoError(t, sup.stop().Err)
		assert.NoError(t, tel.Close(context.Background()))
	})
}

// What is wrong with any child of a batch is told before any of them is started,
// all of it.
func TestLiveBatchInvalid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		a, b := log.process("a"), log.process("b")
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup"}))
		_, err := supervision.StartChildren(t.Context(), sup.Ref,
			supervision.Defaults{Backoff: &supervision.Backoff{Base: -1}},
			supervision.Child{Process: a},
			supervision.Child{ID: "a", Process: b, Restart: 9},
			supervision.Child{Process: a, Significant: true},
			supervision.Child{})
		require.ErrorIs(t, err, supervision.ErrInvalidSpec)
		for _, want := range []string{
			"Children[0].Backoff.Base", "Children[1].ID: duplicate", "Children[1].Restart: unknown",
			"Children[2].Process: the same process as Children[0]", "Children[2].Significant", "Children[3].Process: is nil",
		} {
			assert.ErrorContains(t, err, want)
		}
		log.saw(t)
		liveListed(t, sup.Ref)
		assert.Zero(t, a.Incarnation()+b.Incarnation())
		assert.NoError(t, sup.stop().Err)
	})
}

// A child of the batch that the supervisor has already is one that cannot be
// started; what was there before is not rolled back.
func TestLiveBatchTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		b := log.process("b")
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(b)}))
		_, err := supervision.StartChildren(t.Context(), sup.Ref, supervision.Defaults{},
			liveChildren(log.process("a"), log.process("b"))...)
		require.ErrorIs(t, err, supervision.ErrAlreadyStarted)
		log.saw(t, "start(b)@0s", "start(a)@0s", "stop(a, shutdown)@0s")
		liveListed(t, sup.Ref, "b running")
		assert.NoError(t, sup.stop().Err)
	})
}

// A batch that is too large for its supervisor is rolled back like any other.
func TestLiveBatchTooLarge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		sup := liveStart(t, supervision.NewDynamic(supervision.Spec{Name: "sup", MaxChildren: 2}))
		_, err := supervision.StartChildren(t.Context(), sup.Ref, supervision.Defaults{},
			liveChildren(log.process("a"), log.process("b"), log.process("c"))...)
		require.ErrorIs(t, err, supervision.ErrMaxChildren)
		log.saw(t, "start(a)@0s", "start(b)@0s", "stop(b, shutdown)@0s", "stop(a, shutdown)@0s")
		liveListed(t, sup.Ref)
		assert.NoError(t, sup.stop().Err)
	})
}

// One that chooses not to run is no failure: it counts as started, and is rolled
// back with the others.
func TestLiveBatchIgnored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		ignores := func(context.Context) error { return actor.ErrIgnore }
		a, b := log.process("a", ignores, ignores), log.process("b")
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup"}))
		_, err := supervision.StartChildren(t.Context(), sup.Ref, supervision.Defaults{},
			liveChildren(a, b, log.process("bad", liveFail))...)
		require.ErrorIs(t, err, errLive)
		log.saw(t, "fail(a)@0s", "start(b)@0s", "fail(bad)@0s", "stop(b, shutdown)@0s")
		liveListed(t, sup.Ref)

		infos, err := supervision.StartChildren(t.Context(), sup.Ref, supervision.Defaults{}, liveChildren(a, b)...)
		require.NoError(t, err)
		assert.Equal(t, supervision.StateStopped, infos["a"].State)
		assert.Same(t, a, infos["a"].Process)
		liveListed(t, sup.Ref, "a stopped", "b running")

		// A temporary one is not kept.
		c := log.process("c", ignores)
		infos, err = supervision.StartChildren(t.Context(), sup.Ref,
			supervision.Defaults{Restart: supervision.Temporary}, liveChildren(c, log.process("d"))...)
		require.NoError(t, err)
		assert.Len(t, infos, 1)
		assert.Contains(t, infos, "d")
		liveListed(t, sup.Ref, "a stopped", "b running", "d running")
		assert.NoError(t, sup.stop().Err)
	})
}

// A caller whose context is done is told so, and the batch goes on without it: to
// its end, or back.
func TestLiveBatchContext(t *testing.T) {
	for name, last := range map[string]func(context.Context) error{"to its end": liveNothing, "back": liveFail} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := newLiveLog()
				sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup"}))
				ctx, cancel := context.WithTimeoutCause(t.Context(), 1500*time.Millisecond, errLive)
				defer cancel()
				_, err := supervision.StartChildren(ctx, sup.Ref, supervision.Defaults{}, liveChildren(
					log.process("a", liveSlow), log.process("b", liveSlow), log.process("c", last))...)
				require.ErrorIs(t, err, errLive)
				log.saw(t, "start(a)@1s")
				liveListed(t, sup.Ref, "a running", "b starting")
				time.Sleep(time.Second)
				if name == "back" {
					log.saw(t, "start(b)@2s", "fail(c)@2s", "stop(b, shutdown)@2s", "stop(a, shutdown)@2s")
					liveListed(t, sup.Ref)
				} else {
					log.saw(t, "start(b)@2s", "start(c)@2s")
					liveListed(t, sup.Ref, "a running", "b running", "c running")
				}
				assert.NoError(t, sup.stop().Err)
			})
		})
	}
}

// The end of the supervisor is that of the batch, on its way to the end or back.
func TestLiveBatchAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup"}))
		answer := make(chan error, 1)
		go func() {
			_, err := supervision.StartChildren(t.Context(), sup.Ref, supervision.Defaults{}, liveChildren(
				log.process("a"), log.process("b", liveSlow), log.process("c"))...)
			answer <- err
		}()
		synctest.Wait()
		assert.NoError(t, sup.stop().Err)
		require.ErrorIs(t, <-answer, actor.ErrStopped)
		log.saw(t, "start(a)@0s", "start(b)@1s", "stop(b, shutdown)@1s", "stop(a, shutdown)@1s")
	})
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup"}))
		a := log.process("a")
		answer := make(chan error, 1)
		go func() {
			_, err := supervision.StartChildren(t.Context(), sup.Ref, supervision.Defaults{}, liveChildren(
				a, log.process("b", func(context.Context) error { time.Sleep(time.Second); return errLive }))...)
			answer <- err
		}()
		synctest.Wait()
		liveOrder(t, a, func(context.Context) error { time.Sleep(3 * time.Second); return nil })
		time.Sleep(2 * time.Second) // a is being stopped again
		assert.NoError(t, sup.stop().Err)
		require.ErrorIs(t, <-answer, errLive)
		log.saw(t, "start(a)@0s", "fail(b)@1s", "stop(a, shutdown)@3s")
	})
}

// While a batch is on its way the supervisor does whatever else it is asked to,
// also from within the batch.
func TestLiveBatchCommandsMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup"}))
		a := log.process("a")
		b := log.process("b", func(ctx context.Context) error {
			time.Sleep(time.Second)
			return supervision.StartChild(ctx, sup.Ref, supervision.Child{Process: log.process("x")})
		})
		answer := make(chan error, 1)
		go func() {
			_, err := supervision.StartChildren(t.Context(), sup.Ref, supervision.Defaults{}, liveChildren(a, b, log.process("c"))...)
			answer <- err
		}()
		synctest.Wait()
		require.NoError(t, supervision.StartChild(t.Context(), sup.Ref, supervision.Child{Process: log.process("y")}))
		liveOrder(t, a, liveFail)
		require.NoError(t, supervision.TerminateChild(t.Context(), sup.Ref, "a"))
		require.NoError(t, <-answer)
		log.saw(t, "start(a)@0s", "start(y)@0s", "stop(a, failure)@0s", "start(a)@0s", "stop(a, shutdown)@0s",
			"start(x)@1s", "start(b)@1s", "start(c)@1s")
		liveListed(t, sup.Ref, "a stopped", "b running", "y running", "x running", "c running")
		assert.NoError(t, sup.stop().Err)
	})
}

// A roll-back takes back what the batch has started, and nobody who has come to
// bear the id of one that has ended meanwhile.
func TestLiveBatchSparesAStranger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup"}))
		a, stranger := log.process("a"), log.process("a")
		answer := make(chan error, 1)
		go func() {
			_, err := supervision.StartChildren(t.Context(), sup.Ref,
				supervision.Defaults{Restart: supervision.Temporary}, liveChildren(
					a, log.process("bad", func(context.Context) error { time.Sleep(time.Second); return errLive }))...)
			answer <- err
		}()
		synctest.Wait()
		liveOrder(t, a, liveEnd(actor.ErrStop))
		require.NoError(t, supervision.StartChild(t.Context(), sup.Ref, supervision.Child{Process: stranger}))
		require.ErrorIs(t, <-answer, errLive)
		log.saw(t, "start(a)@0s", "stop(a, normal)@0s", "start(a)@0s", "fail(bad)@1s")
		liveListed(t, sup.Ref, "a running")
		require.NoError(t, liveCall(t, stranger, liveNothing))
		assert.NoError(t, sup.stop().Err)
	})
}
