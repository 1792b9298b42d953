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
// the run that the handler is a part of notes the woken actor, and runs it next,
// on the same goroutine, when its own actor has nothing more to do.
//
// Until then the woken actor waits, which must not be for long:
//
//   - An actor's runs take notes only when it has earned it: its last turns were
//     quick. Some are timed; a slow one takes it back.
//   - The note holds one actor. Before the next message of its own mailbox is
//     handled, before a second actor is noted, before the framework has a handler
//     wait, and when the incarnation ends, the first is given a goroutine.
//   - A handler that blocks all the same is found by the crew's watch, which gives
//     the noted actor a goroutine within two of its ticks. It ticks only while
//     something is noted, so that an idle process, or a bubble of virtual time,
//     comes to rest.
//   - Now and then a goroutine that runs what it was handed lets others run.
//
// The note is closed (nil), empty (blank), or an actor whose run the noting one
// has won the right to. It is open only while the run handles messages. Whoever
// notes swaps one value for another, as does the run when it closes the note and
// the watch when it takes the actor out, so that each noted actor is run once; who
// finds the note closed starts a run in the usual way. So the handler's context
// may be used on any goroutine, and at any time.

// blank stands in a note that is open and empty.
var blank = new(core)

const (
	trusted   = 64                    // so many quick turns, one after another, are trusted
	quickTurn = 10 * time.Microsecond // no longer lasts a quick turn
	sampled   = 64                    // one in so many is timed then
	relays    = 256                   // so many actors run one after another before others do
)

// A handover is what an actor's runs need to hand over to others.
type handover struct {
	note  atomic.Pointer[core]
	quick atomic.Uint32 // quick turns, up to trusted
	turns uint8         // owned by the run loop
}

// handle has the actor handle messages, and notes whom it wakes.
func (c *core) handle() outcome {
	c.turns++
	if c.quick.Load() == trusted {
		c.note.Store(blank)
		if c.turns%sampled != 0 {
			return c.body.receive(c.inc)
		}
	}
	began := time.Now()
	o := c.body.receive(c.inc)
	if o == gone {
		return o
	}
	if time.Since(began) > quickTurn {
		c.quick.Store(0)
	} else if q := c.quick.Load(); q < trusted {
		c.quick.CompareAndSwap(q, q+1) // not if the watch has just taken it back
	}
	return o
}

// waken starts the run of an actor that a message sent with ctx has woken, or has
// the run note it that ctx's handler is a part of.
func (c *core) waken(ctx context.Context) {
	if inc, ok := ctx.(*incarnation); !ok || !inc.core.notes(c) {
		c.dispatch()
	}
}

// notes notes woken if it can.
func (c *core) notes(woken *core) bool {
	first := c.note.Load()
	if first == nil {
		return false
	}
	place, its := c.scope.Load(), woken.scope.Load()
	if its == nil || its.runtime != place.runtime {
		return false
	}
	yield.Point()
	for !c.note.CompareAndSwap(first, woken) {
		if first = c.note.Load(); first == nil {
			return false
		}
	}
	if first != blank {
		first.dispatch()
	}
	place.runtime.crew.watch()
	return true
}

// noted tells whether somebody is.
func (c *core) noted() bool {
	n := c.note.Load()
	return n != nil && n != blank
}

// free gives the noted actor, if there is one, a goroutine of its own: what
// comes now may take long.
func (c *core) free() {
	for n := c.note.Load(); n != nil && n != blank; n = c.note.Load() {
		yield.Point()
		if c.note.CompareAndSwap(n, blank) {
			n.dispatch()
			return
		}
	}
}

// closeNote returns the noted actor, or nil.
func (c *core) closeNote() *core {
	if c.note.Load() == nil {
		return nil
	}
	yield.Point()
	if n := c.note.Swap(nil); n != blank {
		return n
	}
	return nil
}

// tear closes the note, and gives the noted actor a goroutine.
func (c *core) tear() {
	if n := c.closeNote(); n != nil {
		n.dispatch()
	}
}

// runs runs the actor, and then one after another those that it and they hand
// over to. It reports whether the goroutine is still the crew's.
func (h *hand) runs(c *core) bool {
	for c != nil {
		h.at.Store(c)
		next, ended := c.run(h)
		if !ended {
			return false
		}
		if next != nil {
			next.crew = c.crew
			if h.relayed++; h.relayed%relays == 0 {
				runtime.Gosched()
			}
		}
		c = next
	}
	h.at.Store(nil)
	return true
}
