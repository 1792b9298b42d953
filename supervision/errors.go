package supervision

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
)

// What supervisors and calls on them fail with. Those that belong to a class
// of package actor (ErrRetryable, ErrFatal, ErrNotFound) answer errors.Is with
// it.
var (
	// ErrInvalidSpec: a declaration is wrong. Each wrong field is a *SpecError.
	ErrInvalidSpec = classified("supervision: invalid spec", actor.ErrFatal)
	// ErrNotFound: the supervisor has no child of that id.
	ErrNotFound = classified("supervision: no such child", actor.ErrNotFound)
	// ErrRunning: the child runs, or is starting or stopping.
	ErrRunning = errors.New("supervision: child is running")
	// ErrRestarting: the child is about to be restarted by its supervisor.
	ErrRestarting = classified("supervision: child is restarting", actor.ErrRetryable)
	// ErrAlreadyStarted: a child of that id runs. The *ChildError carries it.
	ErrAlreadyStarted = errors.New("supervision: child already started")
	// ErrAlreadyPresent: a child of that id is known but does not run.
	ErrAlreadyPresent = errors.New("supervision: child already present")
	// ErrIntensityExceeded: a supervisor needed more restarts than its limit
	// allows and gave up. Always an *IntensityError.
	ErrIntensityExceeded = classified("supervision: restart limit exceeded", actor.ErrFatal)
	// ErrEscalated: a supervisor ended because a rule made a child's failure its
	// own. Always an *EscalatedError.
	ErrEscalated = classified("supervision: escalated", actor.ErrFatal)
	// ErrUnhealthy: a child failed too many health checks. Always a
	// *HealthError.
	ErrUnhealthy = classified("supervision: unhealthy", actor.ErrRetryable)
	// ErrHealthOff: the child has no HealthCheck that could be switched on.
	ErrHealthOff = errors.New("supervision: health is not checked")
	// ErrMaxChildren: a dynamic supervisor has as many children as it may have.
	ErrMaxChildren = classified("supervision: too many children", actor.ErrRetryable)
	// ErrStartFailed: a child could not be started, and so neither could its
	// supervisor. Always a *StartError.
	ErrStartFailed = errors.New("supervision: start failed")
	// ErrShutdownTimeout: a child did not stop in the time it was given and was
	// abandoned.
	ErrShutdownTimeout = errors.New("supervision: shutdown timed out")
)

// classed is a sentinel that belongs to one of package actor's classes.
type classed struct {
	text  string
	class error
}

func classified(text string, class error) error { return &classed{text, class} }

func (e *classed) Error() string        { return e.text }
func (e *classed) Is(target error) bool { return target == e.class }

// A SpecError is one wrong field of a [Spec]. It is [ErrInvalidSpec].
type SpecError struct {
	// Supervisor is the name of the supervisor declared; below the outermost
	// one, names are joined by slashes.
	Supervisor string
	// Child is the id of the child concerned, as far as it has one.
	Child string
	// Field is the field's place in the Spec, such as "Children[2].ID".
	Field string
	// Err says what is wrong with it.
	Err error
}

func (e *SpecError) Error() string {
	return fmt.Sprintf("%v %.1000q: %s: %v", ErrInvalidSpec, e.Supervisor, e.Field, e.Err)
}

// Unwrap returns ErrInvalidSpec and what is wrong.
func (e *SpecError) Unwrap() []error { return []error{ErrInvalidSpec, e.Err} }

// A ChildError is an operation that failed for one child of a supervisor.
type ChildError struct {
	// Op is "start", "terminate", "restart", "delete" for commands, and "stop"
	// for a child that did not stop in order.
	Op string
	// Path is the path of the supervisor; ID names the child to it.
	Path, ID string
	Err      error
	// Process is the child that is known by that id, nil if there is none.
	Process actor.Child
}

func (e *ChildError) Error() string {
	return fmt.Sprintf("supervision: %s: %s %s: %v", e.Path, e.Op, e.ID, e.Err)
}

// Unwrap returns why the operation failed.
func (e *ChildError) Unwrap() error { return e.Err }

// A StartError says which child kept a supervisor from starting. It is
// [ErrStartFailed].
type StartError struct {
	// Path is the path of the child's supervisor, Child the child's name.
	Path, Child string
	// Err is why it could not be started.
	Err error
	// Teardown holds what went wrong while its siblings were stopped again.
	Teardown []error
}

func (e *StartError) Error() string {
	return fmt.Sprintf("%v: %s/%s: %v%s", ErrStartFailed, e.Path, e.Child, e.Err, also(e.Teardown))
}

// Is reports whether target is ErrStartFailed.
func (e *StartError) Is(target error) bool { return target == ErrStartFailed }

// Unwrap returns the cause, then what else went wrong.
func (e *StartError) Unwrap() []error { return withCause(e.Err, e.Teardown) }

// An IntensityError says that a supervisor has given up. It is
// [ErrIntensityExceeded].
type IntensityError struct {
	// Path is the path of the supervisor that gave up, Child the name of the
	// child that was one time too many to be restarted.
	Path, Child string
	// Max restarts were allowed within Window.
	Max    int
	Window time.Duration
	// Last is the end, or the failed start, that exceeded them.
	Last error
	// Teardown holds what went wrong while the children were stopped.
	Teardown []error

	strict bool // it counts as an orderly end
	// trace is the span of the decision, under which the parent's own goes.
	trace monitoring.SpanRef
}

func (e *IntensityError) Error() string {
	return fmt.Sprintf("%v: %s: more than %v: %s: %v%s",
		ErrIntensityExceeded, e.Path, AtMost(e.Max, e.Window), e.Child, e.Last, also(e.Teardown))
}

// Is reports whether target is ErrIntensityExceeded or its class.
func (e *IntensityError) Is(target error) bool {
	return target == ErrIntensityExceeded || target == actor.ErrFatal
}

func (e *IntensityError) span() monitoring.SpanRef { return e.trace }

// Unwrap returns the last cause, then what else went wrong.
func (e *IntensityError) Unwrap() []error { return withCause(e.Last, e.Teardown) }

// An EscalatedError says that a supervisor ended because of a child's failure,
// as one of the child's rules demands. It is [ErrEscalated].
type EscalatedError struct {
	// Path is the path of the supervisor, Child the name of the child.
	Path, Child string
	// Err is what the child ended with.
	Err error
	// Teardown holds what went wrong while the children were stopped.
	Teardown []error

	// trace is the span of the decision, under which the parent's own goes.
	trace monitoring.SpanRef
}

func (e *EscalatedError) Error() string {
	return fmt.Sprintf("%v: %s: %s: %v%s", ErrEscalated, e.Path, e.Child, e.Err, also(e.Teardown))
}

// Is reports whether target is ErrEscalated or its class.
func (e *EscalatedError) Is(target error) bool {
	return target == ErrEscalated || target == actor.ErrFatal
}

func (e *EscalatedError) span() monitoring.SpanRef { return e.trace }

// Unwrap returns the cause, then what else went wrong.
func (e *EscalatedError) Unwrap() []error { return withCause(e.Err, e.Teardown) }

// A HealthError is why a child was stopped that failed its health checks. It is
// [ErrUnhealthy].
type HealthError struct {
	// Path is the path of the child.
	Path string
	// Failures is how many checks had failed, with no healthy one in between.
	Failures int
	// Last is the last answer; healthy if there was none in time.
	Last actor.Health
	// Timeout is how long an answer may take.
	Timeout time.Duration
}

func (e *HealthError) Error() string {
	if e.Last.IsFailed() {
		return fmt.Sprintf("%v: %s: %d checks failed, the last one: %s", ErrUnhealthy, e.Path, e.Failures, e.Last.Reason())
	}
	return fmt.Sprintf("%v: %s: %d checks failed, the last one for want of an answer in %v",
		ErrUnhealthy, e.Path, e.Failures, e.Timeout)
}

// Is reports whether target is ErrUnhealthy or its class.
func (e *HealthError) Is(target error) bool {
	return target == ErrUnhealthy || target == actor.ErrRetryable
}

// A ShutdownError lists what did not go well when a supervisor and all below it
// were stopped: children that failed or were abandoned, and permanent ones that
// ended by themselves. The supervisor has stopped all the same, so this is
// [actor.ErrShutdown]; it is [ErrShutdownTimeout] if a child was abandoned.
type ShutdownError struct {
	// Errors holds one *ChildError for each of them, in the order of their
	// ends.
	Errors []error
}

func (e *ShutdownError) Error() string {
	return "supervision: shutdown" + also(e.Errors)
}

// Is reports whether target is actor.ErrShutdown, or ErrShutdownTimeout and a
// child was abandoned.
func (e *ShutdownError) Is(target error) bool {
	if target == ErrShutdownTimeout {
		return errors.Is(errors.Join(e.Errors...), actor.ErrAbandoned)
	}
	return target == actor.ErrShutdown
}

// Unwrap returns the errors.
func (e *ShutdownError) Unwrap() []error { return e.Errors }

// withCause is the list of a cause and its side effects.
func withCause(cause error, more []error) []error {
	return append([]error{cause}, more...)
}

// also appends errors to an error's text.
func also(errs []error) string {
	var b strings.Builder
	for _, err := range errs {
		fmt.Fprintf(&b, "; %v", err)
	}
	return b.String()
}
