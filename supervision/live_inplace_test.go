package supervision_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
)

// liveHooked is a life that has a hook for restarts.
type liveHooked struct{ *liveLife }

// PreRestart implements actor.Restarter.
func (l liveHooked) PreRestart(_ context.Context, exit actor.Exit) error {
	l.log.addf("restart(%s, %v)", l.name, exit.Kind)
	return nil
}

// hooked declares an actor with a hook for restarts. It hands out its Self at each
// start.
func (l *liveLog) hooked(name string, selves ...**actor.Self[liveDo]) *actor.Process[liveDo] {
	spec := l.spec(name)
	made := spec.New
	spec.New = func(ctx context.Context, self *actor.Self[liveDo]) (actor.Actor[liveDo], error) {
		if _, err := made(ctx, self); err != nil {
			return nil, err
		}
		for _, s := range selves {
			*s = self
		}
		return liveHooked{&liveLife{l, name}}, nil
	}
	return actor.New(spec)
}

// Who is to come back has the hook for restarts called before its stop hook: the
// one that failed, and each sibling that is restarted along. Who ends for good has
// not (L5).
func TestLivePreRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		a, b, c, d := log.hooked("a"), log.hooked("b"), log.hooked("c"), log.hooked("d")
		sup := liveStart(t, supervision.New(supervision.Spec{
			Name: "sup", Strategy: supervision.OneForAll, Children: []supervision.Child{
				{Process: a}, {Process: b, Restart: supervision.Transient}, {Process: c, Restart: supervision.Temporary}, {Process: d},
			},
		}))
		log.saw(t, "start(a)@0s", "start(b)@0s", "start(c)@0s", "start(d)@0s")
		liveOrder(t, a, liveFail)
		log.saw(t, "restart(a, failure)@0s", "stop(a, failure)@0s",
			"restart(d, shutdown)@0s", "stop(d, shutdown)@0s", "stop(c, shutdown)@0s",
			"restart(b, shutdown)@0s", "stop(b, shutdown)@0s",
			"start(a)@0s", "start(b)@0s", "start(d)@0s")
		liveOrder(t, b, liveEnd(actor.ErrStop)) // transient: for good
		log.saw(t, "stop(b, normal)@0s")
		liveOrder(t, a, liveEnd(actor.ErrShutdown)) // permanent: never
		log.saw(t, "restart(a, shutdown)@0s", "stop(a, shutdown)@0s", "restart(d, shutdown)@0s", "stop(d, shutdown)@0s",
			"start(a)@0s", "start(b)@0s", "start(d)@0s")
		require.NoError(t, supervision.TerminateChild(t.Context(), sup.Ref, "b"))
		log.saw(t, "stop(b, shutdown)@0s")
		assert.NoError(t, sup.stop().Err)
		log.saw(t, "stop(d, shutdown)@0s", "stop(a, shutdown)@0s")
	})
}

// A rule that resumes an actor leaves all of it as it is; the supervisor knows, and
// records it, and nothing counts.
func TestLiveResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		tel, seen := liveEvents(t)
		a, b := log.hooked("a"), log.hooked("b")
		sup := liveStartWith(t, supervision.New(supervision.Spec{
			Name: "sup", Strategy: supervision.OneForAll, Limit: supervision.AtMost(0, time.Hour),
			Children: []supervision.Child{{Process: a, Decider: []supervision.Rule{supervision.When(errLive).Resume()}}, {Process: b}},
		}), tel)
		log.saw(t, "start(a)@0s", "start(b)@0s")
		for n := range 5 {
			liveOrder(t, a, func(context.Context) error {
				if n%2 == 0 {
					panic(errLive)
				}
				return fmt.Errorf("again: %w", errLive)
			})
		}
		log.saw(t)
		info, err := supervision.Lookup(t.Context(), sup.Ref, "a")
		require.NoError(t, err)
		assert.Equal(t, supervision.StateRunning, info.State)
		require.ErrorIs(t, info.LastError, errLive)
		assert.Zero(t, info.Restarts)
		failed := liveKind(seen, monitoring.ChildFailed)
		require.Len(t, failed, 5)
		for _, e := range failed {
			require.ErrorIs(t, e.Err, errLive)
			assert.EqualValues(t, 1, e.Incarnation)
		}
		assert.Empty(t, liveKind(seen, monitoring.StrategyApplied))
		assert.NoError(t, sup.stop().Err)
	})
}

// What cannot be resumed is restarted instead: a function, a supervisor, an actor
// that does not come back.
func TestLiveResumeOfWhatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		resume := []supervision.Rule{supervision.WhenType[error]().Resume()}
		calls := make(chan func(context.Context) error, 1)
		f := supervision.FromFunc("f", func(ctx context.Context) error {
			log.addf("run")
			select {
			case end := <-calls:
				return end(ctx)
			case <-ctx.Done():
				return nil
			}
		})
		leaf, a := log.process("leaf"), log.process("a")
		sub := supervision.New(supervision.Spec{Name: "sub", Limit: supervision.AtMost(0, time.Hour), Children: liveChildren(leaf)})
		sup := liveStart(t, supervision.New(supervision.Spec{
			Name: "sup", Defaults: supervision.Defaults{Decider: resume, Restart: supervision.Temporary}, Children: liveChildren(sub, a, f),
		}))
		log.saw(t, "start(leaf)@0s", "start(a)@0s", "run@0s")
		calls <- liveFail
		log.saw(t, "run@0s")
		liveOrder(t, leaf, liveFail)
		log.saw(t, "stop(leaf, failure)@0s", "start(leaf)@0s")
		release := make(chan struct{})
		liveOrder(t, a, liveHang(release))
		a.Stop(0)
		log.saw(t, "start(a)@0s")
		close(release)
		assert.NoError(t, sup.stop().Err)
	})
}

// With KeepChildren a failure costs an actor its state, but not its children: they
// go on, and belong to the new state. It is a restart that counts.
func TestLiveKeepChildren(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		tel, seen := liveEvents(t)
		var self *actor.Self[liveDo]
		parent := log.hooked("parent", &self)
		kid := log.process("kid")
		sup := liveStartWith(t, supervision.New(supervision.Spec{
			Name: "sup", Limit: supervision.AtMost(2, time.Hour),
			Children: []supervision.Child{{Process: parent, KeepChildren: true}, {Process: log.process("z")}},
		}), tel)
		told := func(e actor.Event) liveDo {
			return func(context.Context) error {
				if e.Kind == actor.ChildEnded {
					log.addf("told of %s by %d", e.Child.Name(), self.Incarnation())
				}
				return nil
			}
		}
		liveOrder(t, parent, func(context.Context) error { return self.Start(kid, told) })
		log.saw(t, "start(parent)@0s", "start(z)@0s", "start(kid)@0s")
		seen.Reset()

		liveOrder(t, parent, liveFail)
		log.saw(t, "restart(parent, failure)@0s", "stop(parent, failure)@0s", "start(parent)@0s")
		require.NoError(t, liveCall(t, kid, liveNothing))
		assert.EqualValues(t, 1, kid.Incarnation())
		info, err := supervision.Lookup(t.Context(), sup.Ref, "parent")
		require.NoError(t, err)
		assert.Equal(t, 1, info.Restarts)
		require.ErrorIs(t, info.LastError, errLive)
		restarted := liveKind(seen, monitoring.ChildRestarted)
		require.Len(t, restarted, 1)
		assert.EqualValues(t, 2, restarted[0].Incarnation)

		liveOrder(t, kid, liveEnd(actor.ErrStop))
		log.saw(t, "stop(kid, normal)@0s", "told of kid by 2@0s")
		liveOrder(t, parent, func(context.Context) error { return self.Start(kid, told) })
		log.saw(t, "start(kid)@0s")

		// A normal end, and one by hand, are none to keep children over.
		liveOrder(t, parent, liveEnd(actor.ErrStop))
		log.saw(t, "stop(kid, shutdown)@0s", "restart(parent, normal)@0s", "stop(parent, normal)@0s", "start(parent)@0s")
		liveOrder(t, parent, func(context.Context) error { return self.Start(kid, told) })
		log.saw(t, "start(kid)@0s")

		// One restart too many, which has happened by then, is the end.
		liveOrder(t, parent, liveFail)
		exit := <-sup.ended
		log.saw(t, "restart(parent, failure)@0s", "stop(parent, failure)@0s", "start(parent)@0s",
			"stop(z, shutdown)@0s", "stop(kid, shutdown)@0s", "stop(parent, shutdown)@0s")
		require.ErrorIs(t, exit.Err, supervision.ErrIntensityExceeded)
		sup.Retire(exit.Err)
		<-kid.Done()
	})
}

// If the new state cannot be made the children are stopped after all, and the
// failure is one like any other.
func TestLiveKeepChildrenFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		var self *actor.Self[liveDo]
		spec := log.spec("parent", liveNothing, liveFail)
		made := spec.New
		spec.New = func(ctx context.Context, s *actor.Self[liveDo]) (actor.Actor[liveDo], error) {
			self = s
			return made(ctx, s)
		}
		parent, kid := actor.New(spec), log.process("kid")
		sup := liveStart(t, supervision.New(supervision.Spec{
			Name: "sup", Children: []supervision.Child{{Process: parent, KeepChildren: true}},
		}))
		liveOrder(t, parent, func(context.Context) error {
			return self.Start(kid, func(actor.Event) liveDo { return liveNothing })
		})
		errOther := errors.New("other")
		liveOrder(t, parent, liveEnd(errOther))
		log.saw(t, "start(parent)@0s", "start(kid)@0s", "stop(parent, failure)@0s", "fail(parent)@0s",
			"stop(kid, shutdown)@0s", "start(parent)@0s")
		info, err := supervision.Lookup(t.Context(), sup.Ref, "parent")
		require.NoError(t, err)
		assert.Equal(t, 1, info.Restarts)
		require.ErrorIs(t, info.LastError, errOther)
		require.ErrorIs(t, info.LastError, errLive)
		<-kid.Done()
		assert.NoError(t, sup.stop().Err)
	})
}
