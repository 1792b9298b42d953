package actor

// A Prospect is what a parent's policy makes of the end of a child's
// incarnation, as far as it can be told before anything is decided.
type Prospect uint8

const (
	// Ends: the incarnation ends, and whether another one follows is not known.
	Ends Prospect = iota
	// Restarts: the incarnation ends, and another one is to follow. Its
	// [Restarter] hook runs.
	Restarts
	// Renews: another incarnation follows at once, in place: the children of
	// the old one are left running and are those of the new one, and what
	// happens to them is told to it. Only a failure in Receive of an actor that
	// is not to end can be answered like this; otherwise it counts as Restarts.
	// When New fails, or the actor is asked to stop before it is done, the
	// children are stopped after all, and the end is that of the old one.
	Renews
	// Resumes: the incarnation goes on with the next message, its state as it
	// is. The one that failed counts as handled, and its ask fails. Only a
	// failure in Receive can be passed over like this, in an actor that is not
	// asked to stop; otherwise it counts as Ends. One that drains goes on
	// draining.
	Resumes
)

// An Overseer is a [Host] that has a say in the end of an incarnation before it
// begins.
type Overseer interface {
	// Foresee says what is to become of an incarnation that is ending as exit
	// says: after a failure in Receive, and at every other end, also one that was
	// asked for, of an actor that is a [Restarter]. It is not called if New has
	// not returned an actor, or user code was abandoned. It is called on the child's
	// goroutine, like user code of the child's, and must not block. If it
	// panics the incarnation ends.
	Foresee(exit Exit) Prospect

	// Continued tells that after exit the child goes on, as Foresee had said:
	// Resumes, or Renews. It does not block.
	Continued(exit Exit, how Prospect)
}
