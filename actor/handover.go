package actor

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/understudy-go/understudy/internal/yield"
)

// Handing over
//
// A handler that sends to an idle actor wakes it. To start a goroutine for that,
// or to have a waiting one go on, costs more than all the rest of a message. So
// the goroutine that runs the handler notes the woken actor, and runs it next,
// when the handler's own actor has nothing more to do.
//
// Until then the woken actor waits, which must not be for long:
//
//   - Only for an actor that has earned it is noted whom its code wakes: its last
//     turns were quick. Some are timed; a slow one takes it back.
//   - The framework itself has noted whom it wakes between two calls of user code,
//     a parent whose child has ended say, or the next child of a parent that ends,
//     and frees it before the second.
//   - The note holds one actor. Before the next message of its own mailbox is
//     handled, before a second actor is noted, before the framework has a handler
//     wait, and when the incarnation ends, the first is given a goroutine.
//   - A handler that blocks all the same is found by the crew's watch, which gives
//     the noted actor a goroutine within two of its ticks. It ticks only while
//     something is noted, so that an idle process, or a bubble of virtual time,
//     comes to rest.
//   - Now and then a goroutine that runs what it was handed lets others run.
//
// The note is closed (nil), open and blank, or holds an actor whose run its
// goroutine has won the right to. Whoever notes swaps one value for another, as
// do the goroutine when it takes the actor or closes the note, and the watch, so
// that each noted actor is run once; who finds the note closed starts a run in
// the usual way. So the handler's context may be used on any goroutine and at any
// time: what it leads to is a goroutine that will look at its note, or a closed
// note.

// blank stands in a note that is open and holds nobody.
var blank = new(core)

const (
	trusted   = 64                    // so many quick turns, one after another, are trusted
	quickTurn = 10 * time.Microsecond // no longer lasts a quick turn
	timedTurn = 64                    // one turn in so many is timed then
	relays    = 256                   // so many actors run one after another before others do
)

// A handover is what an actor needs to hand over to others.
type handover struct {
	runner atomic.Pointer[hand] // that runs the actor, or has run it; nil: none of the crew's
	quick  atomic.Uint32        // quick turns, up to trusted
	turns  uint8                // owned by the run loop
}

// trusted reports whether the actor's last turns were quick.
func (c *core) trusted() bool { return c.quick.Load() == trusted }

// handle has the actor handle messages, on h's goroutine if that is not nil.
func (c *core) handle(h *hand) outcome {
	if h == nil {
		return c.body.receive(c.inc)
	}
	c.turns++
	if c.turns%timedTurn != 0 && c.trusted() {
		o := c.body.receive(c.inc)
		if o != gone && h.note.Load() == nil { // the watch has closed it
			c.quick.Store(0)
		}
		return o
	}
	began := time.Now()
	o := c.body.receive(c.inc)
	switch {
	case o == gone:
	case time.Since(began) > quickTurn || h.note.Load() == nil:
		c.quick.Store(0)
	case c.quick.Load() < trusted:
		c.quick.Add(1)
	}
	return o
}

// startFor starts the run of an actor that by has woken, or has it noted by the
// goroutine that runs by. by's own code may have woken it if it has earned that;
// if not, what comes is a call of free at the latest.
func (c *core) startFor(by *core) {
	if by == nil || by.isIdle() || !by.handsTo(c) {
		c.dispatch()
	}
}

// isIdle reports whether no run is on.
func (c *core) isIdle() bool { return c.wake.Load()&^parked == 0 }

// waken starts the run of an actor that a message sent with ctx has woken, or has
// it noted by the goroutine of ctx's handler.
func (c *core) waken(ctx context.Context) {
	inc, ok := ctx.(*incarnation)
	if !ok || !inc.core.trusted() || !inc.core.handsTo(c) {
		c.dispatch()
	}
}

func (c *core) handsTo(woken *core) bool {
	h, its := c.runner.Load(), woken.scope.Load()
	return h != nil && its != nil && &its.runtime.crew == h.crew && h.jot(woken)
}

// free gives the actor that is noted by c's goroutine one of its own: what comes
// now may take long.
func (c *core) free() {
	if h := c.runner.Load(); h != nil {
		h.free()
	}
}

// block has nobody wait for c's goroutine: what comes now blocks.
func (c *core) block() {
	if h := c.runner.Load(); h != nil {
		h.free()
		h.crew.relieve(h)
	}
}

// leaveHand has the goroutine that c's user code was cut off on, or is ending,
// hand over to nobody.
func (c *core) leaveHand() {
	if h := c.runner.Swap(nil); h != nil {
		if n := h.close(); n != nil {
			n.dispatch()
		}
	}
}

// jot notes an actor, unless the note is closed.
func (h *hand) jot(woken *core) bool {
	for first := h.note.Load(); first != nil; first = h.note.Load() {
		yield.Point()
		if h.note.CompareAndSwap(first, woken) {
			if first != blank {
				first.dispatch()
			}
			h.crew.look()
			return true
		}
	}
	return false
}

// noted tells whether somebody is noted.
func (h *hand) noted() bool {
	n := h.note.Load()
	return n != blank && n != nil
}

// free gives the noted actor, if there is one, another goroutine.
func (h *hand) free() {
	if n := h.next(); n != nil {
		n.dispatch()
	}
}

// next takes the noted actor out of the note, if there is one.
func (h *hand) next() *core {
	for {
		n := h.note.Load()
		if n == blank || n == nil {
			return nil
		}
		yield.Point()
		if h.note.CompareAndSwap(n, blank) {
			return n
		}
	}
}

// close closes the note, and returns who is noted, or nil.
func (h *hand) close() *core {
	if n := h.note.Swap(nil); n != blank {
		return n
	}
	return nil
}

// rest closes the note if it is blank. Who has been noted meanwhile is returned.
func (h *hand) rest() *core {
	n := h.close()
	if n != nil {
		h.note.Store(blank)
	}
	return n
}

// relay runs the actor, and then one after another those that are noted. It
// reports whether the goroutine is still the crew's.
func (h *hand) relay(c *core) bool {
	h.note.Store(blank)
	for relayed := 1; ; relayed++ {
		switch c.run(h) {
		case lost:
			return false
		case passed:
			c = h.crew.swap(h, c)
			continue
		}
		next := h.next()
		if next == nil {
			next = h.rest()
		}
		if next == nil {
			return true
		}
		next.crew = h.crew
		if relayed%relays == 0 {
			if h.crew.queued.Load() && next.trusted() {
				next = h.crew.swap(h, next)
			} else {
				runtime.Gosched()
			}
		}
		if !next.trusted() {
			h.crew.relieve(h)
		}
		c = next
	}
}
