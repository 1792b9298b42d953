package actor

import (
	"errors"
	"reflect"
	"time"
)

// An Event is what happened to a child, as its parent is told.
type Event struct {
	Child Child
	Kind  EventKind
	Err   error // why the start failed; ErrIgnore when the child chose not to run
	Exit  Exit  // how it ended, or what it went on after

	// Incarnation is the number of the start, for children that count them.
	Incarnation uint64
}

// An EventKind says which of an Event's fields count.
type EventKind uint8

const (
	// ChildStarted: the child runs.
	ChildStarted EventKind = iota
	// ChildNotStarted: the child did not start; Event.Err tells why.
	ChildNotStarted
	// ChildEnded: the child has ended; Event.Exit tells how.
	ChildEnded
	// ChildResumed: the child goes on as it was after the failure that
	// Event.Exit tells of; see [Self.Oversee].
	ChildResumed
	// ChildRenewed: another incarnation of the child has taken the place of the
	// one that ended as Event.Exit tells; see [Self.Oversee].
	ChildRenewed
)

// cause is why the child does not run.
func (e Event) cause() error {
	if e.Kind == ChildEnded {
		return e.Exit.Err
	}
	return e.Err
}

// kidEvent brings what happened to a child to its parent.
type kidEvent struct {
	kid   *kid
	event Event
}

// kidStarted brings that an incarnation of an actor's child runs: the event that
// every child has, in one pointer.
type kidStarted struct{ inc *incarnation }

func (s kidStarted) apply(*core) bool {
	k := s.inc.host.(*kid) //nolint:errcheck,forcetypeassert // it is made for these
	return k.happened(Event{Child: k.child, Kind: ChildStarted, Incarnation: s.inc.number})
}

// happened has the parent handle what did not end the child.
func (k *kid) happened(e Event) (mine bool) {
	inc := k.inc.Load()
	if inc.phase != receiving || !inc.hasKid(k) {
		return true
	}
	return k.ears.notify(inc, e)
}

func (s *kidEvent) apply(c *core) bool {
	k, inc := s.kid, s.kid.inc.Load()
	if s.event.Kind != ChildEnded && s.event.Kind != ChildNotStarted {
		return k.happened(s.event)
	}
	if !inc.removeKid(k) {
		return true // left behind by a parent that could not wait
	}
	inc.plans().ended = &s.event
	switch _, isTask := k.child.(*task); {
	case inc.phase == receiving:
		if !k.ears.notify(inc, s.event) {
			return false // what is left to do here is done when inc ends, or goes on
		}
	case isTask:
		inc.mourn(s.event.Exit)
	}
	c.settle(inc)
	if inc.phase == reaping {
		return c.reap()
	}
	return true
}

// bereft tells an actor that a child could not even be started, for which it
// may be waiting by now.
type bereft struct{}

func (bereft) apply(c *core) bool {
	if c.inc != nil && c.inc.phase == reaping {
		return c.reap()
	}
	return true
}

// settle decides about the address of the child whose end the actor has been
// told: it ends, unless the child was started again or is to be kept.
func (c *core) settle(inc *incarnation) {
	if inc.agenda == nil || inc.agenda.ended == nil {
		return
	}
	e := inc.agenda.ended
	inc.agenda.ended = nil
	if inc.forsakes(e.Child) && !c.isOwn(e.Child) {
		c.release(e.Child, e.cause(), nil)
	}
}

// stopChild is the time that an actor's child has to stop when its parent
// ends.
const stopChild = 5 * time.Second

// share is the time that the next of n children gets to stop: the usual one,
// but never so much that those after it, or the stop hook, would have none.
func (i *incarnation) share(n int) time.Duration {
	left := i.left()
	left -= min(left/4, 100*time.Millisecond)
	if n > 1 {
		left /= 2
	}
	return min(stopChild, left)
}

// checkChild refuses what cannot be a child.
func checkChild(child Child) error {
	v := reflect.ValueOf(child)
	pointer := v.Kind() == reflect.Pointer
	switch {
	case !v.IsValid(), pointer && v.IsNil():
		return &FieldError{Field: "Child", Reason: errors.New("is nil")}
	case !pointer && !v.Comparable():
		return &FieldError{Actor: child.Name(), Field: "Child", Reason: errors.New("is not comparable: use a pointer")}
	}
	return nil
}
