package supervision

import (
	"errors"

	"github.com/understudy-go/understudy/actor"
)

// checks is what a supervisor knows of the health of one child. The child's
// timer, which has nothing else to do while it runs, says when the next check
// is due, and during a check when it is too late for an answer.
type checks struct {
	on       bool // switched on
	asking   bool // a check is under way
	failures int  // since the last healthy answer
	last     actor.Health
}

// watchHealth begins to check a child that has become ready.
func (m *machine) watchHealth(c *child) {
	c.checks.failures, c.checks.last = 0, actor.Healthy
	m.nextCheck(c)
}

// nextCheck lets an interval pass.
func (m *machine) nextCheck(c *child) {
	if c.checks.on {
		m.arm(c, c.health.Interval)
	}
}

// healthDue is the end of an interval, or of the time for an answer.
func (m *machine) healthDue(c *child) {
	if c.checks.asking {
		c.token, c.checks.asking = 0, false
		m.checkFailed(c, actor.Healthy)
		return
	}
	m.arm(c, c.health.Timeout)
	c.checks.asking = true
	m.do(doCheck{c.id, c.token, c.health.Timeout})
}

// onDiagnosed is an answer in time; any other has a token that means nothing.
func (m *machine) onDiagnosed(ev diagnosed) {
	c := m.kids.find(ev.id)
	if c == nil || !c.checks.asking || c.token != ev.token {
		return
	}
	m.cancel(c)
	if ev.health.IsFailed() {
		m.checkFailed(c, ev.health)
		return
	}
	if ev.health.IsHealthy() {
		c.checks.failures = 0
	} else if ev.health != c.checks.last {
		m.emitDegraded(c, ev.health.Reason())
	}
	c.checks.last = ev.health
	m.nextCheck(c)
}

// checkFailed counts a check that failed: by its answer, or, if that is healthy,
// for want of one.
func (m *machine) checkFailed(c *child, h actor.Health) {
	c.checks.failures++
	err := &HealthError{Path: m.pathOf(c), Failures: c.checks.failures, Last: h, Timeout: c.health.Timeout}
	c.checks.last = h
	if h.IsHealthy() {
		c.checks.last = actor.Failed("no answer in " + err.Timeout.String())
	}
	if c.checks.failures < c.health.Threshold {
		m.nextCheck(c)
		return
	}
	within := c.shutdown.within()
	if within == actor.Forever {
		within = c.health.Timeout
	}
	m.stop(c, within, c.verdict(err.exit(actor.Exit{})).startsAgain())
	c.ailing = err
}

// exit is the end of a child that was stopped for its health: a failure, or an
// abandonment if it had to be left behind. What else went wrong is told too.
func (e *HealthError) exit(x actor.Exit) actor.Exit {
	more := trouble(x)
	x.Err = e
	if more != nil {
		x.Err = errors.Join(e, more)
	}
	if x.Kind != actor.Abandoned {
		x.Kind = actor.Failure
	}
	return x
}

// onHealth switches the checks of a child on or off. The count starts anew.
func (m *machine) onHealth(cmd cmdHealth) {
	if m.refuse(cmd.req, "check", cmd.id) {
		return
	}
	c := m.kids.find(cmd.id)
	switch {
	case c == nil:
		m.unknown(cmd.req, "check", cmd.id)
		return
	case c.health == nil:
		m.reply(cmd.req, "check", c, ErrHealthOff)
		return
	case c.checks.on != cmd.on:
		c.checks.on = cmd.on
		if c.state == StateRunning {
			m.cancel(c)
			m.watchHealth(c)
		}
	}
	m.reply(cmd.req, "check", c, nil)
}
