package actor

import (
	"container/heap"
	"sync"
	"time"
)

// deadlines are when the incarnations of a system that were asked to end must have
// done so. Nearly all of them do, long before: so there is one timer for all, set for
// the first deadline, and it is not called off when an incarnation has ended in time.
// At worst it comes once for nothing.
//
// The zero value is empty.
type deadlines struct {
	mu    sync.Mutex
	since time.Time     // protected by mu; times are counted from here
	all   byDeadline    // protected by mu; the first one first
	timer *time.Timer   // protected by mu; made on demand
	fires time.Duration // protected by mu; when the timer comes, 0: it does not
}

// set has i.expire called at that time, and not before. Called with i.mu held.
func (d *deadlines) set(i *incarnation, at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.since.IsZero() {
		d.since = time.Now()
	}
	i.due.at = max(1, at.Sub(d.since))
	if i.due.place == 0 {
		heap.Push(&d.all, i)
	} else {
		heap.Fix(&d.all, i.due.place-1)
	}
	d.wind()
}

// remove calls set off.
func (d *deadlines) remove(i *incarnation) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if i.due.place != 0 {
		heap.Remove(&d.all, i.due.place-1)
	}
}

// wind sets the timer for the first deadline, unless it comes before. Called with mu
// held.
func (d *deadlines) wind() {
	if len(d.all) == 0 {
		return
	}
	at := d.all[0].due.at
	if d.fires != 0 && d.fires <= at {
		return
	}
	d.fires = at
	in := at - time.Since(d.since)
	if d.timer == nil {
		d.timer = time.AfterFunc(in, d.fire)
	} else {
		d.timer.Reset(in)
	}
}

// fire comes with the timer.
func (d *deadlines) fire() {
	for _, i := range d.passed() {
		i.expire()
	}
}

// passed takes out those whose time is over.
func (d *deadlines) passed() (all []*incarnation) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fires = 0
	for now := time.Since(d.since); len(d.all) > 0 && d.all[0].due.at <= now; {
		i, _ := heap.Pop(&d.all).(*incarnation)
		all = append(all, i)
	}
	d.wind()
	return all
}

// due is the place of an incarnation among the deadlines. Protected by their mu.
type due struct {
	at    time.Duration
	place int // counted from 1; 0: in none
}

// byDeadline is a heap.
type byDeadline []*incarnation

// Len implements heap.Interface.
func (h *byDeadline) Len() int { return len(*h) }

// Less implements heap.Interface.
func (h *byDeadline) Less(a, b int) bool { return (*h)[a].due.at < (*h)[b].due.at }

// Swap implements heap.Interface.
func (h *byDeadline) Swap(a, b int) {
	(*h)[a], (*h)[b] = (*h)[b], (*h)[a]
	(*h)[a].due.place, (*h)[b].due.place = a+1, b+1
}

// Push implements heap.Interface.
func (h *byDeadline) Push(x any) {
	i, _ := x.(*incarnation)
	*h = append(*h, i)
	i.due.place = len(*h)
}

// Pop implements heap.Interface.
func (h *byDeadline) Pop() any {
	last := len(*h) - 1
	i := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	i.due.place = 0
	return i
}
