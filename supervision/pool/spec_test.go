package pool

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/supervision"
)

func TestSpecNamesEveryWrongField(t *testing.T) {
	good := func(route Route) Spec[note] { return new(book).spec(2, route) }
	for field, spec := range map[string]func() Spec[note]{
		"Name":              func() Spec[note] { s := good(RoundRobin); s.Name = ""; return s },
		"Size":              func() Spec[note] { s := good(RoundRobin); s.Size = -1; return s },
		"Route":             func() Spec[note] { s := good(RoundRobin); s.Route = Pull + 1; return s },
		"Key":               func() Spec[note] { s := good(ByKey); s.Key = nil; return s },
		"Worker.New":        func() Spec[note] { s := good(RoundRobin); s.Worker.New = nil; return s },
		"Worker":            func() Spec[note] { s := good(RoundRobin); s.Worker.Invalid = errBoom; return s },
		"Worker.Name":       func() Spec[note] { s := good(RoundRobin); s.Worker.Name = "a/b"; return s },
		"Worker.Registered": func() Spec[note] { s := good(RoundRobin); s.Worker.Registered = "me"; return s },
		"Worker.Owns":       func() Spec[note] { s := good(RoundRobin); s.Worker.Owns = []actor.Child{&ending{}}; return s },
		"Worker.Mailbox":    func() Spec[note] { s := good(Pull); s.Worker.Mailbox = mailbox.Config{Capacity: 3}; return s },
		"Supervisor.Name":   func() Spec[note] { s := good(RoundRobin); s.Supervisor.Name = "x"; return s },
		"Supervisor.Children": func() Spec[note] {
			s := good(RoundRobin)
			s.Supervisor.Children = make([]supervision.Child, 1)
			return s
		},
		"Supervisor.MaxChildren": func() Spec[note] { s := good(RoundRobin); s.Supervisor.MaxChildren = 3; return s },
		"Supervisor.Strategy":    func() Spec[note] { s := good(RoundRobin); s.Supervisor.Strategy = supervision.OneForAll; return s },
		"Capacity":               func() Spec[note] { s := good(RoundRobin); s.Capacity = 3; return s },
		"Attempts":               func() Spec[note] { s := good(RoundRobin); s.Attempts = 3; return s },
		"Defaults.StartTimeout":  func() Spec[note] { s := good(RoundRobin); s.Supervisor.Defaults.StartTimeout = -1; return s },
	} {
		t.Run(field, func(t *testing.T) {
			p := New(spec())
			err := p.Supervisor.Validate()
			require.ErrorIs(t, err, supervision.ErrInvalidSpec)
			wrong, ok := errors.AsType[*supervision.SpecError](err)
			require.True(t, ok)
			assert.Equal(t, field, wrong.Field)

			require.ErrorIs(t, p.Send(t.Context(), note{}), supervision.ErrInvalidSpec)
			require.ErrorIs(t, p.TrySend(note{}), supervision.ErrInvalidSpec)
			require.ErrorIs(t, p.Resize(t.Context(), 1), supervision.ErrInvalidSpec)
			_, err = actor.Ask(t.Context(), p.Ref, func(actor.Reply[int]) note { return note{} })
			require.ErrorIs(t, err, supervision.ErrInvalidSpec)
		})
	}
	for name, field := range map[string]func(*Spec[note]){
		"Capacity": func(s *Spec[note]) { s.Capacity = -1 },
		"Attempts": func(s *Spec[note]) { s.Attempts = -1 },
		"Key":      func(s *Spec[note]) { s.Key = func(note) string { return "" } },
		"Size":     func(s *Spec[note]) { s.Size = -1 },
	} {
		s := good(Pull)
		field(&s)
		require.ErrorContains(t, New(s).Supervisor.Validate(), name)
	}
}

func TestZeroMeansADefault(t *testing.T) {
	p := New(Spec[note]{Name: "pool", Worker: new(book).worker()})
	require.NoError(t, p.Supervisor.Validate())
	assert.Equal(t, runtime.GOMAXPROCS(0), p.Size())
	assert.Equal(t, "worker-1", firstOf(p).Name())
	assert.Equal(t, 3, p.r.spec.Attempts)
	p.Supervisor.Retire(nil)
	<-p.Supervisor.Done()
	require.ErrorIs(t, p.Send(context.Background(), note{}), actor.ErrStopped)
}

func TestRouteNames(t *testing.T) {
	for route, want := range map[Route]string{
		RoundRobin: "round_robin", Random: "random", LeastLoaded: "least_loaded",
		ByKey: "by_key", Broadcast: "broadcast", Pull: "pull", Pull + 1: "Route(6)",
	} {
		assert.Equal(t, want, route.String())
	}
}

func TestErrorText(t *testing.T) {
	require.EqualError(t, ErrEmpty, "pool: no worker")
	require.EqualError(t, ErrBroadcast, "pool: a broadcast has no answer")
	require.EqualError(t, &SizeError{-2}, "pool: size: -2 is negative")
}

func TestTheEndOfTheQueueIsNeverStarted(t *testing.T) {
	ends := 0
	e := &ending{func() { ends++ }}
	assert.Equal(t, "ending", e.Name())
	h := &told{}
	e.Start(t.Context(), h)
	e.Stop(0)
	require.ErrorIs(t, h.err, actor.ErrIgnore)
	assert.Zero(t, ends)
	e.Retire(nil)
	assert.Equal(t, 1, ends)
}

// told is a host that keeps what it is told.
type told struct{ err error }

func (h *told) Started(err error) { h.err = err }
func (*told) Ended(actor.Exit)    {}
