package actor

import (
	"slices"
	"sync/atomic"
	"time"
)

// watchTick is how often a crew's watch looks for actors that have been noted for
// too long.
const watchTick = time.Millisecond

// A watch looks after the actors that are noted, while there are any.
type watch struct {
	on    atomic.Bool
	timer *time.Timer // protected by the crew's mu
}

// A sighting is what the watch saw in a note. An actor that it sees again, and that
// has taken no message since, has been waiting all the time.
type sighting struct {
	noted *core
	taken uint64
}

// look has the crew look after those that are noted.
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

// looked gives a goroutine to those that were noted when it looked the last time,
// and are still. It looks again if anybody is noted.
func (cr *crew) looked() {
	stuck, noted := cr.overdue()
	for _, c := range stuck {
		c.dispatch()
	}
	if noted {
		cr.lookAgain()
		return
	}
	// Whoever notes from here on finds the watch off. Who has noted before is seen.
	cr.watch.on.Store(false)
	if cr.notes() {
		cr.look()
	}
}

// overdue takes out those that have been noted for too long, and reports whether
// anybody was noted. The notes they were in are closed: what is noted next would
// wait too.
func (cr *crew) overdue() (stuck []*core, noted bool) {
	cr.mu.Lock()
	defer cr.mu.Unlock()
	for _, h := range cr.hands {
		n := h.note.Load()
		if n == nil || n == blank {
			h.seen = sighting{}
			continue
		}
		noted = true
		now := sighting{n, n.body.taken()}
		if h.seen == now && h.note.CompareAndSwap(n, nil) {
			stuck = append(stuck, n)
			now = sighting{}
		}
		h.seen = now
	}
	return stuck, noted
}

// notes reports whether anybody is noted.
func (cr *crew) notes() bool {
	cr.mu.Lock()
	defer cr.mu.Unlock()
	return slices.ContainsFunc(cr.hands, (*hand).noted)
}
