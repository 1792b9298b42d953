package pool

import (
	"fmt"

	"github.com/understudy-go/understudy/actor"
)

var (
	// ErrEmpty: there is no worker that could get the message now or later. A
	// Resize may help, so that it is retryable.
	ErrEmpty error = &classed{"pool: no worker", actor.ErrRetryable}
	// ErrBroadcast: a broadcast cannot be a question.
	ErrBroadcast error = &classed{"pool: a broadcast has no answer", actor.ErrFatal}
)

// classed is a sentinel that belongs to one of package actor's classes.
type classed struct {
	text  string
	class error
}

func (e *classed) Error() string        { return e.text }
func (e *classed) Is(target error) bool { return target == e.class }

// A JobError is why a message was given up under Pull. It stands in the dead
// letter, and is what an asker gets.
type JobError struct {
	Attempts int   // how often it was handled
	Err      error // what the last worker failed with
}

func (e *JobError) Error() string {
	return fmt.Sprintf("pool: given up after %d attempts: %v", e.Attempts, e.Err)
}

// Unwrap returns what the last worker failed with.
func (e *JobError) Unwrap() error { return e.Err }

// A SizeError says that a pool cannot have so many workers.
type SizeError struct{ Size int }

func (e *SizeError) Error() string { return fmt.Sprintf("pool: size: %d is negative", e.Size) }

// Is reports whether target is actor.ErrFatal.
func (e *SizeError) Is(target error) bool { return target == actor.ErrFatal }
