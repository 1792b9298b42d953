package actor

import (
	"errors"
	"fmt"
	"time"
)

// hookGrace is the time that the stop hook of an idle actor has when no time
// was given to stop. Without it no hook could be told from a stuck one.
const hookGrace = 10 * time.Millisecond

// expire is called when the time to end is over, from a timer's goroutine or
// from the one that allowed no time. User code that is running is abandoned; if
// none is, the run loop is told.
func (i *incarnation) expire() {
	if !i.fence.abandon() {
		i.core.tell(overdue{i})
		return
	}
	go i.core.resume(i, i.abandoned())
}

// abandoned is the end of an incarnation that did not end in time.
func (i *incarnation) abandoned() Exit {
	i.mu.Lock()
	defer i.mu.Unlock()
	return Exit{Kind: Abandoned, Err: &AbandonedError{
		Path:        i.core.Path(),
		Incarnation: i.number,
		State:       phaseNames[i.phase],
		For:         time.Since(i.asked),
	}}
}

// resume takes the run over on a new goroutine, from one that was abandoned or
// is ending by runtime.Goexit. What the run loop wrote before it entered user
// code is visible here, for the fence was swapped since.
func (c *core) resume(inc *incarnation, exit Exit) {
	switch inc.phase {
	case closing:
		inc.hookFailed(exit)
		c.finish()
	case receiving:
		exit = c.body.blame(inc, exit)
		if e, ok := errors.AsType[*AbandonedError](exit.Err); ok {
			e.Message = exit.Message
		}
		fallthrough
	default:
		if !c.conclude(exit) {
			return
		}
	}
	c.run()
}

// hookFailed adds to the end of an incarnation that its stop hook went wrong. A
// hook that had to be abandoned makes the end an abandonment; otherwise the
// reason for which the hook ran stays the kind of the end.
func (i *incarnation) hookFailed(hook Exit) {
	if hook.Kind == Abandoned {
		i.exit.Kind = Abandoned
	}
	i.exit.Err = errors.Join(i.exit.Err, fmt.Errorf("stop hook: %w", hook.Err))
}

// overdue tells the run loop that the time to end is over while no user code
// was running.
type overdue struct{ inc *incarnation }

func (s overdue) apply(c *core) bool {
	inc := s.inc
	if c.inc != inc {
		return true
	}
	switch inc.phase {
	case receiving: // asked to stop, but draining, or trapping the stop
		if inc.trap == nil {
			return c.conclude(Exit{Kind: Shutdown})
		}
		return c.conclude(Exit{Kind: Abandoned, Err: inc.abandoned().Err})
	case reaping: // a child does not keep its promise: leave it behind
		for kid, _ := inc.kids.last(); kid != nil; kid, _ = inc.kids.last() {
			kid.child.Stop(0)
			inc.kids.remove(kid)
			retire(kid.child, ErrStopped)
		}
		inc.exit.Kind, inc.exit.Err = Abandoned, inc.abandoned().Err
		return c.reap()
	default:
		return true
	}
}
