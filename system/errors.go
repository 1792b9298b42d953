package system

import "errors"

var (
	// ErrInvalidConfig: a Config is wrong. Each wrong field is a *ConfigError.
	ErrInvalidConfig = errors.New("system: invalid config")
	// ErrShutdown: the call needs a running system, and this one has been, or
	// is being, shut down.
	ErrShutdown = errors.New("system: shut down")
)
