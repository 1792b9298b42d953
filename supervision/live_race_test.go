package supervision_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// Ends that the supervisor finds all at once are decided one after another, in the
// order in which they came: by itself each, or once for those that share a restart
// (R8).
func TestLiveEndsWhileHeld(t *testing.T) {
	for strategy, want := range map[supervision.Strategy][]string{
		supervision.OneForOne:  {"start(a)", "start(b)", "start(c)"}, // in no order
		supervision.OneForAll:  {"stop(d, shutdown)", "start(a)", "start(b)", "start(c)", "start(d)"},
		supervision.RestForOne: {"stop(d, shutdown)", "start(c)", "start(d)", "stop(d, shutdown)", "stop(c, shutdown)", "start(a)", "start(b)", "start(c)", "start(d)"},
	} {
		t.Run(strategy.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := newLiveLog()
				a, b, c, d := log.process("a"), log.process("b"), log.process("c"), log.process("d")
				sup := liveStart(t, supervision.New(supervision.Spec{
					Name: "sup", Strategy: strategy, Children: []supervision.Child{
						{Process: a}, {Process: b, Restart: supervision.Transient}, {Process: c}, {Process: d},
					},
				}))
				release := liveHold(t, sup.Ref)
				log.saw(t, "start(a)@0s", "start(b)@0s", "start(c)@0s", "start(d)@0s")
				liveOrder(t, c, liveFail)
				liveOrder(t, a, liveEnd(actor.ErrStop)) // permanent
				liveOrder(t, b, func(context.Context) error { panic(errLive) })
				log.saw(t, "stop(c, failure)@0s", "stop(a, normal)@0s", "stop(b, panic)@0s")
				release()
				for i := range want {
					want[i] += "@0s"
				}
				if strategy == supervision.OneForOne {
					slices.Sort(log.lines)
				}
				log.saw(t, want...)
				liveListed(t, sup.Ref, "a running", "b running", "c running", "d running")
				assert.NoError(t, sup.stop().Err)
			})
		})
	}
}

// An end is looked at before the commands that wait, whichever came first: they
// find what it has led to.
func TestLiveEndRacesCommand(t *testing.T) {
	for name, c := range map[string]struct {
		restart supervision.Restart
		end     liveDo
		command func(ctx context.Context, sup actor.Ref[supervision.Message], id string) error
		want    error
		log     []string
		state   string
	}{
		"terminate": {
			supervision.Permanent, liveFail, supervision.TerminateChild, nil,
			nil, "a stopped", // it may be stopped before it has started
		},
		"restart": {
			supervision.Transient, liveEnd(actor.ErrStop), supervision.RestartChild, nil,
			[]string{"stop(a, normal)@0s", "start(a)@0s"}, "a running",
		},
		"restart what is restarted": {
			supervision.Transient, liveFail, supervision.RestartChild, supervision.ErrRunning,
			[]string{"stop(a, failure)@0s", "start(a)@0s"}, "a running",
		},
		"delete": {
			supervision.Transient, liveEnd(actor.ErrStop), supervision.DeleteChild, nil,
			[]string{"stop(a, normal)@0s"}, "",
		},
		"delete what is gone": {
			supervision.Temporary, liveFail, supervision.DeleteChild, supervision.ErrNotFound,
			[]string{"stop(a, failure)@0s"}, "",
		},
		"start in its place": {
			supervision.Temporary, liveFail, func(ctx context.Context, sup actor.Ref[supervision.Message], id string) error {
				return supervision.StartChild(ctx, sup, supervision.Child{Process: liveNew(id)})
			}, nil,
			[]string{"stop(a, failure)@0s"}, "a running",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := newLiveLog()
				a := log.process("a")
				sup := liveStart(t, supervision.New(supervision.Spec{
					Name: "sup", Children: []supervision.Child{{Process: a, Restart: c.restart}},
				}))
				log.saw(t, "start(a)@0s")
				release := liveHold(t, sup.Ref)
				answer := make(chan error, 1)
				go func() { answer <- c.command(t.Context(), sup.Ref, "a") }()
				synctest.Wait() // it waits already when the child ends
				liveOrder(t, a, c.end)
				release()
				require.ErrorIs(t, <-answer, c.want)
				if c.log != nil {
					log.saw(t, c.log...)
				}
				if c.state == "" {
					liveListed(t, sup.Ref)
				} else {
					liveListed(t, sup.Ref, c.state)
				}
				assert.NoError(t, sup.stop().Err)
			})
		})
	}
}

// A child that ends by itself just when it is told to has been terminated, whatever
// it says.
func TestLiveEndRacesTermination(t *testing.T) {
	for name, end := range map[string]error{"normal": actor.ErrStop, "failure": errLive, "shutdown": actor.ErrShutdown} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := newLiveLog()
				a := log.process("a")
				sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(a)}))
				require.NoError(t, a.TrySend(func(ctx context.Context) error { <-ctx.Done(); return end }))
				synctest.Wait()
				require.NoError(t, supervision.TerminateChild(t.Context(), sup.Ref, "a"))
				log.saw(t, "start(a)@0s", "stop(a, "+name+")@0s")
				liveListed(t, sup.Ref, "a stopped")
				assert.NoError(t, sup.stop().Err)
			})
		})
	}
}

// A stop that finds its child starting ends the start, and whoever waits for that is
// told. Until the child has ended its place is taken.
func TestLiveStopRacesStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		slow := log.process("slow", func(context.Context) error { time.Sleep(3 * time.Second); return nil })
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup"}))
		started, stopped := make(chan error, 1), make(chan error, 1)
		go func() { started <- supervision.StartChild(t.Context(), sup.Ref, supervision.Child{Process: slow}) }()
		time.Sleep(time.Second)
		go func() { stopped <- supervision.TerminateChild(t.Context(), sup.Ref, "slow") }()
		time.Sleep(time.Second)
		liveListed(t, sup.Ref, "slow stopping")
		require.ErrorIs(t, supervision.StartChild(t.Context(), sup.Ref, supervision.Child{Process: liveNew("slow")}), supervision.ErrAlreadyPresent)
		require.ErrorIs(t, supervision.RestartChild(t.Context(), sup.Ref, "slow"), supervision.ErrRunning)
		require.ErrorIs(t, supervision.DeleteChild(t.Context(), sup.Ref, "slow"), supervision.ErrRunning)
		require.ErrorIs(t, <-started, actor.ErrStopped)
		require.NoError(t, <-stopped)
		log.saw(t, "start(slow)@3s", "stop(slow, shutdown)@3s")
		liveListed(t, sup.Ref)
		<-slow.Done()

		require.NoError(t, supervision.StartChild(t.Context(), sup.Ref, supervision.Child{Process: slow}))
		log.saw(t, "start(slow)@3s")
		assert.NoError(t, sup.stop().Err)
	})
}

// A supervisor that is stopped in the middle of a group's restart, in whichever part
// of it, starts nobody any more and leaves nobody behind.
func TestLiveStopInAGroupRestart(t *testing.T) {
	for name, c := range map[string]struct {
		after time.Duration // of the crash
		want  []string
	}{
		// The crash is at 0 s; c takes a second to stop, the group waits for a second,
		// and b takes a second to start.
		"stopping": {500 * time.Millisecond, []string{
			"stop(b, failure)@0s", "stop(c, shutdown)@1s", "stop(a, shutdown)@1s",
		}},
		"waiting": {1500 * time.Millisecond, []string{
			"stop(b, failure)@0s", "stop(c, shutdown)@1s", "stop(a, shutdown)@1s",
		}},
		"starting": {2500 * time.Millisecond, []string{
			"stop(b, failure)@0s", "stop(c, shutdown)@1s", "stop(a, shutdown)@1s",
			"start(a)@2s", "start(b)@3s", "stop(b, shutdown)@3s", "stop(a, shutdown)@3s",
		}},
		"started": {3500 * time.Millisecond, []string{
			"stop(b, failure)@0s", "stop(c, shutdown)@1s", "stop(a, shutdown)@1s",
			"start(a)@2s", "start(b)@3s", "start(c)@3s",
			"stop(c, shutdown)@3.5s", "stop(b, shutdown)@3.5s", "stop(a, shutdown)@3.5s",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := newLiveLog()
				a, b, z := log.process("a"), log.process("b", liveNothing, liveSlow), log.process("c")
				sup := liveStart(t, supervision.New(supervision.Spec{
					Name: "sup", Strategy: supervision.OneForAll,
					Defaults: supervision.Defaults{Backoff: &supervision.Backoff{Base: time.Second}},
					Children: liveChildren(a, b, z),
				}))
				log.saw(t, "start(a)@0s", "start(b)@0s", "start(c)@0s")
				require.NoError(t, z.TrySend(func(ctx context.Context) error {
					<-ctx.Done()
					time.Sleep(time.Second - time.Since(log.from))
					return nil
				}))
				synctest.Wait()
				liveOrder(t, b, liveFail)
				time.Sleep(c.after)
				exit := sup.stop()
				assert.NoError(t, exit.Err)
				assert.Equal(t, actor.Shutdown, exit.Kind)
				time.Sleep(time.Hour)
				log.saw(t, c.want...)
			})
		})
	}
}

// A stop that comes while the supervisor is held finds what else has happened: no
// end that it has not seen leads to a restart.
func TestLiveStopWhileHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		a, b := log.process("a"), log.process("b")
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(a, b)}))
		log.saw(t, "start(a)@0s", "start(b)@0s")
		release := liveHold(t, sup.Ref)
		sup.Stop(actor.Forever)
		liveOrder(t, a, liveFail)
		log.saw(t, "stop(a, failure)@0s")
		release()
		exit := <-sup.ended
		log.saw(t, "stop(b, shutdown)@0s")
		assert.Equal(t, actor.Shutdown, exit.Kind)
		require.ErrorIs(t, exit.Err, errLive, "a failure in the teardown is told")
		sup.Retire(exit.Err)
	})
}

// Commands that wait when the supervisor ends are all answered.
func TestLiveCommandsWhileHeldAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		a := liveNew("a")
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(a)}))
		release := liveHold(t, sup.Ref)
		commands := []func() error{
			func() error { return supervision.StartChild(ctx, sup.Ref, supervision.Child{Process: liveNew("b")}) },
			func() error { return supervision.TerminateChild(ctx, sup.Ref, "a") },
			func() error { return supervision.TerminateRef(ctx, sup.Ref, a.Ref) },
			func() error { return supervision.RestartChild(ctx, sup.Ref, "a") },
			func() error { return supervision.DeleteChild(ctx, sup.Ref, "a") },
			func() error { return supervision.EnableHealth(ctx, sup.Ref, "a") },
			func() error {
				_, err := supervision.StartChildren(ctx, sup.Ref, supervision.Defaults{}, liveChildren(liveNew("b"), liveNew("c"))...)
				return err
			},
		}
		answers := make(chan error, len(commands))
		for _, c := range commands {
			go func() { answers <- c() }()
		}
		synctest.Wait()
		sup.Stop(actor.Forever)
		release()
		exit := <-sup.ended
		sup.Retire(exit.Err)
		for range commands {
			require.ErrorIs(t, <-answers, actor.ErrStopped)
		}
	})
}
