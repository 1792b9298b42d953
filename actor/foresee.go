package actor

import (
	"errors"
	"fmt"
)

// foresee asks the parent what is to become of the incarnation that is ending,
// if there is a value whose fate can differ. Abandoned code ends in one way only, and
// what cannot go on ends in the same way whether it is restarted or not, unless it has
// a hook for that.
func (c *core) foresee() bool {
	inc := c.inc
	parent, ok := inc.host.(Overseer)
	if !ok || !inc.created || inc.fence.isCut() || !hasPolicy(inc.host) {
		return c.wane()
	}
	if !inc.passable && !c.body.hooksRestarts() {
		return c.wane()
	}
	return c.askParent(parent)
}

// askParent is foresee where the parent is asked. Without a policy an end need not
// have the room on the stack that this takes.
//
//go:noinline
func (c *core) askParent(parent Overseer) bool {
	inc := c.inc
	inc.enter(judging)
	exit, says := inc.exit, Ends
	return c.callThen(inc, func() error {
		says = parent.Foresee(exit)
		return nil
	}, func(trouble Exit) bool {
		switch {
		case trouble.Kind == Abandoned:
			inc.exit.Kind, inc.exit.Err = Abandoned, errors.Join(inc.exit.Err, trouble.Err)
		case trouble.Err != nil:
			c.recordTrouble(fmt.Errorf("foresee: %w", trouble.Err))
		default:
			inc.fate = says
		}
		return c.obey(parent)
	})
}

// hasPolicy is false of a parent that is an actor and lets all its children end.
func hasPolicy(h Host) bool {
	k, ok := h.(*kid)
	return !ok || k.judge != nil
}

// obey does what the parent says, as far as that is possible.
func (c *core) obey(parent Overseer) bool {
	inc := c.inc
	switch inc.fate {
	case Resumes:
		if inc.canResume() {
			return c.passOver(parent)
		}
		inc.fate = Ends
	case Renews:
		if inc.canRenew() {
			return c.renew()
		}
		inc.fate = Restarts
	case Ends, Restarts:
	default:
		inc.fate = Ends
	}
	return c.wane()
}

// canResume reports whether the incarnation can go on: its message failed, and
// it is not to stop. One that drains goes on draining.
func (i *incarnation) canResume() bool {
	return i.passable && !i.isBarred() && (i.trap() == nil || !i.isStopped())
}

// canRenew reports whether another incarnation can take the place of this one.
func (i *incarnation) canRenew() bool {
	return i.passable && !i.retire && !i.isStopped()
}

// passOver has the incarnation go on after the message that failed, which is
// done with: it counts as handled, and its ask fails.
func (c *core) passOver(parent Overseer) bool {
	inc := c.inc
	exit := inc.exit
	c.meter.Failed(exit.Kind.String())
	inc.exit, inc.passable, inc.fate = Exit{}, false, Ends
	inc.enter(receiving) // first: whoever has assigned the message may look
	c.body.give(exit.Err)
	c.settle(inc)
	inc.followUp()
	inc.idle().touch()
	parent.Continued(exit, Resumes)
	return true
}
