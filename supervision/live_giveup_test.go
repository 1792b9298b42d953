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

// A supervisor that gives up has failed, so a transient one comes back. Strictly
// after Erlang/OTP it has shut down, and only a permanent one does.
func TestLiveStrictOTP(t *testing.T) {
	for _, c := range []struct {
		strict  bool
		restart supervision.Restart
		back    bool
	}{
		{false, supervision.Permanent, true},
		{false, supervision.Transient, true},
		{false, supervision.Temporary, false},
		{true, supervision.Permanent, true},
		{true, supervision.Transient, false},
		{true, supervision.Temporary, false},
	} {
		t.Run(fmt.Sprint(c.restart, c.strict), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := newLiveLog()
				a, b := log.process("a"), log.process("b")
				sub := supervision.New(supervision.Spec{
					Name: "sub", StrictOTP: c.strict, Limit: supervision.AtMost(0, time.Hour), Children: liveChildren(a, b),
				})
				top := liveStart(t, supervision.New(supervision.Spec{
					Name: "top", Children: []supervision.Child{{Process: sub, Restart: c.restart}},
				}))
				log.saw(t, "start(a)@0s", "start(b)@0s")
				liveOrder(t, a, liveFail)
				if !c.back {
					log.saw(t, "stop(a, failure)@0s", "stop(b, shutdown)@0s")
					<-a.Done()
					<-sub.Done()
					assert.ErrorIs(t, sub.Err(), supervision.ErrIntensityExceeded)
					assert.ErrorIs(t, sub.Err(), errLive)
				} else {
					log.saw(t, "stop(a, failure)@0s", "stop(b, shutdown)@0s", "start(a)@0s", "start(b)@0s")
					info, err := supervision.Lookup(t.Context(), top.Ref, "sub")
					require.NoError(t, err)
					assert.ErrorIs(t, info.LastError, supervision.ErrIntensityExceeded)
					assert.Equal(t, 1, info.Restarts)
				}
				assert.NoError(t, top.stop().Err)
			})
		})
	}
}

// Whoever waits for a strict supervisor at the top is told that it has shut down,
// and why.
func TestLiveStrictOTPAtTheTop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := liveNew("a")
		sup := liveStart(t, supervision.New(supervision.Spec{
			Name: "sup", StrictOTP: true, Limit: supervision.AtMost(0, time.Hour), Children: liveChildren(a),
		}))
		liveOrder(t, a, liveFail)
		exit := <-sup.ended
		assert.Equal(t, actor.Shutdown, exit.Kind)
		require.ErrorIs(t, exit.Err, supervision.ErrIntensityExceeded)
		sup.Retire(exit.Err)
	})
}

var errCorrupt = errors.New("corrupt")

// A failure that rules make the supervisor's own goes up as far as the rules go:
// here over three levels. On each the siblings are stopped, last first; at the
// top it is a failure like any other.
func TestLiveEscalate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		tel, seen := liveEvents(t)
		rules := []supervision.Rule{
			supervision.When(errCorrupt).Escalate(), // what escalates wraps its cause
		}
		leaf, x, y, z := log.process("leaf"), log.process("x"), log.process("y"), log.process("z")
		level := func(name string, children ...actor.Child) *actor.Process[supervision.Message] {
			return supervision.New(supervision.Spec{
				Name: name, Children: liveChildren(children...), Defaults: supervision.Defaults{Decider: rules},
			})
		}
		three := level("three", leaf, x)
		two := level("two", three, y)
		one := level("one", two)
		top := liveStartWith(t, supervision.New(supervision.Spec{Name: "top", Children: liveChildren(one, z)}), tel)
		log.saw(t, "start(leaf)@0s", "start(x)@0s", "start(y)@0s", "start(z)@0s")
		liveOrder(t, leaf, liveFail)
		log.saw(t, "stop(leaf, failure)@0s", "start(leaf)@0s")
		seen.Reset()

		liveOrder(t, leaf, liveEnd(fmt.Errorf("page 7: %w", errCorrupt)))
		log.saw(t, "stop(leaf, failure)@0s", "stop(x, shutdown)@0s", "stop(y, shutdown)@0s",
			"start(leaf)@0s", "start(x)@0s", "start(y)@0s")
		liveListed(t, top.Ref, "one running", "z running")
		info, err := supervision.Lookup(t.Context(), top.Ref, "one")
		require.NoError(t, err)
		assert.Equal(t, 1, info.Restarts)
		path, child := "/top/one", "two"
		for cause := info.LastError; ; {
			escalated, ok := errors.AsType[*supervision.EscalatedError](cause)
			if !ok {
				assert.EqualError(t, cause, "page 7: corrupt")
				break
			}
			assert.Equal(t, path, escalated.Path)
			assert.Equal(t, child, escalated.Child)
			path += "/" + child
			child = map[string]string{"two": "three", "three": "leaf"}[child]
			cause = escalated.Err
		}
		assert.Equal(t, "/top/one/two/three/leaf", path)
		require.ErrorIs(t, info.LastError, supervision.ErrEscalated)
		require.ErrorIs(t, info.LastError, actor.ErrFatal)

		var supervisors []string
		for _, e := range liveKind(seen, monitoring.Escalated) {
			supervisors = append(supervisors, e.Supervisor)
			assert.ErrorIs(t, e.Err, errCorrupt)
		}
		assert.Equal(t, []string{"/top/one/two/three", "/top/one/two", "/top/one"}, supervisors)
		assert.Empty(t, liveKind(seen, monitoring.RestartLimitExceeded))
		for _, p := range []*actor.Process[supervision.Message]{one, two, three} {
			assert.EqualValues(t, 2, p.Incarnation())
		}
		assert.NoError(t, top.stop().Err)
	})
}

// What goes wrong while the children of a supervisor that escalates are stopped is
// told along.
func TestLiveEscalateWithTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		a, b := liveNew("a"), liveNew("b")
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: []supervision.Child{
			{Process: a, Decider: []supervision.Rule{supervision.When(errLive).Escalate()}},
			{Process: b, Shutdown: supervision.Graceful(time.Second)},
		}}))
		liveOrder(t, b, liveHang(release))
		began := time.Now()
		liveOrder(t, a, liveFail)
		exit := <-sup.ended
		assert.Equal(t, time.Second, time.Since(began))
		assert.Equal(t, actor.Failure, exit.Kind)
		var escalated *supervision.EscalatedError
		require.ErrorAs(t, exit.Err, &escalated)
		require.ErrorIs(t, escalated.Err, errLive)
		require.Len(t, escalated.Teardown, 1)
		require.ErrorIs(t, escalated.Teardown[0], actor.ErrAbandoned)
		assert.ErrorContains(t, exit.Err, "/sup/b")
		close(release)
		sup.Retire(exit.Err)
	})
}

// A child's own limit is counted for it alone, beside the supervisor's, and is
// what the supervisor gives up by.
func TestLiveLimitOfAChild(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		tel, seen := liveEvents(t)
		a, b := log.process("a"), log.process("b")
		sup := liveStartWith(t, supervision.New(supervision.Spec{
			Name: "sup", Limit: supervision.AtMost(100, time.Hour), Children: []supervision.Child{
				{Process: a, Limit: supervision.AtMost(2, 10*time.Second)}, {Process: b},
			},
		}), tel)
		log.saw(t, "start(a)@0s", "start(b)@0s")
		for range 5 { // b has none of its own
			liveOrder(t, b, liveFail)
			log.saw(t, "stop(b, failure)@0s", "start(b)@0s")
		}
		for _, at := range []int{0, 5, 11, 16} { // never three within ten seconds
			time.Sleep(time.Duration(at)*time.Second - time.Since(log.from))
			liveOrder(t, a, liveFail)
			log.saw(t, fmt.Sprintf("stop(a, failure)@%ds", at), fmt.Sprintf("start(a)@%ds", at))
		}
		// By hand it is no restart that counts.
		require.NoError(t, supervision.TerminateChild(context.Background(), sup.Ref, "a"))
		require.NoError(t, supervision.RestartChild(context.Background(), sup.Ref, "a"))
		log.saw(t, "stop(a, shutdown)@16s", "start(a)@16s")

		time.Sleep(5 * time.Second)
		liveOrder(t, a, liveFail) // that of 11 s is exactly as old as the window
		log.saw(t, "stop(a, failure)@21s", "stop(b, shutdown)@21s")
		exit := <-sup.ended
		var gaveUp *supervision.IntensityError
		require.ErrorAs(t, exit.Err, &gaveUp)
		assert.Equal(t, "a", gaveUp.Child)
		assert.Equal(t, 2, gaveUp.Max)
		assert.Equal(t, 10*time.Second, gaveUp.Window)
		events := liveKind(seen, monitoring.RestartLimitExceeded)
		require.Len(t, events, 1)
		assert.Equal(t, 3, events[0].Restarts)
		assert.Equal(t, 2, events[0].MaxRestarts)
		sup.Retire(exit.Err)
	})
}

// The limit of a child outlives its restarts and commands, but not its supervisor.
func TestLiveLimitOfAChildBeginsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := liveNew("a")
		sub := supervision.New(supervision.Spec{Name: "sub", Children: []supervision.Child{
			{Process: a, Limit: supervision.AtMost(1, actor.Forever)},
		}})
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(sub)}))
		for _, want := range []uint64{1, 2, 2, 3} {
			liveOrder(t, a, liveFail)
			assert.Equal(t, want, sub.Incarnation())
		}
		assert.NoError(t, sup.stop().Err)
	})
}

// The incarnations in events are the child's own: they go on when its supervisor
// is restarted.
func TestLiveIncarnationsGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tel, seen := liveEvents(t)
		a := liveNew("a")
		mid := supervision.New(supervision.Spec{
			Name: "mid", Limit: supervision.AtMost(0, time.Hour), Children: liveChildren(a),
		})
		top := liveStartWith(t, supervision.New(supervision.Spec{Name: "top", Children: liveChildren(mid)}), tel)
		liveOrder(t, a, liveFail)
		var started []uint64
		for _, ev := range liveKind(seen, monitoring.ChildStarted) {
			if ev.Path == "/top/mid/a" {
				started = append(started, ev.Incarnation)
			}
		}
		assert.Equal(t, []uint64{1, 2}, started)
		assert.NoError(t, top.stop().Err)
	})
}
