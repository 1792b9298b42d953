package system

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
)

// Shutdown stops the system: what was spawned first, then the root's children,
// last first, each with its own shutdown policy. It returns when nothing runs
// any more, within ctx's deadline, or Config.ShutdownTimeout if that is
// earlier or there is no deadline; policies that would take longer are cut
// short. When ctx is cancelled, no more time is given.
//
// The error joins what did not stop in order. Actors that did not stop in time
// are abandoned, and each is named by an *[actor.AbandonedError] with its path,
// what it was doing and for how long. If the root had ended by itself before,
// the error is the reason. Further calls wait for the same end and return the
// same error.
//
// A handler of the system cannot wait for its own end: it is told
// [actor.ErrDeadlock]. It may call Shutdown on a goroutine of its own, with a
// context that is not its own.
func (s *ActorSystem) Shutdown(ctx context.Context) error {
	if path := actor.Caller(ctx); path != "" {
		return &actor.DeadlockError{Path: []string{path, "system.Shutdown", path}}
	}
	within := s.timeout
	if by, ok := ctx.Deadline(); ok {
		within = min(within, max(time.Until(by), 0))
	}
	s.stopping.Do(func() { go s.shutdown(within) })
	select {
	case <-s.done:
		return s.err
	case <-ctx.Done():
	}
	s.hurried.Do(func() { close(s.hurry) })
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
	s.stopping.Do(func() { go s.shutdown(s.timeout) })
}

// shutdown stops everything within a time, and says so.
func (s *ActorSystem) shutdown(within time.Duration) {
	began := time.Now()
	err := s.stop(within)
	ctx, cancel := context.WithTimeout(context.Background(), flushTime(within, began))
	defer cancel()
	s.observe(monitoring.SystemShutdown, "", err)
	s.err = errors.Join(err, s.close(ctx))
	close(s.done)
}

// flushTime is what is left for the last spans and events to go out, and a
// moment in any case.
func flushTime(within time.Duration, began time.Time) time.Duration {
	const least, most = 100 * time.Millisecond, 5 * time.Second
	return max(min(within-time.Since(began), most), least)
}

// stop stops what was spawned, then the root, within a time.
func (s *ActorSystem) stop(within time.Duration) error {
	deadline := time.Now().Add(within)
	var errs []error
	for i, t := range []*top{s.spawned, s.root} {
		left := within
		if within != actor.Forever {
			left = max(time.Until(deadline), 0)
			if i == 0 {
				left /= 2 // the root is to have its time as well
			}
		}
		errs = append(errs, s.end(t, left))
	}
	return errors.Join(errs...)
}

// end stops one of the system's supervisors and ends its address.
func (s *ActorSystem) end(t *top, within time.Duration) error {
	if t.process.Incarnation() > 0 {
		t.process.Stop(within)
		select {
		case <-t.ended:
		case <-s.hurry:
			t.process.Stop(0)
			<-t.ended
		}
	}
	cause := t.exit.Err
	t.process.Retire(cause)
	<-t.process.Done()
	if cause == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", t.process.Name(), cause)
}

// close sends out what telemetry still holds, and the goroutines away.
func (s *ActorSystem) close(ctx context.Context) error {
	s.runtime.Dismiss()
	if err := s.telemetry.Close(ctx); err != nil {
		return fmt.Errorf("system: telemetry: %w", err)
	}
	return nil
}
