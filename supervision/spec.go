package supervision

import "time"

// Spec declares a supervisor: its children, in the order in which they start,
// and what happens when one of them ends. It is plain data; nothing runs until
// the supervisor is started.
type Spec struct {
	// Name is the supervisor's name among its siblings. It may be left empty
	// only in the root's spec, where the system fills it in.
	Name string
	// Strategy says which siblings share a restart. Zero means OneForOne.
	Strategy Strategy
	// Limit bounds the restarts. Zero means 5 within 60 seconds.
	Limit Limit
	// Defaults are the policies of every child that does not state its own.
	Defaults Defaults
	// Children start in this order, each one ready before the next, and stop
	// in reverse.
	Children []Child
}

// Defaults are policies shared by all children of a supervisor. Each may be
// overridden in a [Child].
type Defaults struct {
	// Restart says which ends mean a restart. Zero means Permanent.
	Restart Restart
	// Shutdown is the time to stop. Zero means 5 seconds, and Infinity for
	// children that are supervisors.
	Shutdown Shutdown
	// StartTimeout is how long a child may take until it is ready. Zero means
	// 30 seconds, and no limit for children that are supervisors;
	// [actor.Forever] means no limit.
	StartTimeout time.Duration
	// Backoff delays restarts. Nil means that they are not delayed.
	Backoff *Backoff
}
