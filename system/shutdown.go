package system

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
)

// Shutdown stops the system, phase by phase; see [Phase]. In PhaseActors it
// stops what was spawned first, then the root's children, last first, each with
// its own shutdown policy. It returns when nothing runs any more, within ctx's
// deadline, or Config.ShutdownTimeout if that is earlier or there is no deadline;
// policies and phases that would take longer are cut short. When ctx is
// cancelled, no more time is given than the moment it takes to cut off what is
// stuck, in each phase. So a program that ends because its own context is done
// gives context.WithoutCancel of that; Run does.
//
// The error joins what did not stop in order. Tasks that failed are named by a
// *[TaskError] each. Actors that did not stop in time are abandoned, and each is
// named by an *[actor.AbandonedError] with its path, what it was doing and for
// how long. If the root had ended by itself before, the error is the reason.
//
// A system ends once, however often and from wherever Shutdown is called, and
// also when it ends by itself: further calls wait for the same end and return the
// same error. The first one has set the deadline.
//
// A handler or a task of the system cannot wait for its own end: it is told
// [actor.ErrDeadlock]. It may call Shutdown on a goroutine of its own, with a
// context that is not its own.
func (s *ActorSystem) Shutdown(ctx context.Context) error {
	if path := actor.Caller(ctx); path != "" && ctx.Value(systemKey{}) == s {
		return &actor.DeadlockError{Path: []string{path, "system.Shutdown", path}}
	}
	if task, ok := ctx.Value(taskKey{}).(*taskOf); ok && task.system == s {
		return &actor.DeadlockError{Path: []string{task.name, "system.Shutdown", task.name}}
	}
	within := s.timeout
	if by, ok := ctx.Deadline(); ok {
		within = min(within, max(time.Until(by), 0))
	}
	s.begin(within, "requested")
	select {
	case <-s.done:
		return s.err
	case <-ctx.Done():
	}
	s.hurried()
	<-s.done
	return s.err
}

// watch shuts the system down when one of its supervisors ends by itself.
func (s *ActorSystem) watch() {
	select {
	case <-s.root.ended:
	case <-s.spawned.ended:
	case <-s.done:
		return
	}
	s.begin(s.timeout, "gave_up")
}

// begin begins the shutdown, unless it has begun.
func (s *ActorSystem) begin(within time.Duration, reason string) {
	s.stopping.Do(func() {
		close(s.closing)
		go s.shutdown(within, reason)
	})
}

// ending reports whether the system is about to end, or has ended.
func (s *ActorSystem) ending() bool {
	select {
	case <-s.closing:
	case <-s.root.ended:
	case <-s.spawned.ended:
	default:
		return false
	}
	return true
}

// shutdown stops everything within a time, and says so.
func (s *ActorSystem) shutdown(within time.Duration, reason string) {
	defer s.hurried() // lets go of the context
	began := time.Now()
	err := s.stop(within)
	s.observe(monitoring.SystemShutdown, reason, err)
	s.err = errors.Join(err, s.close(s.hurry, within-time.Since(began)))
	close(s.done)
}

// close sends the goroutines away, and out what telemetry still holds, within a
// time that ends when hurry is done. If it is done already, or no time is left,
// that is a moment, for these spans and events tell what went wrong.
func (s *ActorSystem) close(hurry context.Context, within time.Duration) error {
	const most = 5 * time.Second
	if hurry.Err() != nil {
		hurry, within = context.Background(), moment
	}
	ctx, cancel := context.WithTimeout(hurry, max(min(within, most), moment))
	defer cancel()
	var errs []error
	if err := s.runtime.Dismiss(ctx); err != nil {
		errs = append(errs, fmt.Errorf("system: actors still at work: %w", err))
	}
	if err := s.telemetry.Close(ctx); err != nil {
		errs = append(errs, fmt.Errorf("system: telemetry not flushed in time: %w", err))
	}
	return errors.Join(errs...)
}

// moment is the time that is taken where no time is given: for supervisors to
// collect who is stuck, and for telemetry to tell.
const moment = 100 * time.Millisecond

// stop ends everything within a time, phase by phase. All of it is one incident.
func (s *ActorSystem) stop(within time.Duration) error {
	began := time.Now()
	var errs []error
	var steps []monitoring.Step
	skip := false
	for p, more, ok := s.course.next(); ok; p, more, ok = s.course.next() {
		from := time.Now()
		left := share(p.Timeout, remains(within, began), more)
		if p.Name == PhaseActors {
			stops, err := s.stopActors(left)
			steps, errs = append(steps, stops...), append(errs, err)
			continue
		}
		if len(p.Tasks) == 0 {
			continue
		}
		var failed []error
		if skip {
			failed = p.skip()
		} else {
			failed = s.perform(p, left)
			steps = append(steps, monitoring.Step{
				Kind: monitoring.StepPhase, Child: p.Name, Begin: from, End: time.Now(),
				Err: errors.Join(failed...), Under: -1,
			})
		}
		skip = skip || p.Required && len(failed) > 0
		errs = append(errs, failed...)
	}
	s.report(began, steps)
	return errors.Join(errs...)
}

// remains returns what is left of a time that began then.
func remains(of time.Duration, began time.Time) time.Duration {
	if of == actor.Forever {
		return of
	}
	return max(of-time.Since(began), 0)
}

// share returns the time of a phase: its own, but no more than half of what is
// left while others come after it, so that none uses up everything; and at least
// the moment that is needed to see what is stuck.
func share(timeout, left time.Duration, more bool) time.Duration {
	if more && left != actor.Forever {
		left /= 2
	}
	return min(timeout, max(left, moment))
}

// report tells of a shutdown.
func (s *ActorSystem) report(began time.Time, steps []monitoring.Step) {
	s.telemetry.Report(&monitoring.Incident{
		Failure:   monitoring.Failure{Name: s.name, Kind: actor.Shutdown.String(), At: began},
		Directive: "shutdown",
		Begin:     began,
		End:       time.Now(),
		Steps:     steps,
	})
}

// stopActors stops what was spawned, then the root, within a time.
func (s *ActorSystem) stopActors(within time.Duration) (steps []monitoring.Step, err error) {
	began := time.Now()
	var errs []error
	for _, t := range []*top{s.spawned, s.root} {
		left := remains(within, began)
		if t == s.spawned && left != actor.Forever {
			left /= 2 // the root is to have its time as well
		}
		if t.runs() {
			steps = append(steps, t.stopping(t == s.spawned))
			s.telemetry.Expect(t.process.Path())
		}
		err := s.end(t, left)
		errs = append(errs, err)
		if n := len(steps); n > 0 && steps[n-1].End.IsZero() {
			steps[n-1].End, steps[n-1].Err = time.Now(), err
		}
	}
	return steps, errors.Join(errs...)
}

// end stops one of the system's supervisors and ends its address.
func (s *ActorSystem) end(t *top, within time.Duration) error {
	if t.process.Incarnation() > 0 {
		if within == 0 {
			within = moment
		}
		t.process.Stop(within)
		select {
		case <-t.ended:
		case <-s.hurry.Done():
			t.process.Stop(moment)
			<-t.ended
		}
	}
	cause := t.exit.Err
	t.process.Retire(cause)
	<-t.process.Done()
	if cause == nil || !t.ready { // why it did not start has been told
		return nil
	}
	return fmt.Errorf("%s: %w", t.process.Name(), cause)
}
