package actor

import (
	"runtime"
	"sync"
)

// A crew keeps a few goroutines of a system ready for runs. A new goroutine
// would do as well, but for its stack: it begins small and is copied, each time
// again, as soon as a handler needs more. One that has run before has grown.
//
// An idle system holds as many goroutines as it has processors, whatever the
// number of its actors.
type crew struct {
	mu     sync.Mutex
	idle   []*hand        // protected by mu; the last one parked is the first to go
	open   bool           // protected by mu; false in the zero value: nobody waits
	parked sync.WaitGroup // those that wait, or are on their way to it or from it
}

// A hand is a goroutine that runs one actor after another.
type hand struct{ work chan *core }

// start has somebody run the actor, and returns at once.
func (cr *crew) start(c *core) {
	cr.mu.Lock()
	n := len(cr.idle) - 1
	if n < 0 {
		cr.mu.Unlock()
		go cr.serve(c)
		return
	}
	h := cr.idle[n]
	cr.idle = cr.idle[:n]
	cr.mu.Unlock()
	h.work <- c
}

// serve runs actors until there are hands enough.
func (cr *crew) serve(c *core) {
	if !c.run() {
		return
	}
	var h *hand
	for {
		if h == nil {
			h = &hand{make(chan *core, 1)}
		}
		if !cr.park(h) {
			return
		}
		next, ok := <-h.work
		cr.parked.Done()
		if !ok || !next.run() {
			return
		}
	}
}

// park notes that a hand is going to wait for work.
func (cr *crew) park(h *hand) bool {
	cr.mu.Lock()
	defer cr.mu.Unlock()
	if !cr.open || len(cr.idle) >= runtime.GOMAXPROCS(0) {
		return false
	}
	cr.idle = append(cr.idle, h)
	cr.parked.Add(1)
	return true
}

// employ lets goroutines wait for work, until dismiss.
func (cr *crew) employ() {
	cr.mu.Lock()
	defer cr.mu.Unlock()
	cr.open = true
}

// dismiss sends the waiting goroutines away, and returns when they have gone.
// Actors that still have something to do get new ones.
func (cr *crew) dismiss() {
	cr.mu.Lock()
	cr.open = false
	for _, h := range cr.idle {
		close(h.work)
	}
	cr.idle = nil
	cr.mu.Unlock()
	cr.parked.Wait()
}
