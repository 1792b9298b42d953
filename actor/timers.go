package actor

import (
	"fmt"
	"time"

	"github.com/understudy-go/understudy/internal/effect"
)

// Timers are messages that an actor has sent itself for later, each known by a
// key. They come ahead of the messages in the mailbox, and belong to the
// incarnation: none outlives it.
//
// A key has one timer. Starting it again takes the place of the timer that there
// is, and Cancel calls it off; in both cases a message that was queued already
// is not handled any more.
type Timers[K comparable, M any] struct {
	self *Self[M]
	by   map[K]*alarm[K, M] // protected by the incarnation's mu
}

// NewTimers returns the actor's timers with keys of type K. They are made in
// New, like the rest of the state.
func NewTimers[K comparable, M any](self *Self[M]) *Timers[K, M] {
	return &Timers[K, M]{self: self, by: make(map[K]*alarm[K, M])}
}

// After has msg handled once, after d; at once if d is not positive.
func (t *Timers[K, M]) After(key K, d time.Duration, msg M) { t.start(key, d, 0, once, msg) }

// Every has msg handled at a fixed rate: d from now, and then at each further
// multiple of d. While the actor is busy with something else at most one message
// waits, which stands for all that were due meanwhile; the next one comes at the
// next multiple. A period that is not positive only cancels.
func (t *Timers[K, M]) Every(key K, d time.Duration, msg M) { t.start(key, d, d, atRate, msg) }

// Repeat has msg handled again and again with a fixed delay: d from now, and
// then d after each time that it was handled. A period that is not positive only
// cancels.
func (t *Timers[K, M]) Repeat(key K, d time.Duration, msg M) { t.start(key, d, d, withDelay, msg) }

// Cancel calls a timer off, and reports whether there was one.
func (t *Timers[K, M]) Cancel(key K) bool {
	inc := t.self.inc()
	inc.mu.Lock()
	defer inc.mu.Unlock()
	if inc.fence.isCut() || !t.remove(key) {
		return false
	}
	t.effect(effect.Cancel, key, 0, nil)
	return true
}

// Active reports whether a message of this key is still to be handled. That of
// a timer which fires once is not while it is being handled.
func (t *Timers[K, M]) Active(key K) bool {
	inc := t.self.inc()
	inc.mu.Lock()
	defer inc.mu.Unlock()
	return !inc.finished && t.by[key] != nil
}

func (t *Timers[K, M]) start(key K, d, period time.Duration, how cadence, msg M) {
	inc := t.self.inc()
	inc.mu.Lock()
	defer inc.mu.Unlock()
	if inc.finished || inc.fence.isCut() {
		return
	}
	t.remove(key)
	if how != once && period <= 0 {
		return
	}
	t.effect(cadences[how], key, d, &msg)
	a := &alarm[K, M]{Timer: Timer{inc: inc}, timers: t, key: key, msg: msg, period: period, how: how}
	a.due = time.Now().Add(d)
	t.by[key] = a
	inc.tied().addTimer(&a.Timer)
	if d <= 0 {
		a.fire()
	} else {
		a.timer = time.AfterFunc(d, a.fire)
	}
}

// effect is that of an incarnation with a key, and with a message if there is one.
func (t *Timers[K, M]) effect(kind effect.Kind, key K, d time.Duration, msg *M) {
	tell := t.self.inc().runtime().tell
	if tell == nil {
		return
	}
	e := effect.Effect{By: t.self.Path(), Kind: kind, Of: fmt.Sprint(key), For: d}
	if msg != nil {
		e.Message = *msg
	}
	tell(e)
}

// remove forgets a timer. It is called with the incarnation's mu held.
func (t *Timers[K, M]) remove(key K) bool {
	a, ok := t.by[key]
	if ok {
		delete(t.by, key)
		delete(a.inc.tied().timers, &a.Timer)
		a.halt()
	}
	return ok
}

// A cadence is how often a timer fires.
type cadence uint8

const (
	once cadence = iota
	atRate
	withDelay
)

// cadences are the effects of starting a timer.
var cadences = [...]effect.Kind{once: effect.After, atRate: effect.Every, withDelay: effect.Repeat}

// An alarm is one timer of Timers. It is its own tick: there is never more than
// one of it in the lane.
type alarm[K comparable, M any] struct {
	Timer
	timers *Timers[K, M]
	key    K
	msg    M
	period time.Duration
	how    cadence
	due    time.Time // protected by inc.mu
}

func (a *alarm[K, M]) fire() { a.inc.core.tell(a) }

func (a *alarm[K, M]) apply(c *core) bool {
	inc := a.inc
	if c.inc != inc || inc.phase != receiving || !a.take() {
		return true
	}
	if a.how == withDelay {
		inc.plans().afterwards = a.repeat
	}
	if !a.timers.self.process().receiveOne(inc, func() M { return a.msg }) {
		return false
	}
	inc.followUp()
	return true
}

// take reports whether the message is to be handled now. A timer that fires at a
// rate is armed for the next time at once.
func (a *alarm[K, M]) take() bool {
	a.inc.mu.Lock()
	defer a.inc.mu.Unlock()
	switch {
	case a.stopped.Load():
		return false
	case a.how == once:
		a.timers.remove(a.key)
	case a.how == atRate:
		late := max(time.Since(a.due), 0)
		a.arm(a.period - late%a.period)
	}
	return true
}

// repeat arms the timer again, now that its message was handled.
func (a *alarm[K, M]) repeat() {
	a.inc.mu.Lock()
	defer a.inc.mu.Unlock()
	if !a.stopped.Load() {
		a.arm(a.period)
	}
}

// arm is called with inc.mu held.
func (a *alarm[K, M]) arm(d time.Duration) {
	a.due = time.Now().Add(d)
	a.timer.Reset(d)
}
