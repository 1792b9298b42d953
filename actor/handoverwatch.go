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
	on     atomic.Bool
	timer  *time.Timer // protected by the crew's mu
	queue  bool        // protected by the crew's mu: somebody was queued when it last looked
	popped uint        // protected by the crew's mu: the crew's popped at that time
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
		cr.lookAgain()
	}
}

func (cr *crew) lookAgain() {
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
	stuck, waiting := cr.overdue()
	for _, c := range stuck {
		c.dispatch()
	}
	if waiting {
		cr.lookAgain()
		return
	}
	// Whoever waits from here on finds the watch off. Who has waited before is seen.
	cr.watch.on.Store(false)
	if cr.waiting() {
		cr.look()
	}
}

// overdue takes out those that have been noted for too long, and has those go on
// that were queued for too long. It reports whether anybody waits.
func (cr *crew) overdue() (stuck []*core, waiting bool) {
	cr.mu.Lock()
	defer cr.mu.Unlock()
	cr.processors = runtime.GOMAXPROCS(0)
	held := cr.watch.queue && cr.watch.popped == cr.popped
	for _, h := range cr.hands {
		seen := h.seen
		h.seen = sighting{shift: h.shift}
		if cr.watch.queue && h.swift && seen.shift == h.shift {
			held = true
			cr.count(h, false)
			if n := h.note.Swap(nil); n != nil && n != blank { // closed, so that the actor loses what it has earned
				stuck = append(stuck, n)
			}
			continue
		}
		n := h.note.Load()
		if n == nil || n == blank {
			continue
		}
		waiting = true
		h.seen.noted, h.seen.taken = n, n.body.taken()
		// What is noted next would wait too, so the note is closed.
		if h.seen == seen && h.note.CompareAndSwap(n, nil) {
			stuck = append(stuck, n)
			h.seen = sighting{shift: h.shift}
		}
	}
	if held {
		for c := cr.next(); c != nil; c = cr.next() {
			cr.send(c)
		}
	}
	cr.watch.queue, cr.watch.popped = !cr.queue.empty(), cr.popped
	return stuck, waiting || cr.watch.queue
}

// waiting reports whether anybody is noted or queued.
func (cr *crew) waiting() bool {
	cr.mu.Lock()
	defer cr.mu.Unlock()
	return !cr.queue.empty() || slices.ContainsFunc(cr.hands, (*hand).noted)
}
