package supervision

import (
	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
)

// onStart adds a child, after all others, and starts it. If it cannot be
// started it has never been there. It must share neither its id nor its process
// with another.
func (m *machine) onStart(cmd cmdStart) {
	if m.refuse(cmd.req, "start", cmd.child.id) {
		return
	}
	if c := m.kids.holder(cmd.child); c != nil {
		err := ErrAlreadyPresent
		if c.state == StateRunning || c.state == StateStarting {
			err = ErrAlreadyStarted
		}
		m.reply(cmd.req, "start", c, err)
		return
	}
	if m.plan.most > 0 && len(m.kids.ids) >= m.plan.most {
		m.do(doReply{req: cmd.req, err: &ChildError{Op: "start", Path: m.plan.path, ID: cmd.child.id, Err: ErrMaxChildren}})
		return
	}
	c := m.add(cmd.child)
	c.added, c.asked, c.req, c.since = true, true, cmd.req, m.now
	m.beginByHand(c, monitoring.StepStart)
	m.launch(c, forAdd)
}

// onTerminate stops a child for good: what was to be done with it is not done.
// The answer comes when it has ended; a child that has no process is fine as it
// is.
func (m *machine) onTerminate(cmd cmdTerminate) {
	if m.refuse(cmd.req, "terminate", cmd.id) {
		return
	}
	c := m.kids.find(cmd.id)
	switch {
	case c == nil:
		m.unknown(cmd.req, "terminate", cmd.id)
	case c.live():
		c.waiters = append(c.waiters, cmd.req)
		if c.state != StateStopping {
			m.beginByHand(c, monitoring.StepStop)
			m.stop(c, c.shutdown.within(), false)
		}
	case c.state.Terminal():
		m.become(c, StateStopped)
		m.reply(cmd.req, "terminate", c, nil)
	default:
		m.reportOwn(c)
		m.settle(c, actor.ErrStopped)
		m.reply(cmd.req, "terminate", c, nil)
		if m.stage == stageGroupWait && c == m.group.lead {
			// The others have no reason to wait.
			m.group.incident.waited(m.now)
			m.groupStart()
		}
		m.proceed(c) // the initial start may have been waiting to try again
	}
}

// terminated answers those who asked for the child's end. If somebody had asked
// for its start, that came to nothing.
func (m *machine) terminated(c *child) {
	waiters := c.waiters
	c.waiters = nil
	m.reportOwn(c)
	m.report(&c.byHand)
	if c.purpose == forAdd && c.asked {
		m.kids.remove(c)
		m.retire(c, actor.ErrStopped)
	} else {
		m.settle(c, actor.ErrStopped)
	}
	m.answer(c, actor.ErrStopped)
	for _, req := range waiters {
		m.reply(req, "terminate", c, nil)
	}
}

// onRestart starts a child that has no process.
func (m *machine) onRestart(cmd cmdRestart) {
	if c := m.idle(cmd.req, "restart", cmd.id); c != nil {
		c.asked, c.req = true, cmd.req
		m.beginByHand(c, monitoring.StepStart)
		m.launch(c, forHand)
	}
}

// onDelete forgets a child that has no process. Its address has ended with its
// last incarnation.
func (m *machine) onDelete(cmd cmdDelete) {
	if c := m.idle(cmd.req, "delete", cmd.id); c != nil {
		m.kids.remove(c)
		m.reply(cmd.req, "delete", c, nil)
	}
}

// idle returns the child of that id if it has no process and is to have none.
// Otherwise it answers the command.
func (m *machine) idle(req uint64, op, id string) *child {
	if m.refuse(req, op, id) {
		return nil
	}
	c := m.kids.find(id)
	switch {
	case c == nil:
		m.unknown(req, op, id)
	case c.state == StateRestarting, m.covered(c) && c.state == StateStopping && len(c.waiters) == 0:
		m.reply(req, op, c, ErrRestarting)
	case !c.state.Terminal():
		m.reply(req, op, c, ErrRunning)
	default:
		return c
	}
	return nil
}

// refuse answers a command that comes too late.
func (m *machine) refuse(req uint64, op, id string) bool {
	if m.over() {
		m.do(doReply{req: req, err: &ChildError{Op: op, Path: m.plan.path, ID: id, Err: actor.ErrStopped}})
		return true
	}
	return false
}

func (m *machine) unknown(req uint64, op, id string) {
	m.do(doReply{req: req, err: &ChildError{Op: op, Path: m.plan.path, ID: id, Err: ErrNotFound}})
}

// reply answers a command about a child.
func (m *machine) reply(req uint64, op string, c *child, err error) {
	if err != nil {
		err = &ChildError{Op: op, Path: m.plan.path, ID: c.id, Err: err, Process: c.process}
	}
	m.do(doReply{req, err, c.process})
}

// answer answers who asked for the child's start, if anybody did.
func (m *machine) answer(c *child, err error) {
	if !c.asked {
		return
	}
	c.asked = false
	op := "restart"
	if c.purpose == forAdd {
		op = "start"
	}
	m.report(&c.byHand)
	m.reply(c.req, op, c, err)
}
