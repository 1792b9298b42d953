package actor

import (
	"errors"
	"time"
)

// renew has another incarnation take the place of this one: the context and the
// timers are cancelled; the hooks run; asks that were taken fail; the children
// pass over; New makes the new value; the parent is told. Messages and
// children's events wait meanwhile. If the actor is asked to stop on the way,
// its hook has to be abandoned, or New fails, what has been left out of the
// order of an end is made up for: the children are stopped, and the end is
// published, as that of the incarnation that failed.
func (c *core) renew() bool {
	inc := c.inc
	c.settle(inc)
	inc.seal(false)
	inc.revoke()
	inc.unbindAll()
	inc.life.cancel()
	return c.close()
}

// succeed puts the next incarnation into the place of the one whose hooks have
// run.
func (c *core) succeed() bool {
	inc := c.inc
	next := inc.successor()
	if next == nil {
		inc.fate = Ends
		inc.exit.At = time.Now()
		return c.wane()
	}
	exit := inc.exit
	c.body.give(exit.Err)
	inc.failHeld(&exit)
	c.body.leave(&exit)
	inc.passKids(next)
	inc.enter(over)
	inc.disarm()
	c.countStopped(inc)
	c.observeStopped(inc)
	next.reported = true
	next.plans().replaced = &exit
	c.inc = next
	if next.isBarred() {
		return c.conclude(Exit{Kind: Shutdown})
	}
	return c.launch()
}

// successor makes the incarnation that takes this one's place; nil if there is
// to be none. Whoever asks the actor to stop from now on asks that one.
func (i *incarnation) successor() *incarnation {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.stopped {
		return nil
	}
	if i.fence.isCut() { // the time was the hook's; the children have theirs
		i.by = time.Time{}
		return nil
	}
	next := newIncarnation(i.life.base, i.core, i.host)
	i.succeeded = true
	i.core.current.Store(next) // it was not nil, so that Start need not be thought of
	return next
}

// replaces returns the end of the incarnation whose place this one takes, until the
// parent is told; nil: none.
func (i *incarnation) replaces() *Exit {
	if i.agenda == nil {
		return nil
	}
	return i.agenda.replaced
}

// end is how the incarnation has ended, as its parent is told. One that was to
// take the place of another and never got ready is no incarnation to the parent:
// what went wrong is added to the end of the other.
func (i *incarnation) end() *Exit {
	replaced := i.replaces()
	if replaced == nil {
		return &i.exit
	}
	return i.joint(replaced)
}

// joint is the end of the incarnation before, with what this one adds to it.
//
//go:noinline // see takePlace
func (i *incarnation) joint(before *Exit) *Exit {
	exit := *before
	exit.At, exit.Depth = i.exit.At, i.exit.Depth
	if i.exit.Kind == Abandoned {
		exit.Kind = Abandoned
	}
	if i.exit.Err != nil {
		exit.Err = errors.Join(exit.Err, i.exit.Err)
	}
	return &exit
}
