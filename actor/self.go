package actor

import (
	"time"

	"github.com/understudy-go/understudy/internal/effect"
	"github.com/understudy-go/understudy/monitoring"
)

// A Self is an incarnation's handle on itself, given to New. It has no effect
// any more once the incarnation has ended or was abandoned.
//
//	Ref, Name, Path, ID, Incarnation   who it is
//	Start, Oversee, Stop, Keep, Retire its children
//	Continue                           a message ahead of all others
//	After, OnIdle, Passivate           messages of time; see also Timers
//	Watch, Unwatch, Link, Unlink       others' ends
//	DeferStart, TrapStop               its own start and end, in several steps
type Self[M any] incarnation

// inc is the incarnation that Self is.
func (s *Self[M]) inc() *incarnation { return (*incarnation)(s) }

// process is the actor whose incarnation it is.
func (s *Self[M]) process() *Process[M] {
	return s.core.body.(*Process[M]) //nolint:errcheck,forcetypeassert // its own body made this
}

// Ref returns the actor's own address.
func (s *Self[M]) Ref() Ref[M] { return s.process().Ref }

// Name returns the name that the actor was declared with.
func (s *Self[M]) Name() string { return s.process().Name() }

// Path returns the actor's path, such as "/shop/orders/worker-3".
func (s *Self[M]) Path() string { return s.process().Path() }

// ID returns the actor's identity in its system.
func (s *Self[M]) ID() monitoring.ID { return s.process().ID() }

// Incarnation counts the actor's starts, from 1.
func (s *Self[M]) Incarnation() uint64 { return s.number }

// Telemetry returns the telemetry of the actor's system.
func (s *Self[M]) Telemetry() *monitoring.Telemetry { return s.inc().runtime().telemetry }

// Start starts a child and returns at once. What happens to the child comes
// back as messages: on makes one of each event, and Receive gets it ahead of
// the messages in the mailbox. A child that has ended keeps its address only if
// Receive starts it again, or says Keep, while it handles that event.
//
// When the actor ends, its children are stopped first, last started first.
//
// The errors are [ErrAlreadyStarted] when the child is one already,
// [ErrInvalidSpec], and [ErrStopped] when the incarnation is over.
func (s *Self[M]) Start(child Child, on func(Event) M) error { return s.Oversee(child, nil, on) }

// Oversee is Start for a parent with a policy: judge is asked what is to become
// of an incarnation of the child that is ending, before anything of it is lost, if it
// has failed in Receive or is a [Restarter]; other ends are the same whatever it says.
// It is called on the child's goroutine, so it must not use the parent's state
// without a lock, nor block. A panic in it counts as [Ends].
//
// What judge says binds the child, not the parent: an incarnation that ends is
// told of as ever, and the parent may still decide otherwise.
func (s *Self[M]) Oversee(child Child, judge func(Exit) Prospect, on func(Event) M) error {
	if s.fence.isCut() {
		return ErrAbandoned
	}
	if err := checkChild(child); err != nil {
		return err
	}
	k := &kid{child: child, ears: hearing[M](on), judge: judge}
	k.inc.Store(s.inc())
	if err := s.inc().addKid(k); err != nil {
		return err
	}
	s.inc().effect(effect.Start, child.Name(), 0)
	started := false
	defer func() {
		if !started { // it panicked: there is nothing to wait for
			k.leave()
			s.core.tell(bereft{})
		}
	}()
	child.Start(s.inc().nursery(), k)
	started = true
	k.catchUp()
	return nil
}

// Stop has a child end within the given time and returns at once; its end
// comes as an event.
func (s *Self[M]) Stop(child Child, within time.Duration) {
	if s.inc().live() {
		s.inc().effect(effect.Stop, child.Name(), within)
		child.Stop(within)
	}
}

// Keep keeps the address of a child that has ended open, for a later Start.
// Messages to it wait meanwhile.
func (s *Self[M]) Keep(child Child) {
	if s.inc().live() {
		s.inc().keepChild(child)
	}
}

// Retire ends the address of a child that does not run; see [Retirer]. It
// returns at once. on, if it is not nil, makes a message of it when the address
// has ended: what waited is a dead letter then, and the name is free. The message
// comes ahead of those in the mailbox.
func (s *Self[M]) Retire(child Child, cause error, on func() M) {
	if !s.inc().pin() {
		return
	}
	defer s.core.rarely().retiring.Done()
	s.inc().forgetChild(child)
	var over func()
	if on != nil {
		over = func() { s.process().tell(&note[M]{s.process(), s.inc(), on}) }
	}
	s.core.release(child, cause, over)
}

// Continue has msg handled after the message in hand, or after New, ahead of
// those in the mailbox: it does what is left of a step that takes several. It is
// never refused and does not block, however full the mailbox is. Like all that
// belongs to the incarnation it is not handled if that ends before.
func (s *Self[M]) Continue(msg M) {
	if s.inc().live() {
		s.effect(effect.Continue, 0, msg)
		s.process().tell(&note[M]{s.process(), s.inc(), func() M { return msg }})
	}
}

// note is a message of what an actor was waiting for.
type note[M any] struct {
	p   *Process[M]
	inc *incarnation
	on  func() M
}

func (n *note[M]) apply(c *core) bool {
	if c.inc != n.inc || n.inc.phase != receiving {
		return true
	}
	return n.p.receiveOne(n.inc, n.on)
}

// After has msg handled after d, ahead of the messages in the mailbox; at once
// if d is not positive. A timer that was stopped never fires, nor does one of
// an incarnation that has ended, even if its time had come before.
func (s *Self[M]) After(d time.Duration, msg M) *Timer {
	t := &Timer{inc: s.inc()}
	fire := func() { s.process().tell(tick[M]{s.process(), t, msg}) }
	if t.start(d, fire) {
		s.effect(effect.After, d, msg)
	}
	return t
}

// DeferStart, called in New, says that the actor is not ready when New
// returns. Messages are handled as usual, but the parent is told that the
// actor has started only when the function that DeferStart returns is called
// with nil. With an error the actor ends, and its start has failed. The
// function may be called from any goroutine; only the first call counts. An
// actor that says that it is ready and ends at once has started, and has ended.
// After New, DeferStart has no effect.
func (s *Self[M]) DeferStart() (ready func(error)) {
	if s.inc().isStarting() {
		s.inc().waiting = true
	}
	return func(err error) {
		if s.inc().say(err) {
			s.process().tell(readiness{s.inc(), err})
		}
	}
}

// TrapStop, called in New, says that the actor ends in several steps. When it
// is asked to stop, on makes a message of the request, which is handled ahead
// of those in the mailbox, and nothing else happens: the actor goes on until
// Receive returns an error, such as ErrShutdown. When the time is over it is
// ended all the same, as abandoned; if no time was given, after a tenth of a
// second. A further request comes as a further message. After New, TrapStop has
// no effect.
func (s *Self[M]) TrapStop(on func(Stopping) M) {
	if s.inc().isStarting() {
		s.inc().trapStop(func(r Stopping) bool {
			return s.process().receiveOne(s.inc(), func() M { return on(r) })
		})
	}
}

// Stopping is a request to stop.
type Stopping struct {
	Within time.Duration // the time that is left; Forever means no limit
}
