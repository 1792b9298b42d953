package actor

import (
	"context"
	"runtime"
	"runtime/trace"

	"github.com/understudy-go/understudy/internal/yield"
)

// The wake-up protocol
//
// An idle actor holds no goroutine. Whoever gives it work starts its run if
// nobody else has; the word wake decides. Its states:
//
//	0        idle: the next who gives work starts a run
//	parked   no run, and messages alone do not start one: the actor is between
//	         two incarnations. Control traffic does.
//	n        a run is on; n grows with every piece of work given
//
// Giving work is: store it (into the mailbox's channel or the lane), then add
// 1 to wake. A run reads n, works until it finds nothing, and then tries to
// swap n for 0 (or parked). If the swap fails, work was given after n was
// read, so it looks again.
//
// Nothing is left asleep. Take a message whose add gave the value v, while a
// run was on. That run ends only by swapping the value it read. If it had read
// v or later, its read synchronizes after the add, hence after the message was
// stored, so that the search that followed the read saw the message. If it had
// read an earlier value, the swap fails. Adds and swaps are read-modify-write
// on one word, which Go orders in one way for all goroutines, and the store is
// sequenced before the add; nothing rests on len(ch) or on a failed receive,
// which order nothing. So it holds on weakly ordered processors too.
//
// Never two runs. A run starts only by a change from 0 or parked, and only one
// goroutine can make that change; wake is non-zero until the run that it
// started swaps it back. A run can pass from one goroutine to another: after
// runtime.Goexit, and when user code is abandoned (see fence). Who makes that change
// may also do what little there is to do itself (see borrow).
//
// The sum of n cannot overflow into parked: it would take 2^63 messages in
// one run.
const parked = 1 << 63

// notify tells the actor that a message, sent with ctx, is in its mailbox.
func (c *core) notify(ctx context.Context) {
	yield.Point()
	if c.wake.Add(1) == 1 {
		c.waken(ctx)
	}
}

// borrow wins the right to an idle actor's run, for one who has something to do that
// is the run loop's and calls no user code. It fails while a run is on.
func (c *core) borrow() bool {
	w := c.wake.Load()
	yield.Point()
	return w&^parked == 0 && c.wake.CompareAndSwap(w, 1)
}

// giveBack ends what borrow has begun, when messages may start a run: the actor receives,
// or its address has ended. If there is work by now a run is started.
func (c *core) giveBack() {
	yield.Point()
	if !c.wake.CompareAndSwap(1, 0) {
		c.dispatch()
	}
}

// tell gives the actor a signal.
func (c *core) tell(s signal) { c.hear(s, nil) }

// hear gives the actor a signal from by, whose run may hand over to it; nil is
// somebody else.
func (c *core) hear(s signal, by *core) {
	c.lane.push(s)
	yield.Point()
	w := c.wake.Add(1)
	if w == 1 {
		c.startFor(by)
	}
	for w&parked != 0 {
		yield.Point()
		if c.wake.CompareAndSwap(w, 1) {
			c.startFor(by)
			return
		}
		w = c.wake.Load()
	}
}

// An outcome is why a turn of the run loop ended.
type outcome uint8

const (
	idle   outcome = iota // nothing to do
	asleep                // nothing to do until control traffic comes
	more                  // there may be more to do
	spent                 // the budget is used up: others come first
	gone                  // the run belongs to another goroutine now
)

// dispatch starts the run that the caller has won the right to.
func (c *core) dispatch() {
	if s := c.scope.Load(); s != nil {
		c.crew = &s.runtime.crew
		c.crew.start(c)
		return
	}
	go c.run(nil)
}

// A runEnd is why a goroutine runs an actor no more.
type runEnd uint8

const (
	rested runEnd = iota // there is nothing left to do
	passed               // there is, but others come first: the run is to be queued
	lost                 // the run goes on elsewhere: user code had to be cut off from it
)

// run works until there is nothing left to do, or others come first. The goroutine
// is h's, or none of the crew's if that is nil; then it never passes.
func (c *core) run(h *hand) runEnd {
	if c.runner.Load() != h {
		c.runner.Store(h)
	}
	if c.label() {
		defer unlabel()
	}
	for {
		n := c.wake.Load()
		o := c.turn(h)
		yield.Point()
		switch o {
		case idle:
			if c.wake.CompareAndSwap(n, 0) {
				return rested
			}
		case asleep:
			if c.wake.CompareAndSwap(n, parked) {
				return rested
			}
		case spent:
			c.free()
			if h != nil && h.crew.queued.Load() && c.trusted() {
				return passed
			}
			runtime.Gosched()
		case gone:
			return lost
		case more:
			c.free()
		}
	}
}

// turn applies all control traffic, then handles messages up to the budget.
func (c *core) turn(h *hand) outcome {
	for {
		if c.inc != nil && c.inc.phase == final {
			c.finish()
		}
		s := c.lane.take()
		if s == nil {
			break
		}
		if !s.apply(c) {
			return gone
		}
	}
	switch {
	case c.inc != nil && c.inc.phase == receiving:
		if trace.IsEnabled() {
			return c.region(func() outcome { return c.handle(h) })
		}
		return c.handle(h)
	case c.inc != nil: // starting or ending: messages wait
		return asleep
	case c.gate.Load() == closed:
		c.body.bury(ReasonStopped, ErrStopped)
		return idle
	default: // before the first start, or between two incarnations
		return asleep
	}
}
