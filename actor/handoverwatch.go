package actor

import (
	"sync/atomic"
	"time"
)

// watchTick is how often a crew's watch looks for actors that have been noted for too
// long.
const watchTick = time.Millisecond

// A watch looks after actors that wait for a run to hand over to them, while
// there are any.
type watch struct {
	on    atomic.Bool
	timer *time.Timer // protected by the crew's mu
}

// A sighting is what the watch saw a goroutine do. If it sees the same again, the
// handler of the same message is still running.
type sighting struct {
	at, noted *core
	taken     uint64 // messages that at had taken
}

// watch has the crew look after the actors that are noted.
func (cr *crew) watch() {
	if cr.watching.on.Load() || !cr.watching.on.CompareAndSwap(false, true) {
		return
	}
	cr.mu.Lock()
	defer cr.mu.Unlock()
	if cr.watching.timer == nil {
		cr.watching.timer = time.AfterFunc(watchTick, cr.look)
	} else {
		cr.watching.timer.Reset(watchTick)
	}
}

// look gives a goroutine to those that were noted when it looked the last time,
// and are still. It looks again if anybody is noted.
func (cr *crew) look() {
	stuck, any := cr.stuck()
	for _, c := range stuck {
		c.dispatch()
	}
	if !any {
		// Who notes from here on finds the watch off. Who has noted before is seen.
		cr.watching.on.Store(false)
		if !cr.anyNoted() || !cr.watching.on.CompareAndSwap(false, true) {
			return
		}
	}
	cr.mu.Lock()
	defer cr.mu.Unlock()
	cr.watching.timer.Reset(watchTick)
}

// stuck takes out of the notes those that have been there for too long, and
// returns them, and whether there are any others.
func (cr *crew) stuck() (stuck []*core, any bool) {
	cr.mu.Lock()
	defer cr.mu.Unlock()
	for _, h := range cr.hands {
		at := h.at.Load()
		if at == nil || !at.noted() {
			h.seen = sighting{}
			continue
		}
		any = true
		now := sighting{at, at.note.Load(), at.body.taken()}
		if h.seen == now && at.note.CompareAndSwap(now.noted, nil) {
			at.quick.Store(0)
			stuck = append(stuck, now.noted)
			now = sighting{}
		}
		h.seen = now
	}
	return stuck, any
}

func (cr *crew) anyNoted() bool {
	cr.mu.Lock()
	defer cr.mu.Unlock()
	for _, h := range cr.hands {
		if at := h.at.Load(); at != nil && at.noted() {
			return true
		}
	}
	return false
}
