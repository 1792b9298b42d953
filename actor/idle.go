package actor

import (
	"time"

	"github.com/understudy-go/understudy/internal/effect"
)

// OnIdle has msg handled when no message of the mailbox was handled for d, and
// none waits. Timers, children's events and the like do not count. It comes once,
// and again only when a message has been handled since and as much time has
// passed. A further call takes the place of this one, and of [Self.Passivate];
// one with a d that is not positive calls both off.
//
// Actors that never call it pay nothing for it.
func (s *Self[M]) OnIdle(d time.Duration, msg M) {
	if s.inc().live() {
		s.effect(effect.Idle, d, msg)
	}
	s.idle(d, func(w *idleness) bool { return s.process().receiveOne(w.inc, func() M { return msg }) })
}

// Passivate has the actor end normally, in order, when it was idle for d; see
// [Self.OnIdle], whose place it takes. An actor that has not answered a question
// yet, waits for an answer to one of its own, has a task running, or messages in
// its stash is not idle. A message that comes at that moment is handled, or waits for
// the next incarnation, or is a dead letter if there will be none: as at every
// end.
//
// The end is a normal one: a supervisor restarts a permanent child, so an actor
// that passivates is to be a transient or a temporary one.
func (s *Self[M]) Passivate(d time.Duration) {
	if s.inc().live() {
		s.inc().effect(effect.Passive, "", d)
	}
	s.idle(d, func(w *idleness) bool {
		if w.inc.owes() {
			w.touch()
			return true
		}
		return s.process().conclude(Exit{Kind: Normal})
	})
}

func (s *Self[M]) idle(d time.Duration, due func(*idleness) bool) {
	s.process().tell(watchIdle{&idleness{inc: s.inc(), after: d, due: due}})
}

// An idleness is what an actor does when nothing comes. Owned by the run loop.
type idleness struct {
	inc   *incarnation
	after time.Duration
	due   func(*idleness) (mine bool)
	last  time.Time // when a message was last handled
	armed bool
	timer *time.Timer
}

// idle returns what the actor does when nothing comes, or nil.
func (i *incarnation) idle() *idleness {
	if i.agenda == nil {
		return nil
	}
	return i.agenda.idle
}

// touch notes that a message has been handled. Nil is valid.
func (w *idleness) touch() {
	if w == nil {
		return
	}
	w.last = time.Now()
	if !w.armed {
		w.arm(w.after)
	}
}

// arm has the actor look after d whether it is still idle. Messages do not move
// the timer, since most of them would do so in vain.
func (w *idleness) arm(d time.Duration) {
	w.armed = true
	if w.timer == nil {
		w.timer = time.AfterFunc(d, func() { w.inc.core.tell(idleDue{w}) })
	} else {
		w.timer.Reset(d)
	}
}

// stop calls the watch off. Nil is valid.
func (w *idleness) stop() {
	if w != nil && w.timer != nil {
		w.timer.Stop()
	}
}

// watchIdle begins to watch, or ends it.
type watchIdle struct{ idleness *idleness }

func (s watchIdle) apply(c *core) bool {
	w := s.idleness
	inc := w.inc
	if c.inc != inc || inc.phase != receiving {
		return true
	}
	inc.idle().stop()
	plans := inc.plans()
	plans.idle = nil
	if w.after > 0 {
		plans.idle = w
		w.touch()
	}
	inc.heeded = inc.watched || plans.idle != nil
	return true
}

// idleDue comes when the actor may have been idle for long enough.
type idleDue struct{ idleness *idleness }

func (s idleDue) apply(c *core) bool {
	w := s.idleness
	inc := w.inc
	if c.inc != inc || inc.phase != receiving || inc.idle() != w {
		return true
	}
	w.armed = false
	left := w.after - time.Since(w.last)
	switch {
	case c.body.depth() > 0 || inc.drain >= 0: // the next message arms it
		return true
	case left > 0:
		w.arm(left)
		return true
	default:
		return w.due(w)
	}
}

// owes reports whether the actor has something to do yet that no message is
// needed for.
func (i *incarnation) owes() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	asks := i.ties != nil && len(i.ties.held)+len(i.ties.asking) > 0
	return asks || i.core.isAside() > 0 || i.kids.working()
}
