package actor

import (
	"errors"
	"time"

	"github.com/understudy-go/understudy/internal/yield"
)

// hookGrace is the time that the stop hook of an idle actor has when no time
// was given to stop. Without it no hook could be told from a stuck one.
const hookGrace = 10 * time.Millisecond

// childGrace is how long an actor that was given no time waits for its
// children, which are given none either: their hooks have hookGrace, and their
// own children, one after another, the same.
const childGrace = 10 * hookGrace

// expire looks whether the time to end is over, and is called again when it
// will be. Then the run loop is told, and user code that is running is abandoned.
// The loop may be about to enter user code just then, so expire goes on until the
// incarnation is over.
//
// The loop is told before the context is cancelled, so that a handler which
// returns because of that is not followed by another message. What follows is the
// end, with calls of user code that must have their turn; so only the call that
// was running before is cut.
func (i *incarnation) expire() { i.expireAsOf(time.Now()) }

// expireAsOf is expire for who knows what time it is.
func (i *incarnation) expireAsOf(now time.Time) {
	if !i.isOverdue(now) {
		return
	}
	call := i.fence.call()
	yield.Point()
	i.core.tell(overdue{i, call})
	yield.Point()
	i.life.cancel() // before the cut: what waits for it does nothing more
	yield.Point()
	if i.sever(call) {
		go i.core.resume(i, i.abandoned())
	}
}

func (i *incarnation) isOverdue(now time.Time) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.limitless() || phase(i.state.Load()) == over {
		return false
	}
	if i.by.After(now) {
		i.wind(i.by)
		return false
	}
	return true
}

// sever cuts a call of user code off, if it is running and its time is over: the
// stop hook gets a time of its own. mu orders this against hookContext, which gives
// it before it enters the hook. An actor that traps its stop has childGrace to
// come to that.
func (i *incarnation) sever(call uint64) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.wind(time.Now().Add(max(time.Until(i.by), hookGrace)))
	trapping := i.ties != nil && i.ties.trap != nil && phase(i.state.Load()) == receiving && time.Since(i.asked) < childGrace
	if trapping || time.Until(i.by) > 0 || !i.fence.abandon(call) {
		return false
	}
	i.freeSenders()
	return true
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
	crew := c.crew
	c.leaveHand()
	if c.goOn(inc, exit) && c.run(nil) == rested && crew != nil {
		crew.ran(nil)
	}
}

// goOn does what comes after user code that ended as exit says.
func (c *core) goOn(inc *incarnation, exit Exit) (mine bool) {
	switch then := inc.takeNext(); {
	case then != nil:
		return then(exit)
	case inc.phase == receiving:
		return c.failed(c.body.blame(inc, exit))
	default:
		return c.conclude(exit)
	}
}

// overdue tells the run loop that the time to end is over. It is void if the call
// that was running then has been cut off: whoever took over the run knows.
type overdue struct {
	inc  *incarnation
	call uint64
}

func (s overdue) apply(c *core) bool {
	inc := s.inc
	if inc.fence.isCut() && inc.fence.last() == s.call {
		return true
	}
	switch inc.phase {
	case receiving: // asked to stop, but draining, or trapping the stop
		switch {
		case inc.trap() == nil:
			return c.conclude(Exit{Kind: Shutdown})
		case inc.askedWithin(childGrace):
			return true
		default:
			return c.conclude(inc.abandoned())
		}
	case reaping:
		if time.Since(inc.exit.At) < childGrace {
			return true // the children have less time than this
		}
		// A child does not keep its promise: leave it behind.
		for kid, _ := inc.lastKid(); kid != nil; kid, _ = inc.lastKid() {
			inc.stopKid(kid, 0)
			inc.removeKid(kid)
		}
		inc.exit.Kind, inc.exit.Err = Abandoned, errors.Join(inc.exit.Err, inc.abandoned().Err)
		return c.reap()
	default:
		return true
	}
}

// askedWithin reports whether the incarnation was asked to end no longer than d
// ago.
func (i *incarnation) askedWithin(d time.Duration) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return time.Since(i.asked) < d
}
