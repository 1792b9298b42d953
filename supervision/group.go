package supervision

import "github.com/understudy-go/understudy/actor"

// group is the restart of several children as one: those that run are stopped
// in reverse order, one after another; after the backoff, if there is one, all
// are started in order, each ready before the next.
type group struct {
	id    uint64 // members carry it
	lead  *child // the child for whose sake it is done; RestForOne begins with it
	retry bool   // the last attempt failed: leave the mailbox a turn first
	due   bool   // the lead has waited long enough

	incident *incident
}

// restartGroup begins a group restart for c. A group that waits is taken along:
// what was to be started then is started now, or still waits for its turn. Those
// of it that have been terminated meanwhile stay so if c's own restart does not
// concern them.
func (m *machine) restartGroup(c *child, l lapse) {
	m.report(&m.group.incident)
	waiting := m.stage == stageGroupWait
	if !waiting || m.plan.strategy == RestForOne && c.pos < m.group.lead.pos {
		if waiting {
			m.cancel(m.group.lead)
		}
		m.group.lead, m.group.retry, m.group.due = c, l.starting, false
		m.group.id = m.next()
	}
	var affected []string
	for k := m.groupFirst(); k != nil; k = k.next {
		concerned := m.plan.strategy == OneForAll || k.pos >= c.pos
		if concerned && m.enlist(k) || !concerned && m.member(k) {
			affected = append(affected, k.name)
		}
	}
	m.group.incident = m.open(c, l, directiveRestart, affected)
	m.emitStrategy(m.group.incident)
	m.stage, m.cursor = stageGroupStop, m.kids.tail
	m.groupStopNext()
}

// groupFirst is where the group begins. A lead that is gone by now still has
// its link to those that followed it.
func (m *machine) groupFirst() *child {
	if m.plan.strategy == RestForOne {
		return m.group.lead
	}
	return m.kids.head
}

// enlist makes a child a member. Left out is who just arrives and who is being
// terminated.
func (m *machine) enlist(c *child) bool {
	if c.arriving() || len(c.waiters) > 0 {
		return false
	}
	m.answer(c, ErrRestarting)
	m.forgo(c)
	c.group = m.group.id
	if !c.live() {
		m.become(c, StateRestarting)
	}
	return true
}

// member reports whether the child belongs to the group in hand.
func (m *machine) member(c *child) bool { return c.group == m.group.id && c.group != 0 }

// covered reports whether the group's stop takes care of the child: an end of
// its own means nothing then.
func (m *machine) covered(c *child) bool { return m.stage == stageGroupStop && m.member(c) }

// groupStopNext stops the next member, or waits for a child in its place that is
// being stopped for another reason.
func (m *machine) groupStopNext() {
	for c := m.cursor; c != nil && (m.plan.strategy == OneForAll || c.pos >= m.group.lead.pos); c = c.prev {
		if c.removed || !c.live() || c.arriving() {
			continue
		}
		if c.state != StateStopping {
			if !m.member(c) {
				continue
			}
			m.beginStop(c, m.group.incident, "sibling_failed")
			m.stop(c, c.shutdown.within(), c.restart != Temporary)
		}
		m.cursor, m.awaited = c.prev, c
		return
	}
	m.groupStopped()
}

// rest is a member that has been stopped and waits for its turn to start.
// Temporary ones are not waited for.
func (m *machine) rest(c *child) {
	if c.restart == Temporary {
		m.settle(c, actor.ErrStopped)
		return
	}
	m.become(c, StateRestarting)
}

// groupStopped decides when the group starts. A lead that somebody has stopped
// for good in the meantime has no say in that.
func (m *machine) groupStopped() {
	lead := m.group.lead
	m.stage = stageGroupWait
	switch {
	case m.group.due, !m.member(lead):
		m.groupStart()
	case lead.token != 0:
		// It was waiting already when others joined.
	default:
		if d, ok := m.backoff(lead); ok {
			m.group.incident.wait(d, m.now)
			m.arm(lead, d)
		} else if m.group.retry {
			m.again(lead)
		} else {
			m.groupStart()
		}
	}
}

// groupDue is the end of the lead's wait. If others have to be stopped first,
// the group starts when they are.
func (m *machine) groupDue() {
	m.group.due = true
	if m.stage == stageGroupWait {
		m.group.incident.waited(m.now)
		m.groupStart()
	}
}

func (m *machine) groupStart() {
	m.stage, m.cursor = stageGroupStart, m.groupFirst()
	m.groupStartNext()
}

// groupStartNext starts the next member, or ends the job.
func (m *machine) groupStartNext() {
	for c := m.cursor; c != nil; c = c.next {
		if c.removed || !m.member(c) || c.state != StateRestarting {
			continue
		}
		m.cursor, m.awaited = c.next, c
		m.restart(c, forGroup, m.group.incident)
		return
	}
	m.reportRestarted(&m.group.incident)
	m.group.lead = nil
	m.stage, m.cursor = stageServe, nil
}
