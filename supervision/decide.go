package supervision

import (
	"errors"
	"time"

	"github.com/understudy-go/understudy/actor"
)

// decide restarts a child that must be restarted, with those that share its
// fate, unless that is one restart too many or a rule makes the failure the
// supervisor's own.
func (m *machine) decide(c *child, l lapse) {
	if c.verdict(l.exit) == escalate {
		m.escalate(c, l)
		return
	}
	if !m.unit(c, l) {
		return
	}
	if m.plan.strategy == OneForOne {
		m.restartOne(c, l)
	} else {
		m.restartGroup(c, l)
	}
}

// unit counts a restart, or gives up if it is one too many.
func (m *machine) unit(c *child, l lapse) bool {
	for _, w := range []*window{c.own, &m.window} {
		if w != nil && !w.add(m.now) {
			m.giveUp(c, l, w)
			return false
		}
	}
	return true
}

// restartOne restarts a child by itself: at once, after its backoff, or, if the
// last attempt has failed, when all that waits in the mailbox is done.
func (m *machine) restartOne(c *child, l lapse) {
	c.incident = m.open(c, l, directiveRestart, []string{c.name})
	m.emitStrategy(c.incident)
	m.become(c, StateRestarting)
	if d, ok := m.backoff(c); ok {
		c.incident.wait(d, m.now)
		m.arm(c, d)
	} else if l.starting {
		m.again(c)
	} else {
		m.restart(c, forRestart, c.incident)
	}
}

// restart launches a child as a step of an incident.
func (m *machine) restart(c *child, why purpose, in *incident) {
	m.beginRestart(c, in)
	m.launch(c, why)
}

// restartFailed is an attempt that came to nothing: a new lapse, which counts.
func (m *machine) restartFailed(c *child, err error) {
	l := failedStart(err)
	if c.verdict(l.exit) == stop {
		m.notRestarted(c, l)
		return
	}
	if c.purpose == forGroup {
		l.previous = m.report(&m.group.incident)
		m.awaited = nil
	} else {
		l.previous = m.report(&c.incident)
	}
	m.decide(c, l)
}

// notRestarted is an attempt that failed in such a way that there is to be no
// other. A group goes on without the child.
func (m *machine) notRestarted(c *child, l lapse) {
	if c.purpose == forGroup {
		l.previous = m.group.incident.Ref
	} else {
		l.previous = m.report(&c.incident)
	}
	m.dropped(c, l)
	m.proceed(c)
}

// failedStart is a start that failed as a lapse.
func failedStart(err error) lapse {
	return lapse{
		exit:     actor.Exit{Kind: startKind(err), Err: err},
		starting: true,
	}
}

// startKind is the class of a failed start.
func startKind(err error) actor.Kind {
	if _, ok := errors.AsType[*actor.PanicError](err); ok {
		return actor.Panic
	}
	switch {
	case errors.Is(err, actor.ErrGoexit):
		return actor.Goexit
	case errors.Is(err, actor.ErrAbandoned):
		return actor.Abandoned
	}
	return actor.Failure
}

// onToken is a timer that fired or a retry that came back.
func (m *machine) onToken(id string, token uint64) {
	c := m.kids.find(id)
	if c == nil || c.token == 0 || c.token != token {
		return
	}
	switch {
	case c.state == StateRunning:
		m.healthDue(c)
		return
	case c.state == StateStarting && c.live():
		m.onTimeout(c)
		return
	}
	c.token = 0
	if c.state == StateStarting { // in the initial start, and not for the first time
		m.startup.waited(m.now)
		m.beginBoot(c)
		m.launch(c, forBoot)
		return
	}
	if c == m.group.lead {
		m.groupDue()
		return
	}
	c.incident.waited(m.now)
	m.restart(c, forRestart, c.incident)
}

// backoff returns how long the child's restart is to be delayed, if at all, and
// counts it.
func (m *machine) backoff(c *child) (time.Duration, bool) {
	if c.backoff == nil {
		return 0, false
	}
	chance := 0.0
	if c.backoff.Jitter > 0 && m.plan.chance != nil {
		chance = m.plan.chance()
	}
	d := c.backoff.spread(int(c.attempts), chance)
	c.attempts++
	return d, true
}
