package supervision

import (
	"container/heap"
	"time"

	"github.com/understudy-go/understudy/actor"
)

// alarms are the timers of a supervisor's machine. Nearly all of them are cancelled,
// long before they are due: each start has one. So there is one timer of the actor
// for all of them, set for the first; it is not called off when that is cancelled,
// and comes for nothing then.
//
// The zero value is empty.
type alarms struct {
	byToken map[uint64]*pending // made on demand
	order   byTime
	spare   *pending // one that is over, for the next

	timer *actor.Timer
	rings time.Time // when timer comes; zero: it does not
}

// pending is an alarm that is set.
type pending struct {
	alarm alarm
	at    time.Time
	place int
}

// set sets an alarm. after sets the actor's timer, if that has to come earlier.
func (s *alarms) set(a alarm, at time.Time, after func(time.Time) *actor.Timer) {
	p := s.spare
	if s.spare = nil; p == nil {
		p = new(pending)
	}
	p.alarm, p.at = a, at
	if s.byToken == nil {
		s.byToken = make(map[uint64]*pending)
	}
	s.byToken[a.token] = p
	heap.Push(&s.order, p)
	s.wind(after)
}

// cancel takes an alarm back, if it is set.
func (s *alarms) cancel(token uint64) {
	if p := s.byToken[token]; p != nil {
		heap.Remove(&s.order, p.place)
		s.drop(p)
	}
}

// rang is to be called when the timer has come.
func (s *alarms) rang() { s.timer, s.rings = nil, time.Time{} }

// due takes out the first alarm if its time has come.
func (s *alarms) due(now time.Time) (a alarm, ok bool) {
	if len(s.order) == 0 || s.order[0].at.After(now) {
		return alarm{}, false
	}
	p, _ := heap.Pop(&s.order).(*pending)
	a = p.alarm
	s.drop(p)
	return a, true
}

// wind sets the timer for the first alarm, unless it comes before.
func (s *alarms) wind(after func(time.Time) *actor.Timer) {
	if len(s.order) == 0 {
		return
	}
	first := s.order[0].at
	if s.timer != nil {
		if !first.Before(s.rings) {
			return
		}
		s.timer.Stop()
	}
	s.timer, s.rings = after(first), first
}

func (s *alarms) drop(p *pending) {
	delete(s.byToken, p.alarm.token)
	*p = pending{}
	s.spare = p
}

// byTime is a heap.
type byTime []*pending

// Len implements heap.Interface.
func (h *byTime) Len() int { return len(*h) }

// Less implements heap.Interface. Of two at one time the one that was set first
// comes first.
func (h *byTime) Less(a, b int) bool {
	if (*h)[a].at.Equal((*h)[b].at) {
		return (*h)[a].alarm.token < (*h)[b].alarm.token
	}
	return (*h)[a].at.Before((*h)[b].at)
}

// Swap implements heap.Interface.
func (h *byTime) Swap(a, b int) {
	(*h)[a], (*h)[b] = (*h)[b], (*h)[a]
	(*h)[a].place, (*h)[b].place = a, b
}

// Push implements heap.Interface.
func (h *byTime) Push(x any) {
	p, _ := x.(*pending)
	p.place = len(*h)
	*h = append(*h, p)
}

// Pop implements heap.Interface.
func (h *byTime) Pop() any {
	last := len(*h) - 1
	p := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return p
}
