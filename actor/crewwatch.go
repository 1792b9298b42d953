package actor

import (
	"runtime"
	"slices"
	"sync/atomic"
	"time"
)

// watchTick is how often a crew's watch looks for actors that have waited for too
// long.
const watchTick = time.Millisecond

// A watch looks after the actors that are noted or queued, while there are any.
type watch struct {
	on    atomic.Bool
	timer *time.Timer // protected by the crew's mu
	queue bool        // protected by the crew's mu: somebody was queued when it last looked
}

// A sighting is what the watch saw of a hand. An actor that it sees noted again, and
// that has taken no message since, has been waiting all the time. So have those who
// are queued, for a hand that it sees in the same shift again.
type sighting struct {
	noted *core
	taken uint64
	shift uint
}

// look has the crew look after those that wait.
func (cr *crew) look() {
	if !cr.watch.on.Load() && cr.watch.on.CompareAndSwap(false, true) {
		cr.lookLater()
	}
}

// lookLater sets the timer.
func (cr *crew) lookLater() {
	cr.mu.Lock()
	defer cr.mu.Unlock()
	if cr.watch.timer == nil {
		cr.watch.timer = time.AfterFunc(watchTick, cr.looked)
	} else {
		cr.watch.timer.Reset(watchTick)
	}
}

// looked gives a goroutine to those that waited when it looked the last time, and
// still do. It looks again if anybody waits.
func (cr *crew) looked() {
	for _, c := range cr.overdue() {
		c.dispatch()
	}
	// Whoever waits from here on finds the watch off. Who has waited before is seen.
	cr.watch.on.Store(false)
	if cr.waiting() {
		cr.look()
	}
}

// overdue has the hands that hold up others do so no longer. It takes out those that
// were noted for too long, and has those go on that were queued for too long.
func (cr *crew) overdue() (stuck []*core) {
	cr.mu.Lock()
	defer cr.mu.Unlock()
	cr.processors = runtime.GOMAXPROCS(0)
	held := false
	for _, h := range cr.hands {
		seen := h.seen
		h.seen = h.sight()
		switch {
		case cr.watch.queue && h.swift && h.seen.shift == seen.shift: // those who are queued wait for it
			held = true
			cr.count(h, false)
		case h.seen.noted == nil || h.seen != seen:
			continue
		}
		// What is noted next would wait too, so the note is closed, and the hand's
		// actor loses what it has earned.
		if n := h.close(); n != nil {
			stuck = append(stuck, n)
		}
		h.seen.noted = nil
	}
	if held {
		for c := cr.next(); c != nil; c = cr.next() {
			cr.send(c)
		}
	}
	cr.watch.queue = !cr.queue.empty()
	return stuck
}

// sight returns what there is to see of a hand. Called with the crew's mu held.
func (h *hand) sight() sighting {
	s := sighting{shift: h.shift}
	if n := h.note.Load(); n != nil && n != blank {
		s.noted, s.taken = n, n.body.taken()
	}
	return s
}

// waiting reports whether anybody is noted or queued.
func (cr *crew) waiting() bool {
	cr.mu.Lock()
	defer cr.mu.Unlock()
	return !cr.queue.empty() || slices.ContainsFunc(cr.hands, (*hand).noted)
}
