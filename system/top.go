package system

import (
	"context"
	"errors"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
)

// A top is a supervisor that no other supervises. It is its own Host.
type top struct {
	process *actor.Process[supervision.Message]
	started chan error // holds one value
	ready   bool       // set by start
	ended   chan struct{}
	exit    actor.Exit // set before ended is closed
}

func newTop(p *actor.Process[supervision.Message]) *top {
	return &top{process: p, started: make(chan error, 1), ended: make(chan struct{})}
}

// runs reports whether there is something to stop.
func (t *top) runs() bool {
	select {
	case <-t.ended:
		return false
	default:
		return t.process.Incarnation() > 0
	}
}

// stopping is the record of a stop that begins now. A supervisor that has never
// been used is not worth telling.
func (t *top) stopping(ifAny bool) monitoring.Step {
	return monitoring.Step{
		Kind: monitoring.StepStop, Child: t.process.Name(), Path: t.process.Path(), Type: t.process.Type(),
		Incarnation: t.process.Incarnation(), Begin: time.Now(), Reason: "shutdown", Under: -1, IfAny: ifAny,
	}
}

// Started implements actor.Host.
func (t *top) Started(err error) {
	if err != nil {
		t.exit.Err = err
		close(t.ended)
	}
	t.started <- err
}

// Ended implements actor.Host.
func (t *top) Ended(exit actor.Exit) {
	t.exit = exit
	close(t.ended)
}

// start waits until the supervisor is ready, or ctx is done. Then it is
// stopped, and what had to be left behind is told along with ctx's cause.
func (t *top) start(ctx, in context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	t.process.Start(in, t)
	select {
	case err := <-t.started:
		t.ready = err == nil
		return err
	case <-ctx.Done():
	}
	t.process.Stop(moment)
	<-t.ended
	if t.exit.Err == actor.ErrShutdown { //nolint:errorlint // bare, it says no more than that it was stopped
		return context.Cause(ctx)
	}
	return errors.Join(context.Cause(ctx), t.exit.Err)
}
