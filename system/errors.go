package system

import "errors"

var (
	// ErrInvalidConfig: a Config is wrong. Each wrong field is a *ConfigError.
	ErrInvalidConfig = errors.New("system: invalid config")
	// ErrShutdown: the call needs a running system, and this one has been, or
	// is being, shut down.
	ErrShutdown = errors.New("system: shut down")
	// ErrTaskExists: the phase has a task of that name.
	ErrTaskExists = errors.New("system: the phase has a task of that name")
	// ErrTaskTimeout: a task did not return in the time of its phase, and was
	// left behind. It is the cause of its context's end.
	ErrTaskTimeout = errors.New("system: did not return in time")
	// ErrTaskSkipped: a task was not run, because one of a required phase before
	// it has failed.
	ErrTaskSkipped = errors.New("system: skipped, for a required phase has failed")
)
