package supervision

import "github.com/understudy-go/understudy/monitoring"

// What a child's failure leads to without its incarnation being stopped and
// started by the supervisor.

// onResumed is a child that goes on as it was: recorded, and nothing else.
func (m *machine) onResumed(ev resumed) {
	c := m.running(ev.id, ev.epoch)
	if c == nil {
		return
	}
	c.lastErr = ev.exit.Err
	m.emitEnded(c, ev.exit)
	m.reportAlone(c, lapse{exit: ev.exit}, directiveResume)
}

// onRenewed is a child that has been restarted in place. It counts like any
// other restart.
func (m *machine) onRenewed(ev renewed) {
	c := m.running(ev.id, ev.epoch)
	if c == nil {
		return
	}
	c.lastErr = ev.exit.Err
	m.emitEnded(c, ev.exit)
	if ev.incarnation != 0 {
		c.incarnation = ev.incarnation
	}
	l := lapse{exit: ev.exit}
	switch {
	case c.state == StateStopping, m.over():
		m.reportUnanswered(c, ev.exit)
	case m.busy():
		m.deferred = append(m.deferred, deferral{child: c, lapse: &l, inPlace: true})
	default:
		m.countRenewal(c, l)
	}
	if c.state == StateRunning { // what the old one was asked is of no interest
		m.cancel(c)
		m.watchHealth(c)
	}
}

// countRenewal makes a unit of a restart in place.
func (m *machine) countRenewal(c *child, l lapse) {
	if !m.unit(c, l) {
		return
	}
	in := m.open(c, l, directiveRestart, []string{c.name})
	m.emitStrategy(in)
	c.restarts++
	c.readyAt = m.now
	m.emitRestarted(c)
	in.add(m.stepOf(c, monitoring.StepRestart))
	in.Restarted = true
	m.report(&in)
}

// running returns the child if that incarnation of it has become ready and has
// not ended.
func (m *machine) running(id string, epoch uint64) *child {
	c := m.kids.find(id)
	if c == nil || !c.live() || c.epoch != epoch || !c.up {
		return nil
	}
	return c
}
