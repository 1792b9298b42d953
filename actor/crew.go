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
	mu       sync.Mutex
	keep     bool          // protected by mu; false in the zero value: nobody waits for work
	hands    []*hand       // protected by mu; all of them
	idle     []*hand       // protected by mu; the last one to come is the first to go
	former   []*hand       // protected by mu; those whose goroutine has ended, for the next one
	leaving  int           // protected by mu; hands that were sent away and have not gone yet
	runs     int           // protected by mu; runs under way, on whatever goroutine
	finished chan struct{} // protected by mu; set by dismiss, closed when there are no runs and no leaving hands
	watch    watch
}

// A hand is a goroutine that runs one actor after another.
type hand struct {
	crew  *crew
	serve func()               // what the goroutine does; made once, for the go statement
	first *core                // the first actor that it runs
	work  chan *core           // made when it waits for the first time
	note  atomic.Pointer[core] // the actor that it runs next; see "Handing over"
	place int                  // protected by the crew's mu: where it is among the hands
	seen  sighting             // protected by the crew's mu
}

// start has somebody run the actor, and returns at once.
func (cr *crew) start(c *core) {
	cr.mu.Lock()
	cr.runs++
	n := len(cr.idle) - 1
	if n < 0 {
		h := cr.hire()
		cr.mu.Unlock()
		h.first = c
		go h.serve()
		return
	}
	h := cr.idle[n]
	cr.idle = cr.idle[:n]
	cr.mu.Unlock()
	h.work <- c
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

// serve runs one actor after another, as long as there is work for it or it is
// to wait for some.
func (cr *crew) serve(h *hand) {
	removed := false
	defer func() { // user code may end the goroutine
		if !removed {
			cr.mu.Lock()
			defer cr.mu.Unlock()
			cr.remove(h)
		}
	}()
	c := h.first
	h.first = nil
	for ok := true; ok; c, ok = <-h.work {
		if !h.relay(c) {
			return // a goroutine that was abandoned is the user's
		}
		if !cr.ran(h) {
			removed = true
			return
		}
	}
	removed = true
	cr.mu.Lock()
	defer cr.mu.Unlock()
	cr.remove(h)
	cr.leaving--
	cr.settle()
}

// ran notes that a run has ended. It reports whether the hand is to wait for
// another one; h is nil if it cannot.
func (cr *crew) ran(h *hand) bool {
	cr.mu.Lock()
	defer cr.mu.Unlock()
	cr.runs--
	if h == nil || !cr.keep || len(cr.idle) >= runtime.GOMAXPROCS(0) {
		cr.remove(h)
		if h != nil && len(cr.former) < keepFormer {
			h.seen = sighting{}
			cr.former = append(cr.former, h) // its goroutine touches it no more
		}
		cr.settle()
		return false
	}
	if h.work == nil {
		h.work = make(chan *core, 1)
	}
	cr.idle = append(cr.idle, h)
	return true
}

// remove takes a hand out, if it is not nil. Called with mu held.
func (cr *crew) remove(h *hand) {
	if h == nil {
		return
	}
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
