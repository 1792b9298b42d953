package supervision

import (
	"time"

	"github.com/understudy-go/understudy/actor"
)

// Child declares one child of a supervisor. Only Process is required.
type Child struct {
	// ID names the child to its supervisor. Empty means the process's name.
	ID string
	// Process is what runs: an actor, another supervisor, or anything else
	// that satisfies [actor.Child]. No process may appear twice.
	Process actor.Child
	// Restart overrides Defaults.Restart. Zero inherits it.
	Restart Restart
	// Shutdown overrides Defaults.Shutdown. Zero inherits it.
	Shutdown Shutdown
	// StartTimeout overrides Defaults.StartTimeout. Zero inherits it.
	StartTimeout time.Duration
	// StartRetries overrides Defaults.StartRetries. Zero inherits it.
	StartRetries int
	// Backoff overrides Defaults.Backoff. Nil inherits it.
	Backoff *Backoff
	// Decider overrides Defaults.Decider as a whole. Nil inherits it; an empty
	// slice has no rules.
	Decider []Rule
	// Health overrides Defaults.Health. Nil inherits it.
	Health *HealthCheck

	// Limit bounds the restarts for the sake of this child alone, beside the
	// supervisor's Limit: if either is exceeded the supervisor gives up. Zero
	// means no limit of its own. A child that is to be given up alone says so by
	// an error that a [Rule] stops: an actor knows by Self.Incarnation how often
	// it was started.
	Limit Limit
	// Significant children can end their supervisor; see [AutoShutdown]. They
	// are not Permanent, and not children of a dynamic supervisor.
	Significant bool
	// KeepChildren restarts an actor in place when it fails: at once, with fresh
	// state, while the children that it has started itself are left running. It
	// goes with OneForOne and without Backoff only; it has no effect on what is
	// not an actor.
	KeepChildren bool
}
