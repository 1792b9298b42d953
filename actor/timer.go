package actor

import (
	"sync/atomic"
	"time"
)

// A Timer is a message that an actor has sent itself for later.
type Timer struct {
	inc     *incarnation
	timer   *time.Timer // protected by inc.mu
	stopped atomic.Bool
}

// Stop calls the message off. It is not handled any more, even if it was
// queued already.
func (t *Timer) Stop() {
	t.inc.mu.Lock()
	defer t.inc.mu.Unlock()
	delete(t.inc.tied().timers, t)
	t.halt()
}

// halt is called with inc.mu held.
func (t *Timer) halt() {
	t.stopped.Store(true)
	if t.timer != nil {
		t.timer.Stop()
	}
}

// start reports whether the message will be handled: the incarnation is not over.
func (t *Timer) start(d time.Duration, fire func()) bool {
	t.inc.mu.Lock()
	defer t.inc.mu.Unlock()
	switch {
	case t.inc.finished || t.inc.fence.isCut():
		t.stopped.Store(true)
		return false
	case d <= 0:
		fire()
	default:
		t.inc.tied().addTimer(t)
		t.timer = time.AfterFunc(d, fire)
	}
	return true
}

// tick is a timer's message, come due.
type tick[M any] struct {
	p     *Process[M]
	timer *Timer
	msg   M
}

func (s tick[M]) apply(c *core) bool {
	inc := s.timer.inc
	if c.inc != inc || inc.phase != receiving || s.timer.stopped.Load() {
		return true
	}
	inc.mu.Lock()
	delete(inc.tied().timers, s.timer)
	inc.mu.Unlock()
	return s.p.receiveOne(inc, func() M { return s.msg })
}
