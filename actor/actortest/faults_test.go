package actortest

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
)

// faultyAt sends n messages and returns the numbers of those at which the actor
// failed. It is restarted each time.
func faultyAt(t *testing.T, n int, faults Faults[Msg]) (at []int) {
	t.Helper()
	a := NewSolo(t, Inject(counterSpec("a"), faults))
	for i := 1; i <= n; i++ {
		if err := a.Send(Inc{i}); err != nil {
			assert.ErrorIs(t, err, ErrInjected)
			at = append(at, i)
			require.NoError(t, a.Restart())
		}
	}
	return at
}

// Messages are counted over all incarnations.
func TestFaultsAtMessages(t *testing.T) {
	bubble(t, func(t *testing.T) {
		assert.Empty(t, faultyAt(t, 10, Faults[Msg]{}))
		assert.Equal(t, []int{1, 3, 4}, faultyAt(t, 10, Faults[Msg]{Messages: []int{4, 1, 3}}))
		assert.Equal(t, []int{2, 7}, faultyAt(t, 10, Faults[Msg]{
			Messages: []int{2},
			When:     func(m Msg) bool { return m == Inc{7} },
		}))
	})
}

// The same seed makes the same faults, whatever other faults there are.
func TestFaultsByChance(t *testing.T) {
	bubble(t, func(t *testing.T) {
		first := faultyAt(t, 100, Faults[Msg]{Rate: 0.1, Seed: 1})
		assert.Equal(t, first, faultyAt(t, 100, Faults[Msg]{Rate: 0.1, Seed: 1}))
		assert.NotEqual(t, first, faultyAt(t, 100, Faults[Msg]{Rate: 0.1, Seed: 2}))
		assert.Subset(t, faultyAt(t, 100, Faults[Msg]{Rate: 0.1, Seed: 1, Messages: []int{1, 2, 3}}), first)
		assert.InDelta(t, 100, len(faultyAt(t, 1000, Faults[Msg]{Rate: 0.1})), 30)
		assert.Len(t, faultyAt(t, 100, Faults[Msg]{Rate: 1}), 100)
	})
}

// A fault is a panic, or an error of one's own. The state is as it was.
func TestFaultKinds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a := NewSolo(t, Inject(counterSpec("a"), Faults[Msg]{Messages: []int{1}}))
		var panicked *actor.PanicError
		require.ErrorAs(t, a.Send(Inc{1}), &panicked)
		assert.Equal(t, ErrInjected, panicked.Value)
		require.NoError(t, a.Restart())
		require.NoError(t, a.Send(Inc{1}))

		a = NewSolo(t, Inject(counterSpec("a"), Faults[Msg]{Messages: []int{1}, Err: errBoom}))
		require.ErrorIs(t, a.Send(Inc{1}), errBoom)
		exit, _ := a.Exit()
		assert.Equal(t, actor.Failure, exit.Kind)
	})
}

// Starts and stop hooks fail as well, and are counted by themselves.
func TestFaultsOfStartsAndStops(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var log []string
		spec := hookedSpec(func(s string) { log = append(log, s) })
		a := NewSolo(t, Inject(spec, Faults[Msg]{Starts: []int{1, 3}, Stops: []int{1}, Err: errBoom}))
		require.ErrorIs(t, a.Err(), errBoom)
		require.NoError(t, a.Restart())
		require.ErrorIs(t, a.Stop(), errBoom)
		exit, _ := a.Exit()
		assert.Equal(t, actor.Shutdown, exit.Kind, "a hook does not change the kind of the end")
		var hook *actor.HookError
		require.ErrorAs(t, exit.Err, &hook)
		assert.Equal(t, []string{"stopped: shutdown"}, log, "the actor's own has run")
		require.ErrorIs(t, a.Restart(), errBoom)
		require.NoError(t, a.Restart())
		require.NotErrorIs(t, a.Stop(), errBoom)

		a = NewSolo(t, Inject(counterSpec("b"), Faults[Msg]{Starts: []int{1}, Stops: []int{1}}))
		require.ErrorIs(t, a.Err(), ErrInjected)
		require.NoError(t, a.Restart())
		require.ErrorIs(t, a.Stop(), ErrInjected, "a hook that is not there can fail")
	})
}

// What the actor is and does otherwise is as without faults.
func TestFaultsChangeNothingElse(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewSystem(t, systemOf(Inject(counterSpec("a"), Faults[Msg]{})))
		p, ok := lookup(t, s, "a").Process()
		require.True(t, ok)
		assert.Equal(t, "Counter", p.Type())

		var log []string
		a := NewSolo(t, Inject(hookedSpec(func(s string) { log = append(log, s) }), Faults[Msg]{Messages: []int{1}}))
		require.Error(t, a.Send(Inc{}))
		assert.Equal(t, []string{"pre-restart", "stopped: panic"}, log)

		a = NewSolo(t, Inject(counterSpec("a"), Faults[Msg]{Messages: []int{1}}))
		require.Error(t, a.Send(Inc{}), "without hooks of its own")

		failing := counterSpec("c")
		failing.New = func(context.Context, *actor.Self[Msg]) (actor.Actor[Msg], error) { return nil, errBoom }
		require.ErrorIs(t, NewSolo(t, Inject(failing, Faults[Msg]{})).Err(), errBoom)
		failing.New = func(context.Context, *actor.Self[Msg]) (actor.Actor[Msg], error) { return nil, nil } //nolint:nilnil // that is what is wrong
		require.ErrorContains(t, NewSolo(t, Inject(failing, Faults[Msg]{})).Err(), "no actor and no error")
		failing.New = func(context.Context, *actor.Self[Msg]) (actor.Actor[Msg], error) { return (*Counter)(nil), nil }
		require.ErrorContains(t, NewSolo(t, Inject(failing, Faults[Msg]{})).Err(), "no actor and no error")
		failing.New = nil
		require.ErrorContains(t, actor.New(Inject(failing, Faults[Msg]{})).Validate(), "New")
	})
}

type sick struct{ actor.Func[Msg] }

func (sick) Health(context.Context) actor.Health { return actor.Degraded("a cold") }

// Health is that of the actor inside.
func TestFaultsKeepHealth(t *testing.T) {
	bubble(t, func(t *testing.T) {
		check := func(made actor.Actor[Msg]) actor.Health {
			spec := counterSpec("a")
			spec.New = func(context.Context, *actor.Self[Msg]) (actor.Actor[Msg], error) { return made, nil }
			a := NewSolo(t, Inject(spec, Faults[Msg]{}))
			p, _ := a.Ref.Process()
			health := make(chan actor.Health, 1)
			p.Check(t.Context(), func(h actor.Health) { health <- h })
			return <-health
		}
		assert.Equal(t, actor.Degraded("a cold"), check(sick{}))
		assert.Equal(t, actor.Healthy, check(new(Counter)))
	})
}

// A hook's own error is not lost.
func TestFaultsJoinErrors(t *testing.T) {
	own := errors.New("own")
	spec := counterSpec("a")
	spec.New = func(context.Context, *actor.Self[Msg]) (actor.Actor[Msg], error) { return failingHook{err: own}, nil }
	bubble(t, func(t *testing.T) {
		a := NewSolo(t, Inject(spec, Faults[Msg]{Stops: []int{1}, Err: errBoom}))
		err := a.Stop()
		require.ErrorIs(t, err, own)
		require.ErrorIs(t, err, errBoom)
	})
}

type failingHook struct {
	Counter
	err error
}

func (failingHook) Receive(context.Context, Msg) error          { return nil }
func (f failingHook) Stopped(context.Context, actor.Exit) error { return f.err }
