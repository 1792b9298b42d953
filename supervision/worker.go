package supervision

import (
	"context"

	"github.com/understudy-go/understudy/actor"
)

// A worker is an actor that spends its life in one message, so that nothing can
// be asked of it between two. It cannot be resumed either.
type worker struct {
	*actor.Process[run]
	examiner examiner
}

// run is the one message of a worker: it handles it as long as it lives.
type run struct{}

func isWorker(child actor.Child) bool {
	_, ok := child.(*worker)
	return ok
}

// Check implements [actor.Checker].
func (w *worker) Check(ctx context.Context, report func(actor.Health)) {
	if w.examiner.ask == nil {
		report(actor.Healthy)
		return
	}
	w.examiner.Check(ctx, report)
}

// finished is the end of a run that returned err.
func finished(ctx context.Context, err error) error {
	switch {
	case err != nil:
		return err
	case ctx.Err() != nil:
		return actor.ErrShutdown
	default:
		return actor.ErrStop
	}
}
