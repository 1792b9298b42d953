package supervision

import (
	"time"

	"github.com/understudy-go/understudy/actor"
)

// window counts the restarts of the time just past. Memory is bounded by the
// limit, and used only as far as restarts have happened.
type window struct {
	max int
	per time.Duration

	count int
	ring  []time.Time // when they were; not used if the window has no end
	first int
}

func newWindow(l Limit) window { return window{max: l.Restarts(), per: l.Window()} }

// add counts a restart and reports whether the limit allows it. An entry that
// is exactly as old as the window is long still counts.
func (w *window) add(now time.Time) bool {
	if w.inWindow(now) == w.max {
		return false
	}
	if w.per == actor.Forever {
		w.count++
		return true
	}
	if w.count == len(w.ring) {
		w.grow()
	}
	w.ring[(w.first+w.count)%len(w.ring)] = now
	w.count++
	return true
}

// inWindow is how many restarts count at present. It drops those that do not.
func (w *window) inWindow(now time.Time) int {
	for w.per != actor.Forever && w.count > 0 && now.Sub(w.ring[w.first]) > w.per {
		w.first = (w.first + 1) % len(w.ring)
		w.count--
	}
	return w.count
}

// grow doubles the ring, up to the limit.
func (w *window) grow() {
	size := max(4, 2*len(w.ring))
	ring := make([]time.Time, min(size, w.max))
	n := copy(ring, w.ring[w.first:])
	copy(ring[n:], w.ring[:w.first])
	w.ring, w.first = ring, 0
}
