package supervision

import (
	"errors"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
)

// closing is the teardown: nothing is started any more, and all that runs is
// stopped.
type closing struct {
	end  ending
	err  error // why, for whoever waits for the supervisor
	errs []error

	// The time for all of it.
	from   time.Time
	within time.Duration

	incident *incident
}

// ending is what the teardown leads to.
type ending uint8

const (
	ordered       ending = iota // the supervisor was told to stop,
	startOrdered                // while it was starting
	startAborted                // a child could not be started
	limitExceeded               // one restart too many was needed
	autoShutdown                // significant children ended
	escalated                   // a rule made a child's failure the supervisor's own
)

// reason is why children are stopped, as it stands in traces.
func (e ending) reason() string {
	switch e {
	case limitExceeded:
		return "giving_up"
	case escalated:
		return "escalated"
	case autoShutdown:
		return "auto_shutdown"
	case startAborted:
		return "start_failed"
	}
	return "shutdown"
}

// onHalt is an order to stop within a time. If the teardown has begun already
// it can only become shorter.
func (m *machine) onHalt(within time.Duration) {
	switch m.stage {
	case stageIdle, stageBoot:
		m.limit(within)
		m.close(startOrdered, actor.ErrShutdown, m.startup)
	case stageClose:
		if within < left(m.closing.from, m.closing.within, m.now) {
			m.limit(within)
			m.hastenAll()
		}
	case stageDone:
	default:
		m.limit(within)
		m.close(ordered, nil, m.openOwn(directiveShutdown))
	}
}

func (m *machine) limit(within time.Duration) {
	m.closing.from, m.closing.within = m.now, max(0, within)
}

// openOwn begins the record of the supervisor's own start or orderly stop.
func (m *machine) openOwn(directive string) *incident {
	in := &incident{Incident: monitoring.Incident{
		Failure: monitoring.Failure{
			Path: m.plan.path, Name: m.plan.name, Type: supervisorType, Incarnation: m.plan.incarnation,
		},
		Supervisor: m.plan.path, SupervisorType: supervisorType, Strategy: m.plan.strategy.String(),
		Directive: directive, MaxRestarts: m.window.max, Window: m.window.per, Begin: m.now,
	}}
	if directive == directiveShutdown {
		in.Failure.Kind = actor.Shutdown.String()
	}
	return in
}

// giveUp ends the supervisor because of one restart too many for a window: its
// own, or the child's.
func (m *machine) giveUp(c *child, l lapse, w *window) {
	in := m.open(c, l, directiveEscalate, nil)
	in.Restarts, in.MaxRestarts, in.Window = w.inWindow(m.now)+1, w.max, w.per
	err := &IntensityError{
		Path: m.plan.path, Child: c.name, Max: w.max, Window: w.per, Last: l.cause(),
		strict: m.plan.strict, trace: in.Ref,
	}
	m.emitLimit(c, in.Restarts, err)
	m.close(limitExceeded, err, in)
}

// escalate ends the supervisor because a rule says so.
func (m *machine) escalate(c *child, l lapse) {
	in := m.open(c, l, directiveEscalate, nil)
	m.close(escalated, &EscalatedError{Path: m.plan.path, Child: c.name, Err: l.cause(), trace: in.Ref}, in)
}

// close begins the teardown. All that was under way is over: whoever waits for
// it is told, timers and restarts are called off.
func (m *machine) close(end ending, err error, in *incident) {
	m.closing.end, m.closing.err, m.closing.incident = end, err, in
	m.stage, m.awaited, m.cursor = stageClose, nil, m.kids.tail
	for _, d := range m.deferred {
		if d.inPlace {
			m.reportUnanswered(d.child, d.lapse.exit)
		}
	}
	m.report(&m.group.incident)
	for c := m.kids.head; c != nil; c = c.next {
		m.reportOwn(c)
		m.report(&c.byHand)
		m.cancel(c)
		m.answer(c, actor.ErrStopped)
		for _, req := range c.waiters {
			m.reply(req, "terminate", c, actor.ErrStopped)
		}
		m.forgo(c)
		if !c.live() {
			m.become(c, StateStopped)
		} else if m.plan.sideBySide {
			m.tearDown(c)
		}
	}
	m.closeNext()
}

// closeNext stops the next child, last one first, or ends the teardown. Where
// children stop side by side all have been asked already.
func (m *machine) closeNext() {
	for c := m.cursor; c != nil && !m.plan.sideBySide; c = c.prev {
		if !c.live() {
			continue
		}
		m.cursor, m.awaited = c.prev, c
		m.tearDown(c)
		return
	}
	if m.live == 0 {
		m.closed()
	}
}

// tearDown stops a child, or hurries it on if somebody has stopped it before.
func (m *machine) tearDown(c *child) {
	within := m.allowance(c)
	if c.state == StateStopping {
		c.stopAgain = false
		m.hasten(c, within)
		return
	}
	m.beginStop(c, m.closing.incident, m.closing.end.reason())
	m.stop(c, within, false)
}

// allowance is the time a child gets in the teardown: what its policy says, but
// no more than is left, less a margin for the supervisor's own end. A child
// that is not the last to be stopped leaves half of it to the others.
func (m *machine) allowance(c *child) time.Duration {
	own := c.shutdown.within()
	all := left(m.closing.from, m.closing.within, m.now)
	if all == actor.Forever {
		return own
	}
	all -= min(all/4, 100*time.Millisecond)
	if m.live > 1 && !m.plan.sideBySide {
		all /= 2
	}
	return min(own, all)
}

// hastenAll applies a shorter time to those that are being stopped.
func (m *machine) hastenAll() {
	if m.awaited != nil {
		m.hasten(m.awaited, m.allowance(m.awaited))
		return
	}
	for c := m.kids.head; c != nil; c = c.next {
		if c.live() {
			m.hasten(c, m.allowance(c))
		}
	}
}

// tornDown is a child's end in the teardown, asked for or not.
func (m *machine) tornDown(c *child, x actor.Exit) {
	m.collect(c, x)
	m.become(c, StateStopped)
	if m.plan.sideBySide {
		m.closeNext()
	} else {
		m.proceed(c)
	}
}

// collect keeps what has to be told about an end in the teardown: failures, also
// those of a stop hook, permanent children that ended by themselves, and what a
// supervisor has to tell of those below it, also one that gives up and for which
// that is an orderly end.
func (m *machine) collect(c *child, x actor.Exit) {
	if below, ok := errors.AsType[*ShutdownError](x.Err); ok && x.Kind == actor.Shutdown {
		m.closing.errs = append(m.closing.errs, below.Errors...)
		return
	}
	_, hook := errors.AsType[*actor.HookError](x.Err)
	gaveUp, _ := x.Err.(*IntensityError) //nolint:errorlint // what it wraps has no say
	below := gaveUp != nil && len(gaveUp.Teardown) > 0
	if hook || below || x.Kind.Abnormal() || x.Kind == actor.Normal && c.restart == Permanent {
		m.closing.errs = append(m.closing.errs,
			&ChildError{Op: "stop", Path: m.plan.path, ID: c.id, Err: cause(x), Process: c.process})
	}
}

// closed is the end of the teardown, and of the machine. The addresses of the
// spec's children are the parent's to end, for it may start all of them again,
// also after a start that failed.
func (m *machine) closed() {
	m.stage = stageDone
	k := &m.closing
	for c := m.kids.head; c != nil; c = c.next {
		if c.added {
			m.retire(c, k.err)
		}
	}
	switch k.end {
	case ordered, autoShutdown:
		m.report(&k.incident)
		m.do(doExit{k.shutdownError()})
	case startOrdered:
		err := k.shutdownError()
		if err == nil {
			err = k.err
		}
		m.report(&k.incident)
		m.do(doReady{err})
	case startAborted:
		err := k.startError(m.plan.path)
		k.incident.Err = err
		m.report(&k.incident)
		m.do(doReady{err})
	case limitExceeded:
		err, _ := errors.AsType[*IntensityError](k.err)
		err.Teardown = k.errs
		m.failed(err)
	case escalated:
		err, _ := errors.AsType[*EscalatedError](k.err)
		err.Teardown = k.errs
		m.failed(err)
	}
}

// failed is the end of a supervisor that has to hand a failure on.
func (m *machine) failed(err error) {
	m.closing.incident.Err = err
	m.report(&m.closing.incident)
	m.emitEscalated(err)
	m.do(doExit{err})
}

func (k *closing) shutdownError() error {
	if len(k.errs) == 0 {
		return nil
	}
	return &ShutdownError{Errors: k.errs}
}

// startError adds what went wrong after the failed start. What a supervisor
// below said is passed on untouched: it is not this one's to write to.
func (k *closing) startError(path string) error {
	if len(k.errs) == 0 {
		return k.err
	}
	if err, ok := errors.AsType[*StartError](k.err); ok && err.Path == path {
		err.Teardown = k.errs
		return err
	}
	return errors.Join(append([]error{k.err}, k.errs...)...)
}
