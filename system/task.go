package system

import (
	"context"
	"time"

	"github.com/understudy-go/understudy/actor"
)

// taskKey finds the taskOf in the context of a task.
type taskKey struct{}

// A taskOf says whose task it is.
type taskOf struct {
	system *ActorSystem
	name   string
}

// perform does the tasks of a phase side by side. It returns what became of
// those that have failed when all have returned, the time is over, or nobody
// waits for the shutdown any more and they have had a moment to notice.
func (s *ActorSystem) perform(p Phase, within time.Duration) (errs []error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	type end struct {
		task int
		err  error
	}
	ends := make(chan end, len(p.Tasks)) // so that who is late finds room
	results := make([]error, len(p.Tasks))
	for i, t := range p.Tasks {
		results[i] = ErrTaskTimeout
		ctx := context.WithValue(ctx, taskKey{}, &taskOf{s, p.Name + "/" + t.Name})
		actor.Go(func() error { return t.Run(ctx) }, func(err error) { ends <- end{i, err} })
	}
	timer := time.NewTimer(within)
	defer timer.Stop()
	hurry := s.hurry.Done()
	for open := len(p.Tasks); open > 0; {
		select {
		case e := <-ends:
			results[e.task] = e.err
			open--
		case <-hurry:
			cancel(ErrTaskTimeout)
			timer.Reset(min(within, moment))
			hurry = nil
		case <-timer.C:
			cancel(ErrTaskTimeout)
			open = 0
		}
	}
	for i, err := range results {
		if err != nil {
			errs = append(errs, &TaskError{p.Name, p.Tasks[i].Name, err})
		}
	}
	return errs
}

// skip is perform for a phase that is left out.
func (p Phase) skip() (errs []error) {
	for _, t := range p.Tasks {
		errs = append(errs, &TaskError{p.Name, t.Name, ErrTaskSkipped})
	}
	return errs
}
