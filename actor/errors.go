package actor

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// The classes of errors. Every error of this package and of package
// supervision that belongs to one answers errors.Is with it.
var (
	// ErrRetryable: the same call may succeed later.
	ErrRetryable = errors.New("retryable")
	// ErrFatal: the same call cannot succeed any more.
	ErrFatal = errors.New("fatal")
	// ErrNotFound: what was named does not exist.
	ErrNotFound = errors.New("not found")
)

// What an actor returns to say how it wants to end.
var (
	// ErrStop, returned by Receive, ends the actor normally.
	ErrStop = errors.New("actor: stop")
	// ErrShutdown, returned by Receive, ends the actor as if it had been asked
	// to. It is also the cause with which a stopped incarnation's context is
	// cancelled.
	ErrShutdown = errors.New("actor: shutdown")
	// ErrIgnore, returned by New, says that the actor chooses not to run. It
	// is not a failure.
	ErrIgnore = errors.New("actor: start ignored")
)

// What calls on an actor fail with.
var (
	// ErrStopped: the actor's address has ended, or the reference is the zero
	// value.
	ErrStopped = classified("actor: stopped", ErrFatal)
	// ErrMailboxFull: a bounded mailbox has no room and its policy, or
	// TrySend, does not wait.
	ErrMailboxFull = classified("actor: mailbox full", ErrRetryable)
	// ErrStashFull: the stash has no room.
	ErrStashFull = classified("actor: stash full", ErrRetryable)
	// ErrNothingInHand: there is no message of the mailbox in hand that could be
	// put aside.
	ErrNothingInHand = classified("actor: no message of the mailbox in hand", ErrFatal)
	// ErrDropped: the message was dropped by the mailbox's overflow policy.
	ErrDropped = classified("actor: message dropped", ErrRetryable)
	// ErrAbandoned: the calling incarnation, or the one asked, did not return
	// in time and was cut off.
	ErrAbandoned = classified("actor: abandoned", ErrFatal)
	// ErrStartTimeout: New did not return in time.
	ErrStartTimeout = classified("actor: start timeout", ErrRetryable)
	// ErrDeadlock: to wait would be to wait for ever, because whom the call
	// waits for is waiting for the caller.
	ErrDeadlock = classified("actor: deadlock", ErrFatal)
	// ErrNoReply: the actor ended without answering an ask that it had taken.
	ErrNoReply = classified("actor: no reply", ErrRetryable)
	// ErrUnwatchable: the address does not tell of its end, or is the actor's
	// own.
	ErrUnwatchable = classified("actor: cannot be watched", ErrFatal)
	// ErrLinked: another actor, to which the actor was linked, has ended.
	ErrLinked = errors.New("actor: linked")
	// ErrAlreadyStarted: the child runs already.
	ErrAlreadyStarted = errors.New("actor: already started")
	// ErrNameTaken: another actor of the system is registered by that name.
	ErrNameTaken = errors.New("actor: name taken")
	// ErrInvalidSpec: the declaration is wrong. The message names the field.
	ErrInvalidSpec = classified("actor: invalid spec", ErrFatal)
	// ErrGoexit: user code called runtime.Goexit.
	ErrGoexit = errors.New("actor: runtime.Goexit called")
)

// classedError is a sentinel that belongs to a class of errors.
type classedError struct {
	text  string
	class error
}

func classified(text string, class error) error { return &classedError{text, class} }

func (e *classedError) Error() string        { return e.text }
func (e *classedError) Is(target error) bool { return target == e.class }

// A FieldError is one wrong field of a Spec. It is [ErrInvalidSpec].
type FieldError struct {
	Actor  string // the actor's name, as far as it has one
	Field  string // such as "Mailbox.Capacity"
	Reason error
}

func (e *FieldError) Error() string {
	return fmt.Sprintf("actor: invalid spec of %q: %s: %v", e.Actor, e.Field, e.Reason)
}

// Unwrap returns the sentinel and the reason.
func (e *FieldError) Unwrap() []error { return []error{ErrInvalidSpec, e.Reason} }

// An AbandonedError says which user code did not return in time. It is
// [ErrAbandoned].
type AbandonedError struct {
	Path        string
	Incarnation uint64
	State       string        // what it was doing: "starting", "receiving", "stopping", "running a task"
	Message     string        // the type of the message in hand, or the name of the task's function as the compiler has it, or empty
	For         time.Duration // how long it had been asked to end
}

func (e *AbandonedError) Error() string {
	in := ""
	if e.Message != "" {
		in = " " + e.Message
	}
	return fmt.Sprintf("actor: abandoned %s#%d: still %s%s after %v", e.Path, e.Incarnation, e.State, in, e.For)
}

// Is reports whether target is ErrAbandoned.
func (e *AbandonedError) Is(target error) bool { return target == ErrAbandoned || target == ErrFatal }

// A HookError says that a hook at the end of an incarnation failed: what it
// returned, a *[PanicError], [ErrGoexit], or that it had to be abandoned.
type HookError struct {
	Restart bool // the hook is PreRestart, not Stopped
	Err     error
}

func (e *HookError) Error() string {
	if e.Restart {
		return fmt.Sprintf("actor: restart hook: %v", e.Err)
	}
	return fmt.Sprintf("actor: stop hook: %v", e.Err)
}

// Unwrap returns what the hook failed with.
func (e *HookError) Unwrap() error { return e.Err }

// A DeadlockError is the cycle in which the call would have waited. It is
// [ErrDeadlock].
type DeadlockError struct {
	Path []string // the actors' paths; the first is the caller, the last is the caller again
}

func (e *DeadlockError) Error() string {
	return "actor: deadlock: " + strings.Join(e.Path, " → ")
}

// Is reports whether target is ErrDeadlock.
func (e *DeadlockError) Is(target error) bool { return target == ErrDeadlock || target == ErrFatal }
