package actor

import (
	"context"
	"sync/atomic"
	"time"
)

// A phase is what an incarnation is doing.
type phase uint8

const (
	starting  phase = iota // New has not returned yet
	receiving              // messages are handled
	judging                // its parent is asked what is to become of it
	reaping                // its children are being stopped
	closing                // the hooks run
	final                  // they have run; the end is to be published
	over                   // ended
)

var phaseNames = [...]string{"starting", "receiving", "stopping", "stopping", "stopping", "stopping", "stopping"}

// An incarnation is one life of an actor, from New to the end. It is the
// context that its user code gets: through it the framework knows, without a
// look-up, which actor a call comes from.
type incarnation struct {
	life lifetime // ends when the incarnation is to end
	caller
	host   Host
	number uint64

	// Made on demand, with mu held, and then left: whoever has seen it needs no mu
	// to find it again.
	*ending       // when the end is asked for or begins
	kids    *kids // when the first child is started
	ties    *ties // see there

	state atomic.Uint32 // phase, for those who look from outside

	// Protected by mu.
	stopped   bool // the end was asked for: then Stop says what time there is, not Spec.HookTimeout
	barred    bool // and not by Drain
	said      bool // the function that DeferStart gave was called
	ready     bool // with nil
	finished  bool // Self has no effect any more
	succeeded bool // another incarnation has taken its place
	sealed    bool // there are to be no more children
	doomed    bool // and those that there are will be stopped

	// Owned by the run loop.
	phase    phase
	fate     Prospect // what the parent says of the end
	passable bool     // the end is one that the parent may pass over
	watched  bool     // a monitor records each message
	heeded   bool     // or something else is to be done for each
	created  bool     // New returned an actor
	ignored  bool     // New returned ErrIgnore
	reported bool     // host was told Started(nil)
	waiting  bool     // New called DeferStart: host is told when it says so
	retire   bool     // the address ends with this incarnation
	drain    int      // messages to handle before the end; negative when not draining
	agenda   *agenda  // made on demand
}

// An ending is the end of an incarnation.
type ending struct {
	// Protected by mu.
	by    time.Time // when the incarnation must have ended; zero: no limit
	asked time.Time // when the end began, or was first asked for
	due   due       // when expire is called

	// Owned by the run loop, from the time when phase leaves receiving.
	exit    Exit
	closing hooks
	then    func(Exit) (mine bool) // see incarnation.next
}

// ties are what few incarnations have and what is undone when they end. Protected
// by mu.
type ties struct {
	timers map[*Timer]struct{}
	bonds  map[bondKey]*bond          // with actors whose end is to be told
	held   map[ask]struct{}           // questions that were handled and have no answer yet
	asking map[asker]struct{}         // questions of its own that wait for an answer
	trap   func(Stopping) (mine bool) // has the request to stop handled as a message
}

// An agenda is what few incarnations have to do beside messages. Owned by the run
// loop.
type agenda struct {
	idle        *idleness   // what is to be done when no messages come; nil: nothing
	afterwards  func()      // what is to be done when the control message in hand has been handled
	ended       *Event      // the child's end that is being told to the actor
	notices     []dueNotice // of ends, that wait for messages to be handled; in order
	replaced    *Exit       // the end of the incarnation whose place it takes, until the parent is told
	retireCause error       // why the address ends with this incarnation

	// The child that is asked to stop since the incarnation ends, and the time by
	// which it is to have done so.
	stopping *kid
	until    time.Time

	then func(Exit) (mine bool) // see incarnation.next
}

// Deadline implements context.Context. There is none, whatever the incarnation was
// started with.
func (i *incarnation) Deadline() (time.Time, bool) { return time.Time{}, false }

// Done implements context.Context.
func (i *incarnation) Done() <-chan struct{} { return i.life.Done() }

// Err implements context.Context.
func (i *incarnation) Err() error { return i.life.Err() }

// Value implements context.Context.
func (i *incarnation) Value(key any) any {
	if key == (turnKey{}) {
		return &i.caller
	}
	return i.life.Value(key)
}

// itsEnd returns the ending, with mu held.
func (i *incarnation) itsEnd() *ending {
	if i.ending == nil {
		i.ending = new(ending)
	}
	return i.ending
}

// tied returns the ties, to be added to, with mu held.
func (i *incarnation) tied() *ties {
	if i.ties == nil {
		i.ties = new(ties)
	}
	return i.ties
}

// plans makes the agenda if there is none yet. Run loop only.
func (i *incarnation) plans() *agenda {
	if i.agenda == nil {
		i.agenda = new(agenda)
	}
	return i.agenda
}

// limitless reports whether there is no time by which the incarnation must have
// ended. It is called with mu held, when the end has been asked for or has begun.
func (i *incarnation) limitless() bool { return i.by.IsZero() }

func newIncarnation(ctx context.Context, c *core, h Host) *incarnation {
	if ctx.Done() != nil {
		ctx = context.WithoutCancel(ctx)
	}
	return &incarnation{
		life:   lifetime{base: ctx},
		caller: caller{core: c},
		host:   h,
		number: c.starts.Add(1),
		drain:  -1,
	}
}

// enter sets the phase. Run loop only.
func (i *incarnation) enter(p phase) {
	i.phase = p
	i.state.Store(uint32(p))
}

// limit notes that the incarnation is to end within d, as of now. A later limit never
// takes the place of an earlier one. False means that it is too late: another
// incarnation has taken its place, and is the core's current one.
func (i *incarnation) limit(d time.Duration, now time.Time, drain bool) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.succeeded {
		return false
	}
	i.stopped = true
	i.barred = i.barred || !drain
	e := i.itsEnd()
	if e.asked.IsZero() {
		e.asked = now
	}
	if by := now.Add(max(d, 0)); d != Forever && (e.by.IsZero() || by.Before(e.by)) {
		e.by = by
	}
	return true
}

// wind has expire called at that time. It is called with mu held.
func (i *incarnation) wind(at time.Time) {
	if phase(i.state.Load()) != over {
		i.runtime().deadlines.set(i, at)
	}
}

// live reports whether Self still has an effect.
func (i *incarnation) live() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return !i.finished && !i.fence.isCut()
}

// pin is live, and keeps the end from being published until retiring.Done.
func (i *incarnation) pin() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.finished || i.fence.isCut() {
		return false
	}
	i.core.rarely().retiring.Add(1)
	return true
}

// isStarting reports whether New has not returned. Only user code asks.
func (i *incarnation) isStarting() bool { return phase(i.state.Load()) == starting }

// startedBy reports whether the incarnation is a child of parent's.
func (i *incarnation) startedBy(parent *core) bool {
	k, ok := i.host.(*kid)
	return ok && k.parent() == parent
}

// isBarred reports whether Stop was called: before New, there is nothing to do.
func (i *incarnation) isBarred() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.barred
}

// isStopped reports whether Stop or Drain was called.
func (i *incarnation) isStopped() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.stopped
}

// left returns how much of the time to end remains; Forever without a limit. The end
// has been asked for or has begun.
func (i *incarnation) left() time.Duration {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.limitless() {
		return Forever
	}
	return max(time.Until(i.by), 0)
}

// revoke makes Self, the timers and the questions ineffective: the end begins.
func (i *incarnation) revoke() {
	i.idle().stop()
	var asking map[asker]struct{}
	i.mu.Lock()
	i.finished = true
	if i.asked.IsZero() { // it ends by itself
		i.asked = i.exit.At
	}
	if t := i.ties; t != nil {
		t.haltTimers()
		asking, t.asking = t.asking, nil
	}
	i.mu.Unlock()
	giveUp(asking) // without mu, for each takes that of who has the question
}

func (t *ties) addTimer(timer *Timer) {
	if t.timers == nil {
		t.timers = make(map[*Timer]struct{})
	}
	t.timers[timer] = struct{}{}
}

// haltTimers calls all timers off. It is called with mu held.
func (t *ties) haltTimers() {
	for timer := range t.timers {
		timer.halt()
	}
	t.timers = nil
}

func giveUp(asking map[asker]struct{}) {
	for a := range asking {
		a.giveUp()
	}
}

// followUp does what was left for after the message in hand, now that it has been
// handled or passed over.
func (i *incarnation) followUp() {
	if a := i.agenda; a != nil && a.afterwards != nil {
		f := a.afterwards
		a.afterwards = nil
		f()
	}
}

// disarm calls the deadline off.
func (i *incarnation) disarm() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.runtime().deadlines.remove(i)
}

// say notes what the function that DeferStart gave is called with, and reports
// whether it counts: only the first call does, and none of what was abandoned.
func (i *incarnation) say(err error) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.said || i.fence.isCut() {
		return false
	}
	i.said, i.ready = true, err == nil
	return true
}

func (i *incarnation) saidReady() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.ready
}

// trapStop has the request to stop handled as a message. Only New asks for it.
func (i *incarnation) trapStop(trap func(Stopping) (mine bool)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.tied().trap = trap
}

// trap returns what has the request to stop handled as a message, or nil.
func (i *incarnation) trap() func(Stopping) (mine bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.ties == nil {
		return nil
	}
	return i.ties.trap
}
