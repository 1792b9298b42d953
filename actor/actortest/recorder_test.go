package actortest

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/system"
)

// What a supervisor did is there, in order, and is waited for.
func TestRecorderExpects(t *testing.T) {
	s := NewSystem(t, systemOf(counterSpec("a"), counterSpec("b")))
	a := lookup(t, s, "a")
	send(t, a, Crash{errBoom})
	got := s.Events.Expect(
		Event{Kind: monitoring.ChildFailed, Child: "a", Err: errBoom},
		Event{Kind: monitoring.StrategyApplied, Strategy: "one_for_one", Affected: []string{"a"}},
		Event{Kind: monitoring.ChildRestarted, Path: "/test/a", Restarts: 1},
	)
	require.Len(t, got, 3)
	assert.EqualValues(t, 2, got[2].Incarnation)
	assert.Equal(t, "/test", got[2].Supervisor)
	s.Events.ExpectNone(0, Event{Kind: monitoring.ChildRestarted})

	send(t, a, Crash{errBoom})
	assert.Equal(t, 2, s.Events.ExpectRestart("a", errBoom).Restarts)
	send(t, a, Crash{})
	assert.Equal(t, 3, s.Events.ExpectRestart("/test/a", nil).Restarts)
	assert.Empty(t, s.Events.Expect(), "nothing expected is there at once")

	assert.Equal(t, "b", s.Events.Wait(Event{Kind: monitoring.ChildStarted, Child: "b"}).Child, "it was passed over long ago")

	kinds := map[monitoring.SupervisionKind]int{}
	for _, e := range s.Events.All() {
		kinds[e.Kind]++
	}
	assert.Equal(t, 2, kinds[monitoring.ChildStarted])
	assert.Equal(t, 3, kinds[monitoring.ChildRestarted])
}

// Each field that is set has to be like that.
func TestAlike(t *testing.T) {
	at := time.Now()
	full := Event{
		Time: at, Kind: monitoring.ChildFailed, Supervisor: "/s", Child: "c", Path: "/s/c", Type: "T", Incarnation: 1,
		Restarts: 2, MaxRestarts: 3, Window: time.Second, Strategy: "x", Affected: []string{"c"}, Reason: "r",
		Err: errors.Join(errBoom),
	}
	assert.True(t, alike(full, Event{}))
	like := full
	like.Err = errBoom
	assert.True(t, alike(full, like))
	for i, change := range []func(*Event){
		func(e *Event) { e.Time = at.Add(1) },
		func(e *Event) { e.Kind = monitoring.ChildStarted },
		func(e *Event) { e.Supervisor = "" },
		func(e *Event) { e.Child = "" },
		func(e *Event) { e.Path = "" },
		func(e *Event) { e.Type = "" },
		func(e *Event) { e.Incarnation = 0 },
		func(e *Event) { e.Restarts = 0 },
		func(e *Event) { e.MaxRestarts = 0 },
		func(e *Event) { e.Window = 0 },
		func(e *Event) { e.Strategy = "" },
		func(e *Event) { e.Affected = nil },
		func(e *Event) { e.Reason = "" },
		func(e *Event) { e.Err = nil },
	} {
		other := full
		change(&other)
		assert.False(t, alike(other, like), "change %d", i)
	}
}

// A recorder serves a system that is started elsewhere.
func TestRecorderAlone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := NewRecorder(t)
		cfg := systemOf(counterSpec("a"))
		cfg.Name = "own"
		cfg.Monitors.Supervision = r.Monitor()
		s, err := system.Start(t.Context(), cfg)
		require.NoError(t, err)
		require.NoError(t, s.Shutdown(t.Context()))
		r.Expect(Event{Kind: monitoring.ChildStarted, Child: "a"}, Event{Kind: monitoring.ChildStopped, Child: "a"})
	})
}

func TestRecorderFailures(t *testing.T) {
	for _, r := range []struct {
		name string
		do   func(s *System)
		want string
	}{
		{"an event is missing", func(s *System) {
			send(s.t, lookup(s.t, s, "a"), Crash{errBoom})
			s.Events.Expect(
				Event{Kind: monitoring.ChildFailed, Child: "a"},
				Event{Child: "a", Restarts: 2, Err: errBoom},
			)
		}, text(
			"actortest: an event did not come within 3s",
			"	want: any event, child=a, restarts=2, error=\"boom\"",
			"	that is number 2 of the 2 expected in order",
			"	recorded:",
			"		  child started, supervisor=/test, child=a, path=/test/a, type=Counter, incarnation=1",
			"		  child failed, supervisor=/test, child=a, path=/test/a, type=Counter, incarnation=1, reason=failure, error=\"boom\"",
			"		  strategy applied, supervisor=/test, strategy=one_for_one, affected=[a]",
			"		  child restarted, supervisor=/test, child=a, path=/test/a, type=Counter, incarnation=2, restarts=1",
		)},
		{"an event is awaited in vain", func(s *System) { s.Events.Wait(Event{Child: "b"}) }, text(
			"actortest: an event did not come within 3s",
			"	want: any event, child=b",
			"	recorded:",
			"		  child started, supervisor=/test, child=a, path=/test/a, type=Counter, incarnation=1",
		)},
		{"an event too many", func(s *System) {
			s.Events.Within = time.Minute
			s.Events.Expect(Event{Kind: monitoring.ChildStarted})
			time.AfterFunc(time.Second, func() { _ = lookup(s.t, s, "a").TrySend(Leave{}) })
			s.Events.ExpectNone(time.Second, Event{Kind: monitoring.ChildStopped})
		}, text(
			"actortest: an event came that was not expected",
			"	got:  child stopped, supervisor=/test, child=a, path=/test/a, type=Counter, incarnation=1, reason=normal",
			"	like: child stopped",
			"	recorded:",
			"		✓ child started, supervisor=/test, child=a, path=/test/a, type=Counter, incarnation=1",
			"		  child stopped, supervisor=/test, child=a, path=/test/a, type=Counter, incarnation=1, reason=normal",
			"		  strategy applied, supervisor=/test, strategy=one_for_one, affected=[a]",
			"		  child restarted, supervisor=/test, child=a, path=/test/a, type=Counter, incarnation=2, restarts=1",
		)},
	} {
		t.Run(r.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				assert.Equal(t, r.want, fails(t, func(t testing.TB) { r.do(NewSystem(t, systemOf(counterSpec("a")))) }))
			})
		})
	}
}
