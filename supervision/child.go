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
	// Backoff overrides Defaults.Backoff. Nil inherits it.
	Backoff *Backoff
}
