package actor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/understudy-go/understudy/monitoring"
)

// A Kind says how an incarnation ended. The classes are closed: every end
// belongs to exactly one.
type Kind uint8

const (
	// Normal: Receive returned an error that is or wraps [ErrStop].
	Normal Kind = iota
	// Shutdown: the framework asked for the end, or the actor returned an
	// error that is or wraps [ErrShutdown].
	Shutdown
	// Failure: any other error. A context.Canceled that did not come from
	// this incarnation's own context is one too.
	Failure
	// Panic: user code panicked. Exit.Err is or wraps a *[PanicError].
	Panic
	// Goexit: user code called runtime.Goexit.
	Goexit
	// Abandoned: user code did not return in time. Its goroutine cannot be
	// killed; it was cut off from the system instead. Exit.Err is or wraps an
	// *[AbandonedError].
	Abandoned
)

var kindNames = [...]string{"normal", "shutdown", "failure", "panic", "goexit", "abandoned"}

// String returns the kind in lower case, as it stands in spans and logs.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Abnormal reports whether the end was neither normal nor asked for.
func (k Kind) Abnormal() bool { return k >= Failure }

// An Exit is the end of one incarnation, as its parent is told.
type Exit struct {
	Kind Kind

	// Err is the cause. It is nil for a normal end, and for an orderly
	// shutdown that went without trouble.
	Err error

	// Message is the type of the message that was being handled, such as
	// "Inc"; empty if the end came between messages.
	Message string

	// Incarnation counts the starts of this child, from 1.
	Incarnation uint64

	// At is when the incarnation ended, with a monotonic reading.
	At time.Time

	// Depth is how many messages were waiting.
	Depth int

	// Trace is the span of the message being handled, if it was sampled.
	Trace monitoring.SpanRef
}

// String describes the end in one line.
func (e Exit) String() string {
	switch {
	case e.Err == nil:
		return e.Kind.String()
	case e.Message == "":
		return fmt.Sprintf("%v: %v", e.Kind, e.Err)
	default:
		return fmt.Sprintf("%v on %s: %v", e.Kind, e.Message, e.Err)
	}
}

// A Kinder is an error that says itself what kind of end it means, whatever it
// wraps.
type Kinder interface {
	error
	ExitKind() Kind
}

// ended is the end that an error of user code means. It is user code itself,
// since it calls the error's methods: they may panic, and worse.
func ended(own context.Context, err error) Exit {
	return Exit{Kind: classify(own, err), Err: err}
}

// endedBy is ended for where the end is the exception: in a function of its own, it
// takes no room on the stack of its caller.
//
//go:noinline
func endedBy(own context.Context, err error) *Exit {
	e := ended(own, err)
	return &e
}

// classify decides the kind of an end from the error that user code returned;
// a panic and a Goexit never come this way. A cancellation counts as a
// shutdown only if it is the framework's cancellation of this incarnation.
func classify(own context.Context, err error) Kind {
	if k, ok := err.(Kinder); ok { //nolint:errorlint // what it wraps has no say
		return k.ExitKind()
	}
	switch {
	case err == nil, errors.Is(err, ErrStop):
		return Normal
	case errors.Is(err, ErrShutdown):
		return Shutdown
	case errors.Is(err, context.Canceled) && own.Err() != nil:
		return Shutdown
	default:
		return Failure
	}
}
