package supervision_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
)

// liveSilent keeps the tests' output free of what goes wrong on purpose.
var liveSilent = slog.New(slog.DiscardHandler)

// errLive is what live children fail with.
var errLive = errors.New("boom")

// liveDo is the message of live actors: what the handler is to do.
type liveDo func(ctx context.Context) error

func liveFail(context.Context) error    { return errLive }
func liveNothing(context.Context) error { return nil }

// liveSpec declares an actor that does what it is told.
func liveSpec(name string) actor.Spec[liveDo] {
	return actor.Spec[liveDo]{
		Name: name,
		New: func(context.Context, *actor.Self[liveDo]) (actor.Actor[liveDo], error) {
			return actor.Func[liveDo](func(ctx context.Context, do liveDo) error { return do(ctx) }), nil
		},
	}
}

func liveNew(name string) *actor.Process[liveDo] { return actor.New(liveSpec(name)) }

// liveCall has something done by an actor and returns what came of it.
func liveCall(t *testing.T, to *actor.Process[liveDo], do liveDo) error {
	t.Helper()
	got := make(chan error, 1)
	require.NoError(t, to.Send(context.Background(), func(ctx context.Context) error {
		got <- do(ctx)
		return nil
	}))
	return <-got
}

// liveSup is a supervisor that runs by itself, outside of any other.
type liveSup struct {
	*actor.Process[supervision.Message]
	started chan error
	ended   chan actor.Exit
}

func (s *liveSup) Started(err error)     { s.started <- err }
func (s *liveSup) Ended(exit actor.Exit) { s.ended <- exit }

// liveStart starts a supervisor, which the test is to stop.
func liveStart(t *testing.T, p *actor.Process[supervision.Message]) *liveSup {
	t.Helper()
	return liveStartWith(t, p, nil)
}

// liveStartWith is liveStart with a telemetry.
func liveStartWith(t *testing.T, p *actor.Process[supervision.Message], tel *monitoring.Telemetry) *liveSup {
	t.Helper()
	s := liveBegin(p, tel)
	require.NoError(t, <-s.started)
	return s
}

// liveBegin starts a supervisor without waiting for it.
func liveBegin(p *actor.Process[supervision.Message], tel *monitoring.Telemetry) *liveSup {
	s := &liveSup{p, make(chan error, 1), make(chan actor.Exit, 1)}
	p.Start(actor.NewRuntime(monitoring.NewIDs(), tel).Context(context.Background()), s)
	return s
}

// stop stops the supervisor and returns its end.
func (s *liveSup) stop() actor.Exit {
	s.Stop(actor.Forever)
	exit := <-s.ended
	s.Retire(exit.Err)
	<-s.Done()
	return exit
}

// state returns the state of a child.
func (s *liveSup) state(t *testing.T, id string) supervision.State {
	t.Helper()
	info, err := supervision.Lookup(context.Background(), s.Ref, id)
	require.NoError(t, err)
	return info.State
}

func liveChildren(processes ...actor.Child) []supervision.Child {
	var children []supervision.Child
	for _, p := range processes {
		children = append(children, supervision.Child{Process: p})
	}
	return children
}
