package actor

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// A crew is the goroutines of a system that run its actors. It keeps a few of
// them ready: a new one would do as well, but for its stack, which begins small
// and is copied, each time again, as soon as a handler needs more. One that has
// run before has grown.
//
// An idle system holds at most as many goroutines as it has processors,
// whatever the number of its actors.
type crew struct {
	mu         sync.Mutex
	keep       bool          // protected by mu; false in the zero value: nobody waits for work
	processors int           // protected by mu; how many there were when it last looked
	hands      []*hand       // protected by mu; all of them
	idle       []*hand       // protected by mu; the last one to come is the first to go
	former     []*hand       // protected by mu; those whose goroutine has ended, for the next one
	swift      int           // protected by mu; hands that run a trusted actor and are not held up
	leaving    int           // protected by mu; hands that were sent away and have not gone yet
	runs       int           // protected by mu; runs under way or queued, on whatever goroutine
	finished   chan struct{} // protected by mu; set by dismiss, closed when there are no runs and no leaving hands
	queue      runQueue      // protected by mu
	queued     atomic.Bool   // whether there is somebody in queue; set with mu held
	watch      watch
}

// A hand is a goroutine that runs one actor after another.
type hand struct {
	crew  *crew
	serve func()               // what the goroutine does; made once, for the go statement
	first *core                // the first actor that it runs
	work  chan *core           // made when it waits for the first time
	note  atomic.Pointer[core] // the actor that it runs next; see "Handing over"
	place int                  // protected by the crew's mu: where it is among the hands
	swift bool                 // protected by the crew's mu: it counts among the swift
	shift uint                 // protected by the crew's mu: grows when it takes an actor from the crew
	seen  sighting             // protected by the crew's mu
}

// start has somebody run the actor, and returns at once.
func (cr *crew) start(c *core) {
	cr.mu.Lock()
	cr.runs++
	trusted := c.trusted()
	if n := len(cr.idle) - 1; n >= 0 {
		h := cr.idle[n]
		cr.idle = cr.idle[:n]
		cr.take(h, trusted)
		cr.mu.Unlock()
		h.work <- c
		return
	}
	if trusted && cr.keep && cr.swift >= cr.processors {
		cr.queue.woken.push(c)
		cr.queued.Store(true)
		cr.mu.Unlock()
		cr.look()
		return
	}
	h := cr.hire()
	cr.take(h, trusted)
	cr.mu.Unlock()
	h.first = c
	go h.serve()
}

// keepFormer bounds the hands that are kept for later, so that a thousand actors
// that are waked at once do not allocate.
const keepFormer = 1024

// hire returns a hand that has no goroutine yet. Called with mu held.
func (cr *crew) hire() *hand {
	var h *hand
	if n := len(cr.former) - 1; n >= 0 {
		h, cr.former[n] = cr.former[n], nil
		cr.former = cr.former[:n]
	} else {
		h = &hand{crew: cr}
		h.serve = func() { cr.serve(h) }
	}
	h.place = len(cr.hands)
	cr.hands = append(cr.hands, h)
	return h
}

// take notes that a hand takes an actor. Called with mu held.
func (cr *crew) take(h *hand, trusted bool) {
	h.shift++
	cr.count(h, trusted)
}

// count has a hand count among the swift, or not. Called with mu held.
func (cr *crew) count(h *hand, swift bool) {
	if h.swift != swift {
		h.swift = swift
		if swift {
			cr.swift++
		} else {
			cr.swift--
		}
	}
}

// relieve has a hand not count among the swift any more: its actor blocks, or it
// is one that is not trusted. Another one takes its place.
func (cr *crew) relieve(h *hand) {
	cr.mu.Lock()
	defer cr.mu.Unlock()
	cr.count(h, false)
	if cr.swift < cr.processors {
		if c := cr.next(); c != nil {
			cr.send(c)
		}
	}
}

// next returns who is first in the queue, or nil. Called with mu held.
func (cr *crew) next() *core {
	c := cr.queue.pop()
	if c != nil && cr.queue.empty() {
		cr.queued.Store(false)
	}
	return c
}

// serve runs one actor after another, as long as there is work for it or it is
// to wait for some.
func (cr *crew) serve(h *hand) {
	removed := false
	defer func() { // user code may end the goroutine
		if !removed {
			cr.lose(h)
		}
	}()
	c := h.first
	h.first = nil
	for ok := true; ok; c, ok = <-h.work {
		for c != nil {
			if !h.relay(c) {
				return // a goroutine that was abandoned is the user's
			}
			if c, ok = cr.ran(h); !ok {
				removed = true
				return
			}
		}
	}
	removed = true
	cr.mu.Lock()
	defer cr.mu.Unlock()
	cr.remove(h)
	cr.leaving--
	cr.settle()
}

// lose takes out a hand that runs nothing more. Somebody else does what it would
// have done next.
func (cr *crew) lose(h *hand) {
	cr.mu.Lock()
	defer cr.mu.Unlock()
	cr.remove(h)
	if c := cr.next(); c != nil {
		cr.send(c)
	}
}

// send gives an actor that was queued a new goroutine. Called with mu held.
func (cr *crew) send(c *core) {
	h := cr.hire()
	cr.take(h, true)
	h.first = c
	go h.serve()
}

// ran notes that a run has ended. It returns the actor that the hand is to run
// next, or nil if it is to wait for one, or false if it is not; h is nil if it
// cannot.
func (cr *crew) ran(h *hand) (next *core, stays bool) {
	cr.mu.Lock()
	defer cr.mu.Unlock()
	cr.runs--
	if h == nil {
		cr.settle()
		return nil, false
	}
	if c := cr.next(); c != nil {
		cr.take(h, true)
		return c, true
	}
	h.seen = sighting{} // keeps nobody in memory
	if cr.keep && len(cr.idle) < cr.processors {
		if h.work == nil {
			h.work = make(chan *core, 1)
		}
		cr.count(h, false)
		cr.idle = append(cr.idle, h)
		return nil, true
	}
	cr.remove(h)
	if len(cr.former) < keepFormer {
		cr.former = append(cr.former, h) // its goroutine touches it no more
	}
	cr.settle()
	return nil, false
}

// swap queues an actor that has used up its turn, and returns who is next; the
// actor itself if nobody waits.
func (cr *crew) swap(h *hand, spent *core) *core {
	cr.mu.Lock()
	defer cr.mu.Unlock()
	if cr.queue.empty() {
		return spent
	}
	cr.queue.spent.push(spent)
	cr.take(h, true)
	return cr.next()
}

// remove takes a hand out. Called with mu held.
func (cr *crew) remove(h *hand) {
	cr.count(h, false)
	last := len(cr.hands) - 1
	cr.hands[h.place] = cr.hands[last]
	cr.hands[h.place].place = h.place
	cr.hands[last] = nil
	cr.hands = cr.hands[:last]
}

// settle tells dismiss when it has nothing left to wait for. Called with mu
// held.
func (cr *crew) settle() {
	if cr.finished != nil && cr.runs == 0 && cr.leaving == 0 {
		close(cr.finished)
		cr.finished = nil
	}
}

// employ lets goroutines wait for work, until dismiss.
func (cr *crew) employ() {
	cr.mu.Lock()
	defer cr.mu.Unlock()
	cr.keep = true
	cr.processors = runtime.GOMAXPROCS(0)
}

// dismiss sends the waiting goroutines away, and returns when they have gone
// and every run has ended, or with ctx's cause when ctx is done. Actors that
// get work later run on new goroutines.
func (cr *crew) dismiss(ctx context.Context) error {
	cr.mu.Lock()
	cr.keep = false
	for _, h := range cr.idle {
		cr.leaving++
		close(h.work)
	}
	cr.idle = nil
	if cr.finished == nil {
		cr.finished = make(chan struct{})
	}
	finished := cr.finished
	cr.settle()
	cr.mu.Unlock()
	select {
	case <-finished:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
