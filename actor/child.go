package actor

import (
	"context"
	"math"
	"time"
)

// Forever is the duration that means "no limit" wherever this package or
// package supervision takes a time limit.
const Forever = time.Duration(math.MaxInt64)

// A Child is whatever can be supervised: an actor, a supervisor, a function, a
// server. *Process implements it for actors; package supervision makes one of
// ordinary Go code.
//
// A Child may support more by further one-method interfaces: [Retirer],
// [Validator], [Typer], [Checker].
type Child interface {
	// Name is what the child is called among its siblings. It never changes.
	Name() string

	// Start begins a new incarnation and returns at once. The outcome is told
	// to h: exactly one Started, and after Started(nil) exactly one Ended.
	//
	// The child keeps ctx's values, among which is the system that it belongs
	// to. It does not keep ctx's cancellation: an incarnation lives until it
	// ends by itself or is stopped.
	Start(ctx context.Context, h Host)

	// Stop asks the running incarnation to end and returns at once. Ended is
	// told within the given time, with Kind Abandoned at worst. Zero means
	// that no time is given, Forever that there is no limit. Stop of a child
	// that does not run has no effect; a second Stop can only shorten the time.
	Stop(within time.Duration)
}

// A Host is a child's way back to its parent. Neither method blocks, and both
// may be called from any goroutine. A Host that is an [Overseer] too is asked
// before an incarnation of an actor ends.
type Host interface {
	// Started tells how Start went: nil, [ErrIgnore] when the child chose not
	// to run, or the reason why it could not.
	Started(err error)

	// Ended tells that the incarnation is over, after everything it owned has
	// ended and its stop hook has run.
	Ended(exit Exit)
}

// A Retirer is a child whose address can end. Between two incarnations an
// actor's address stays open and messages wait for the next one; Retire says
// that there will be none: waiting messages become dead letters, asks fail
// with cause, sends fail with [ErrStopped]. A later Start opens the address
// again.
type Retirer interface {
	Retire(cause error)
}

// A Validator is a child whose declaration can be wrong. Supervisors ask
// before they start anything.
type Validator interface {
	Validate() error
}

// A Typer is a child that knows the type of what it runs, such as "Counter".
// Spans and metrics carry the type, so it must not differ from child to child
// of a kind.
type Typer interface {
	Type() string
}

// typeOf is the child's type where it tells one, its name otherwise.
func typeOf(child Child) string {
	if t, ok := child.(Typer); ok {
		return t.Type()
	}
	return child.Name()
}
