package supervision

import (
	"errors"
	"strings"

	"github.com/understudy-go/understudy/actor"
)

// boot begins the initial start.
func (m *machine) boot() {
	if m.stage != stageIdle {
		return
	}
	m.stage, m.cursor = stageBoot, m.kids.head
	m.startup = m.openOwn(directiveStart)
	m.bootNext()
}

// bootNext starts the next child that has not had its turn.
func (m *machine) bootNext() {
	for c := m.cursor; c != nil; c = c.next {
		if c.removed || c.live() || c.state != StateStarting {
			continue
		}
		m.cursor, m.awaited = c.next, c
		m.beginBoot(c)
		m.launch(c, forBoot)
		return
	}
	m.stage, m.cursor = stageServe, nil
	m.report(&m.startup)
	m.do(doReady{nil})
}

// launch starts an incarnation.
func (m *machine) launch(c *child, why purpose) {
	c.epoch, c.purpose = m.next(), why
	c.up, c.timedOut, c.ailing = false, false, nil
	c.incarnation++
	m.live++
	m.become(c, StateStarting)
	m.do(doStart{c.id, c.process, c.epoch})
	if c.startTimeout != actor.Forever {
		m.arm(c, c.startTimeout)
	}
}

func (m *machine) onStarted(ev started) {
	c := m.kids.find(ev.id)
	if c == nil || !c.live() || c.epoch != ev.epoch || c.up {
		return
	}
	if ev.incarnation != 0 {
		c.incarnation = ev.incarnation
	}
	if ev.typ != "" {
		c.typ = ev.typ
	}
	if ev.err != nil {
		m.notStarted(c, ev.err)
		return
	}
	c.up, c.readyAt = true, m.now
	if c.state == StateStopping {
		return // too late: its end follows
	}
	m.cancel(c)
	m.ready(c)
}

// ready is a start that went well.
func (m *machine) ready(c *child) {
	m.become(c, StateRunning)
	if c.purpose == forRestart || c.purpose == forGroup {
		c.restarts++
		m.emitRestarted(c)
		m.broughtBack(c)
	} else {
		m.emitStarted(c)
	}
	m.endSteps(c, nil)
	m.answer(c, nil)
	m.reportRestarted(&c.incident)
	m.watchHealth(c)
	m.proceed(c)
}

// notStarted is the end of an incarnation that never became ready.
func (m *machine) notStarted(c *child, err error) {
	m.down(c)
	switch {
	case c.state == StateStopping:
		// Whatever a start that was cut short comes to, it was asked to end;
		// only what is left behind must be told.
		x := actor.Exit{Kind: actor.Shutdown, Err: err}
		if _, below := errors.AsType[*ShutdownError](err); !below && errors.Is(err, actor.ErrAbandoned) {
			x.Kind = actor.Abandoned
		}
		m.stopped(c, x)
	case m.over(), m.covered(c):
		m.overtaken(c, err)
	default:
		m.startFailed(c, err)
	}
}

// overtaken is a failed start of a child that was about to be stopped: by the
// teardown, or by a group that brings it back if it was started by hand.
func (m *machine) overtaken(c *child, err error) {
	if !errors.Is(err, actor.ErrIgnore) {
		c.lastErr = err
		m.emitNotStarted(c, err)
		m.reportAlone(c, failedStart(err), directiveNone)
	}
	if m.over() {
		m.become(c, StateStopped)
	} else {
		m.rest(c)
	}
}

// startFailed deals with a failed start as its purpose demands.
func (m *machine) startFailed(c *child, err error) {
	if errors.Is(err, actor.ErrIgnore) {
		m.ignored(c, err)
		return
	}
	m.endSteps(c, err)
	c.lastErr = err
	m.emitNotStarted(c, err)
	switch c.purpose {
	case forBoot:
		if int(c.retries) < c.startRetries {
			m.retryBoot(c)
			return
		}
		m.close(startAborted, m.startError(c, err), m.startup)
	case forAdd:
		m.kids.remove(c)
		m.retire(c, err)
		m.answer(c, err)
	case forHand:
		m.become(c, StateFailed)
		m.retire(c, err)
		m.answer(c, err)
		m.proceed(c) // a group may be waiting for it to be out of the way
	case forRestart, forGroup:
		m.restartFailed(c, err)
	}
}

// retryBoot tries an initial start again: after the child's backoff, or, if it has
// none, when all that waits in the mailbox is done. The start waits for it.
func (m *machine) retryBoot(c *child) {
	c.retries++
	m.become(c, StateStarting) // it may have been stopped, for want of time
	if d, ok := m.backoff(c); ok {
		m.startup.wait(d, m.now)
		m.arm(c, d)
	} else {
		m.again(c)
	}
}

// ignored is a child that chose not to run. It counts as started, without a
// process.
func (m *machine) ignored(c *child, err error) {
	m.endSteps(c, nil)
	m.settle(c, err)
	m.answer(c, err)
	m.reportOwn(c)
	m.proceed(c)
}

// onTimeout ends a start that takes too long. What its child answers to the
// stop is the end of the attempt.
func (m *machine) onTimeout(c *child) {
	c.token, c.timedOut = 0, true
	m.stop(c, 0, false)
}

// startError says why the supervisor cannot start. What a supervisor below says
// already names the whole path.
func (m *machine) startError(c *child, err error) error {
	path := m.pathOf(c)
	if below, ok := errors.AsType[*StartError](err); ok && strings.HasPrefix(below.Path+"/", path+"/") {
		return err
	}
	return &StartError{Path: m.plan.path, Child: c.name, Err: err}
}
