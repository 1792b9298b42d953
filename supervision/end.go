package supervision

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
)

// lapse is an end, or a failed start, that calls for a restart.
type lapse struct {
	exit     actor.Exit
	starting bool               // a start failed
	previous monitoring.SpanRef // the incident in which it did
}

// cause is the reason to name in errors. It never is or wraps what would make
// an error of the supervisor look like an orderly end of its own.
func (l lapse) cause() error { return cause(l.exit) }

func cause(x actor.Exit) error {
	switch {
	case x.Err == nil:
		return fmt.Errorf("ended: %v", x.Kind)
	case errors.Is(x.Err, actor.ErrShutdown), errors.Is(x.Err, actor.ErrStop):
		return fmt.Errorf("ended: %v: %v", x.Kind, x.Err) //nolint:errorlint // as text only, see above
	}
	return x.Err
}

func (m *machine) onEnded(ev ended) {
	c := m.kids.find(ev.id)
	if c == nil || !c.live() || c.epoch != ev.epoch {
		return
	}
	if ev.exit.Incarnation != 0 {
		c.incarnation = ev.exit.Incarnation
	}
	switch {
	case c.state == StateStopping:
		m.down(c)
		m.stopped(c, ev.exit)
	case !c.up:
		m.notStarted(c, cause(ev.exit))
	default:
		m.down(c)
		m.endedItself(c, ev.exit)
	}
}

// down notes that there is no incarnation any more.
func (m *machine) down(c *child) {
	m.cancel(c)
	if c.up && c.backoff != nil && m.now.Sub(c.readyAt) >= c.backoff.resetAfter() {
		c.attempts = 0
	}
	c.epoch, c.up = 0, false
	m.live--
}

// endedItself is an end that nobody asked for.
func (m *machine) endedItself(c *child, x actor.Exit) {
	c.lastErr = x.Err
	m.emitEnded(c, x)
	switch {
	case m.over():
		m.reportUnanswered(c, x)
		m.tornDown(c, x)
	case m.covered(c):
		m.reportUnanswered(c, x)
		m.rest(c)
	case c.verdict(x) == stop:
		m.dropped(c, lapse{exit: x})
	case m.busy():
		m.deferRestart(c, lapse{exit: x})
	default:
		m.decide(c, lapse{exit: x})
	}
}

// dropped is a child that ended, or could not be restarted, and is not to come
// back.
func (m *machine) dropped(c *child, l lapse) {
	m.reportAlone(c, l, directiveStop)
	m.settle(c, l.exit.Err)
	m.significantEnded(c)
}

// stop asks a child to end within a time. again says that it is to be restarted
// afterwards.
func (m *machine) stop(c *child, within time.Duration, again bool) {
	m.cancel(c)
	m.become(c, StateStopping)
	c.stopAgain = again
	m.stopWithin(c, within)
}

// hasten shortens the time of a child that has been asked to stop.
func (m *machine) hasten(c *child, within time.Duration) {
	if left(c.stopFrom, c.stopWithin, m.now) > within {
		m.stopWithin(c, within)
	}
}

func (m *machine) stopWithin(c *child, within time.Duration) {
	c.stopFrom, c.stopWithin = m.now, within
	m.do(doStop{c.id, c.process, within, c.stopAgain})
}

// left is what remains at now of a time given at from. Kept as a duration
// throughout: the sum of a time and a long duration may not exist.
func left(from time.Time, within time.Duration, now time.Time) time.Duration {
	if within == actor.Forever {
		return within
	}
	return max(0, within-now.Sub(from))
}

// stopped is an end that was asked for. Who asked last has the first claim.
func (m *machine) stopped(c *child, x actor.Exit) {
	told := x
	if c.ailing != nil {
		told = c.ailing.exit(x)
	}
	c.lastErr = told.Err
	terminated, group := len(c.waiters) > 0, m.covered(c)
	if !m.over() && !terminated && !group {
		switch {
		case c.timedOut:
			m.startFailed(c, timeoutError(x))
			return
		case c.ailing != nil:
			awaited := m.awaited == c // a group has waited for it in its place
			m.endedItself(c, told)
			if awaited {
				m.proceed(c)
			}
			return
		}
	}
	m.emitEnded(c, told)
	m.endSteps(c, trouble(x))
	m.reportUnanswered(c, told)
	switch {
	case m.over():
		m.tornDown(c, x)
		return
	case terminated:
		m.terminated(c)
	case group:
		m.rest(c)
	}
	m.proceed(c)
}

// trouble is what went wrong in an end that was asked for. That the child says
// in an error that it was asked is in order.
func trouble(x actor.Exit) error {
	_, below := errors.AsType[*ShutdownError](x.Err)
	_, hook := errors.AsType[*actor.HookError](x.Err)
	if below || hook || x.Kind.Abnormal() {
		return x.Err
	}
	for _, orderly := range []error{actor.ErrShutdown, actor.ErrStop, context.Canceled} {
		if errors.Is(x.Err, orderly) {
			return nil
		}
	}
	return x.Err
}

// timeoutError is a start that was not ready in time, and how it was ended if
// it had to be left behind.
func timeoutError(x actor.Exit) error {
	if x.Kind == actor.Abandoned {
		return fmt.Errorf("%w: %w", actor.ErrStartTimeout, cause(x))
	}
	return actor.ErrStartTimeout
}
