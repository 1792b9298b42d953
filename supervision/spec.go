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
	// StrictOTP makes giving up an end as if it had been asked for, as in
	// Erlang/OTP, where a supervisor that gives up ends with the reason
	// shutdown: then a parent restarts it only if it is permanent. Without it
	// giving up is a failure, after which a transient supervisor is restarted too.
	StrictOTP bool
	// AutoShutdown says whether the ends of significant children are the
	// supervisor's own. Zero means Never.
	AutoShutdown AutoShutdown
	// MaxChildren bounds how many children a dynamic supervisor has at a time;
	// one that waits for its restart is one of them. Zero means no bound.
	MaxChildren int
	// Defaults are the policies of every child that does not state its own.
	Defaults Defaults
	// Children start in this order, each one ready before the next, and stop
	// in reverse.
	Children []Child
	// Invalid, if set, is what is wrong with the declaration from which this
	// Spec was made. Packages that build on this one put it here.
	Invalid error
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
	// StartRetries is how often the initial start of a child is tried again when
	// it fails, after the delay that its Backoff says, until the supervisor's own
	// start fails. These are no restarts and count against no limit. Zero means
	// that the first failure is final.
	StartRetries int
	// Backoff delays restarts. Nil means that they are not delayed.
	Backoff *Backoff
	// Decider has the rules that decide about errors before Restart does. Nil
	// means none.
	Decider []Rule
	// Health has children asked how they fare. Nil means that they are not.
	Health *HealthCheck
}
