package actor

import (
	"context"
	"fmt"

	"github.com/understudy-go/understudy/monitoring"
)

// A Down is the end of an address, as whoever watches it is told.
type Down struct {
	Path string
	ID   monitoring.ID // zero if the actor was never started

	// Kind and Err are those of the last incarnation's end: Kind.Abnormal tells
	// a failure from a stop. An address that ended without ever being started
	// has Shutdown, and the cause. The zero Ref, behind which there is nobody,
	// has Failure and ErrStopped.
	Kind Kind
	Err  error
}

// String describes the end in one line.
func (d Down) String() string { return d.Path + ": " + Exit{Kind: d.Kind, Err: d.Err}.String() }

// nobody is the end of the zero Ref.
var nobody = Down{Kind: Failure, Err: ErrStopped}

// A LinkError is why an actor ends that is linked to another one. It is
// [ErrLinked], and wraps what the other one ended with.
type LinkError struct{ Down Down }

func (e *LinkError) Error() string { return fmt.Sprintf("actor: linked to %v", e.Down) }

// Unwrap returns ErrLinked and the cause.
func (e *LinkError) Unwrap() []error {
	if e.Down.Err == nil {
		return []error{ErrLinked}
	}
	return []error{ErrLinked, e.Down.Err}
}

// ExitKind implements [Kinder]: a shutdown is passed on as one, every other end
// is a failure.
func (e *LinkError) ExitKind() Kind {
	if e.Down.Kind == Shutdown {
		return Shutdown
	}
	return Failure
}

// An Address is an actor's address whatever its type of messages: every [Ref],
// and so every Process. It can be watched; see [Self.Watch] and [Await].
type Address interface {
	Path() string
	ID() monitoring.ID
	watchable() (watchable, error)
}

// A Watchable is a [Target] of another package's whose end can be watched.
type Watchable interface {
	// Watch has notify called once, when the address has ended: on whatever
	// goroutine, at once if it has ended already, and after everything that the
	// actor sent before. stop calls that off. Neither Watch nor stop blocks, nor
	// does notify.
	Watch(notify func(Down)) (stop func())
}

// watchable is what an actor of this process is, and others are made.
type watchable interface {
	watch(notify func(Down)) (stop func())
}

// foreignWatchable is an actor that lives elsewhere.
type foreignWatchable struct{ Watchable }

func (f foreignWatchable) watch(notify func(Down)) (stop func()) { return f.Watch(notify) }

// watchable implements [Address]; nil is nobody.
func (r Ref[M]) watchable() (watchable, error) {
	switch t := r.target.(type) {
	case nil:
		return nil, nil //nolint:nilnil // nobody can be watched too
	case interface{ actual() *core }:
		return t.actual().body, nil
	case Watchable:
		return foreignWatchable{t}, nil
	default:
		return nil, fmt.Errorf("%w: %s does not tell of its end", ErrUnwatchable, r.Path())
	}
}

// Await waits until an address has ended, and returns how, or ctx's cause when
// ctx is done before. It is for code outside of actors; an actor has
// [Self.Watch]. Actors that watch the same address may not have handled their
// notices yet when Await returns. The errors are ctx's cause, [ErrUnwatchable], and
// [ErrDeadlock] when an actor's handler awaits the actor's own end.
func Await(ctx context.Context, a Address) (Down, error) {
	target, err := targetOf(a)
	if err != nil {
		return Down{}, err
	}
	if target == nil {
		return nobody, nil
	}
	if inc := callerOf(ctx); inc != nil {
		if watchable(inc.core.body) == target {
			path := inc.core.Path()
			return Down{}, &DeadlockError{Path: []string{path, path}}
		}
		inc.core.block()
	}
	over := make(chan Down, 1)
	stop := target.watch(func(d Down) { over <- d })
	defer stop()
	select {
	case d := <-over:
		return d, nil
	case <-ctx.Done():
		return Down{}, context.Cause(ctx)
	}
}
