package actor

import (
	"fmt"
	"time"

	"github.com/understudy-go/understudy/monitoring"
)

// begin starts an incarnation.
type begin struct{ inc *incarnation }

func (s begin) apply(c *core) bool {
	inc := s.inc
	c.mu.Lock() // held by Start until Stop can find the incarnation
	c.reopen()
	c.inc = inc
	c.mu.Unlock()
	if inc.isBarred() { // it was stopped before it began
		return c.conclude(Exit{Kind: Shutdown})
	}
	if c.register != "" {
		added, err := inc.runtime().registry.add(c.register, c)
		if err != nil {
			return c.conclude(Exit{Kind: Failure, Err: err})
		}
		if added {
			c.observeRegistered(monitoring.ActorRegistered)
		}
	}
	inc.watched = c.watches()
	exit, mine := c.body.create(inc)
	if !mine {
		return false
	}
	if exit.Err != nil {
		return c.conclude(exit)
	}
	inc.created = true
	c.countStarted()
	inc.enter(receiving)
	if !inc.waiting {
		inc.report(nil)
	}
	return true
}

// report tells the parent how the start went, once.
func (i *incarnation) report(err error) {
	i.reported = err == nil
	i.waiting = false
	i.host.Started(err)
	if err == nil {
		i.core.observeStarted(i)
	}
}

// readiness is what the function that DeferStart gave was called with.
type readiness struct {
	inc *incarnation
	err error
}

func (s readiness) apply(c *core) bool {
	switch {
	case c.inc != s.inc || s.inc.phase != receiving || !s.inc.waiting:
		return true
	case s.err != nil:
		return c.conclude(Exit{Kind: classify(c.inc, s.err), Err: s.err})
	default:
		s.inc.report(nil)
		return true
	}
}

// halt asks an incarnation to end: after the message in hand, or after all
// that wait now.
type halt struct {
	inc   *incarnation
	drain bool
}

func (s halt) apply(c *core) bool {
	inc := s.inc
	if !s.drain {
		inc.cancel(ErrShutdown) // Stop may not have come to it yet
	}
	switch {
	case c.inc != inc:
		return true
	case inc.phase == reaping: // it was ending already; now there may be less time
		if kid, n := inc.kids.last(); kid != nil {
			kid.stop(inc.share(n))
		}
		return true
	case inc.phase != receiving:
		return true
	case inc.trap != nil:
		return inc.trap(Stopping{Within: inc.left()})
	case s.drain && c.body.depth() > 0:
		inc.drain = c.body.depth()
		return true
	default:
		return c.conclude(Exit{Kind: Shutdown})
	}
}

// conclude begins the end of the incarnation. The order from here on is: no
// more messages; the context and the timers are cancelled; children are
// stopped, last first; the stop hook runs; asks that were taken fail; the end
// is published. Nobody is told of the end before all of this is done.
func (c *core) conclude(exit Exit) bool {
	inc := c.inc
	if exit.Err == ErrStop || exit.Err == ErrShutdown { //nolint:errorlint // the bare sentinel says no more than the kind does
		exit.Err = nil
	}
	exit.Incarnation = inc.number
	exit.At = time.Now()
	exit.Depth = c.body.depth()
	inc.exit = exit
	inc.enter(reaping)
	inc.kids.seal()
	inc.revoke()
	inc.cancel(ErrShutdown)
	return c.reap()
}

// reap stops the youngest child that is left, or goes on if there is none. It
// is called again when that child has ended.
func (c *core) reap() bool {
	inc := c.inc
	if kid, n := inc.kids.last(); kid != nil {
		kid.stop(inc.share(n))
		return true
	}
	inc.enter(closing)
	if inc.created && !inc.fence.isCut() {
		if !c.body.stopped(inc, inc.exit) {
			return false
		}
	}
	c.finish()
	return true
}

// finish publishes the end.
func (c *core) finish() {
	inc := c.inc
	cause := inc.exit.Err
	if cause == nil {
		cause = ErrStopped
	}
	c.body.drop(cause)
	inc.failHeld(unanswered(inc.exit))
	for _, child := range inc.kids.leftover() {
		if !c.isOwn(child) {
			c.release(child, cause)
		}
	}
	c.retiring.Wait()
	inc.enter(over)
	inc.disarm()
	c.countStopped(inc)
	c.observeStopped(inc)
	if inc.retire {
		c.shut(inc.retireCause)
	}
	c.mu.Lock()
	c.current.Store(nil)
	c.inc = nil
	if inc.retire {
		c.publish(inc.retireCause)
	}
	c.mu.Unlock()
	if inc.reported {
		inc.host.Ended(inc.exit)
		return
	}
	inc.host.Started(startError(inc.exit))
}

// startError is what the parent of an incarnation that never got ready is
// told.
func startError(exit Exit) error {
	switch {
	case exit.Err != nil:
		return exit.Err
	case exit.Kind == Shutdown:
		return ErrShutdown
	default:
		return fmt.Errorf("actor: ended before it was ready: %v", exit.Kind)
	}
}

// stoppedBy is what callers who were waiting for the actor are told. The cause
// may be a user's error, so none of its methods is called to look into it.
func stoppedBy(cause error) error {
	if cause == nil || cause == ErrStopped { //nolint:errorlint // see above
		return ErrStopped
	}
	return fmt.Errorf("%w: %w", ErrStopped, cause)
}
