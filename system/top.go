package system

import (
	"context"
	"errors"

	"github.com/understudy-go/understudy/actor"
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
