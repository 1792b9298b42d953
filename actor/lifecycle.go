package actor

import (
	"fmt"
	"time"

	"github.com/understudy-go/understudy/internal/yield"
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
		return c.unbegun(Shutdown, nil)
	}
	if name := c.registered(); name != "" {
		added, err := inc.runtime().registry.add(name, c)
		if err != nil {
			return c.unbegun(Failure, err)
		}
		if added {
			c.observeRegistered(monitoring.ActorRegistered)
		}
	}
	return c.launch()
}

// launch runs New, and reports the start unless the actor is to do so itself.
func (c *core) launch() bool {
	inc := c.inc
	inc.watched = c.watches()
	inc.heeded = inc.watched
	failed, mine := c.body.create(inc)
	if !mine {
		return false
	}
	if failed != nil {
		return c.fail(failed)
	}
	inc.created = true
	c.countStarted()
	inc.enter(receiving)
	if !inc.waiting {
		inc.report()
	}
	return true
}

// unbegun ends an incarnation whose New is not called.
//
//go:noinline // see takePlace
func (c *core) unbegun(kind Kind, err error) bool { return c.conclude(Exit{Kind: kind, Err: err}) }

// fail ends an incarnation whose New has failed.
//
//go:noinline // see takePlace
func (c *core) fail(exit *Exit) bool { return c.conclude(*exit) }

// report tells the parent, once, that the incarnation is ready.
func (i *incarnation) report() {
	i.reported = true
	i.waiting = false
	k, isKid := i.host.(*kid)
	switch e := i.replaces(); {
	case e != nil:
		i.takePlace(e)
	case isKid:
		k.parent().hear(kidStarted{i}, i.core)
	default:
		i.host.Started(nil)
	}
	i.core.observeStarted(i)
}

// takePlace is the report of an incarnation that comes after one that ended so. It is
// apart from the usual one, since an Exit needs much room on the stack, which a
// goroutine that is new does not have.
//
//go:noinline
func (i *incarnation) takePlace(e *Exit) {
	i.agenda.replaced = nil
	i.host.(Overseer).Continued(*e, Renews) //nolint:errcheck,forcetypeassert // it has said so
}

// heed tells the parent that the incarnation is ready if that was said and has
// not been looked at: what is said before an end is told before it.
func (i *incarnation) heed() {
	if i.phase == receiving && i.waiting && i.saidReady() {
		i.report()
	}
}

// readiness is what the function that DeferStart gave was called with first.
type readiness struct {
	inc *incarnation
	err error
}

func (s readiness) apply(c *core) bool {
	switch {
	case s.inc.phase != receiving || !s.inc.waiting:
		return true
	case s.err != nil:
		return c.conclude(Exit{Kind: classify(c.inc, s.err), Err: s.err})
	default:
		s.inc.report()
		return true
	}
}

// halt asks an incarnation to end after the message in hand; drainage, after all
// that wait now. Each is one pointer, which a signal holds without allocating.
type (
	halt     struct{ inc *incarnation }
	drainage struct{ inc *incarnation }
)

func (s halt) apply(c *core) bool {
	s.inc.life.cancel() // Stop may not have come to it yet
	return c.stop(s.inc, false)
}

func (s drainage) apply(c *core) bool { return c.stop(s.inc, true) }

// stop does what the incarnation was asked to.
func (c *core) stop(inc *incarnation, drain bool) bool {
	trap := inc.trap()
	switch {
	case inc.phase == reaping: // it was ending already; now there may be less time
		if kid, n := inc.lastKid(); kid != nil {
			inc.stopKid(kid, inc.share(n))
		}
		return true
	case inc.phase != receiving: // it is over
		return true
	case trap != nil:
		return trap(Stopping{Within: inc.left()})
	case drain:
		inc.drain = c.body.depth()
		return true
	default:
		return c.conclude(Exit{Kind: Shutdown})
	}
}

// failed is conclude for an end that began in Receive: the parent may have the
// actor go on.
func (c *core) failed(exit Exit) bool {
	inc := c.inc
	inc.heed()
	switch exit.Kind {
	case Failure, Panic, Goexit:
		inc.passable = !inc.waiting
	default:
	}
	return c.conclude(exit)
}

// conclude begins the end of the incarnation, unless the parent has it go on.
// The order from here on is: no more messages; the parent is asked what it
// foresees; the context and the timers are cancelled; children are stopped,
// last first; the hooks run, that for a restart before that for every end; asks
// that were taken fail; the end is published. Nobody is told of the end before
// all of this is done.
//
// A renewal leaves the children out, and in place of publishing the end makes
// another incarnation; see renew.
func (c *core) conclude(exit Exit) bool {
	inc := c.inc
	inc.heed()
	if exit.Err == ErrStop || exit.Err == ErrShutdown { //nolint:errorlint // the bare sentinel says no more than the kind does
		exit.Err = nil
	}
	exit.Incarnation = inc.number
	exit.At = time.Now()
	exit.Depth = c.body.depth() + int(c.isAside())
	inc.mu.Lock()
	inc.itsEnd()
	inc.mu.Unlock()
	inc.exit = exit
	return c.foresee()
}

// wane has the children stop, as a part of the end.
func (c *core) wane() bool {
	inc := c.inc
	inc.enter(reaping)
	inc.seal(true)
	inc.revoke()
	inc.unbindAll()
	inc.life.cancel()
	return c.reap()
}

// reap stops the youngest child that is left, or goes on if there is none. It
// is called again when that child has ended.
func (c *core) reap() bool {
	inc := c.inc
	if kid, n := inc.lastKid(); kid != nil {
		inc.stopKid(kid, inc.share(n))
		return true
	}
	return c.close()
}

// finish publishes the end.
func (c *core) finish() {
	inc := c.inc
	exit := inc.end()
	cause := exit.Err
	if cause == nil {
		cause = ErrStopped
	}
	c.body.give(undone(exit))
	c.body.forget()
	inc.failHeld(exit)
	if inc.created && !inc.retire {
		c.body.leave(exit)
	}
	if inc.leaves() {
		c.releaseLeftover(cause)
	}
	c.free()
	c.awaitRetiring()
	inc.enter(over)
	inc.disarm()
	c.countStopped(inc)
	c.observeStopped(inc)
	if inc.retire {
		c.shut(inc.agenda.retireCause)
	}
	yield.Point()
	c.mu.Lock()
	c.current.Store(nil)
	c.inc = nil
	o := c.obituary()
	o.lived, o.kind, o.err = true, exit.Kind, exit.Err
	if inc.retire {
		c.publishAndUnlock(inc.agenda.retireCause)
	} else {
		c.mu.Unlock()
	}
	yield.Point()
	inc.tellEnd(exit)
}

//go:noinline // see takePlace
func (c *core) releaseLeftover(cause error) {
	for _, child := range c.inc.leftover() {
		if !c.isOwn(child) {
			c.release(child, cause, nil)
		}
	}
}

// publishAndUnlock has everybody see and told that the address has ended. It is called
// with mu held.
//
//go:noinline // see takePlace
func (c *core) publishAndUnlock(cause error) {
	last := c.publish(cause)
	c.mu.Unlock()
	yield.Point()
	last.say()
}

// tellEnd tells the parent.
func (i *incarnation) tellEnd(exit *Exit) {
	k, isKid := i.host.(*kid)
	switch {
	case !i.reported:
		i.host.Started(startError(exit))
	case isKid:
		k.ended(exit)
	default:
		i.tellEnded(exit)
	}
}

//go:noinline // see takePlace
func (i *incarnation) tellEnded(exit *Exit) { i.host.Ended(*exit) }

// startError is what the parent of an incarnation that never got ready is
// told.
func startError(exit *Exit) error {
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
	return &causedError{ErrStopped, cause}
}
