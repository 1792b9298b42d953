package model

import (
	"slices"
	"time"
)

// A group is the children that a restart concerns, if the strategy is not
// OneForOne. Its members are those that are due.
type group struct {
	lead   *Child // whose end it is for
	from   int    // the place of its first member
	retry  bool   // the lead could not be started: it is tried again behind what waits in the mailbox
	paused bool   // the pause has begun
}

// decide restarts a child, and with it whom the strategy says. It is one unit,
// whoever is concerned.
func (s *Supervisor) decide(l lapse) {
	c := l.child
	c.State = Restarting
	if c.Verdict(l.exit) == DoEscalate {
		s.teardown(failed, &Fault{What: Escalated, Child: c.ID, Of: l.exit.cause()})
		return
	}
	if !s.unit(l) {
		return
	}
	if s.spec.Strategy == OneForOne {
		if !s.delay(c, l.starting) {
			s.start(c, alone)
		}
		return
	}
	s.regroup(l)
}

// unit counts a restart, on the child's own account and the supervisor's. If it is
// one too many for either, the supervisor gives up.
func (s *Supervisor) unit(l lapse) bool {
	c := l.child
	if c.Limit.allow(&c.units, s.now) && s.spec.Limit.allow(&s.units, s.now) {
		return true
	}
	s.teardown(failed, &Fault{What: GaveUp, Child: c.ID, Of: l.exit.cause()})
	return false
}

// allow counts one more, and reports whether all those within the window are not
// too many.
func (l Limit) allow(units *[]time.Duration, now time.Duration) bool {
	if l.Per == 0 {
		return true
	}
	*units = append(slices.DeleteFunc(*units, func(u time.Duration) bool {
		return l.Per != Forever && now-u > l.Per
	}), now)
	return len(*units) <= l.Max
}

// renewed is a child that has been restarted in place.
func (s *Supervisor) renewed(c *Child, x Exit) {
	l := lapse{child: c, exit: x, inPlace: true}
	switch {
	case c.State == Stopping || s.closed():
	case s.busy():
		s.lapsed = append(s.lapsed, &l)
	default:
		s.count(l)
	}
	if c.State == Running { // the new one is well until it says otherwise
		s.disarm(c)
		s.watch(c)
	}
}

// count makes a unit of a restart in place.
func (s *Supervisor) count(l lapse) {
	if s.unit(l) {
		l.child.Restarts++
		l.child.since = s.now
	}
}

// delay has a restart wait for the child's backoff, or, if it is tried again
// after a failed start, for its turn in the mailbox. It reports whether there is
// anything to wait for.
func (s *Supervisor) delay(c *Child, retry bool) bool {
	switch {
	case c.Backoff != nil:
		s.arm(c, c.Backoff.delay(c.failures))
		c.failures++
	case retry:
		s.again(c)
	default:
		return false
	}
	return true
}

// regroup restarts a group: its members are stopped in reverse, there is a pause
// if there is a reason for one, then they are started in order. If a group is
// waiting already, the new one takes it along: what is left of its pause stays
// the pause of both, unless the new group begins further up.
func (s *Supervisor) regroup(l lapse) {
	c, g := l.child, &s.group
	from := c.place
	if s.spec.Strategy == OneForAll {
		from = 0
	}
	first := from
	if joins := s.stage == waiting && from >= g.from; joins {
		first = g.from
	} else {
		if g.lead != nil && s.stage == waiting {
			s.disarm(g.lead)
		}
		*g = group{lead: c, from: from, retry: l.starting}
	}
	s.stage, s.todo = grouping, s.todo[:0]
	for _, c := range s.children {
		if c.place >= from {
			s.include(c)
		}
	}
	for _, c := range slices.Backward(s.children) {
		if c.place >= first {
			s.todo = append(s.todo, step{bringDown, c})
		}
	}
	s.todo = append(s.todo, step{pause, nil})
	for _, c := range s.children {
		if c.place >= first {
			s.todo = append(s.todo, step{bringUp, c})
		}
	}
	s.proceed()
}

// include makes a child a member, if it was not terminated, and is not just
// being added. Whoever was about to restart it by hand has been overtaken.
func (s *Supervisor) include(c *Child) {
	if c.terminating() || c.arriving() {
		return
	}
	c.due, c.lapse = true, nil
	if !c.live() {
		c.State = Restarting
	}
	s.answer(c, ErrRestarting)
}

// rested reports whether the group may start: at once, after the lead's backoff,
// or, if the lead could not be started, when its retry comes back. A lead that
// was terminated demands nothing.
func (s *Supervisor) rested() bool {
	g := &s.group
	if !g.lead.due {
		return true
	}
	if !g.paused {
		g.paused = true
		s.delay(g.lead, g.retry)
	}
	return g.lead.token == 0
}
