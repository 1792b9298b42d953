package actor

import (
	"context"
	"strings"

	"github.com/understudy-go/understudy/monitoring"
)

// A Ref is the address of an actor that takes messages of type M. Refs can be
// compared, kept, and sent in messages; they hold no state of the actor. The
// zero Ref is nobody's: sends to it fail with [ErrStopped].
type Ref[M any] struct {
	target Target[M]
}

// A Target is what a Ref stands for. *Process is one; other modules may
// implement it for actors that live elsewhere. Values must be comparable.
type Target[M any] interface {
	// Deliver has the message handled, after those that the same sender has
	// delivered before. With wait it blocks while the mailbox is full, until
	// ctx is done; without, it never blocks.
	Deliver(ctx context.Context, msg M, wait bool) error
	// DeliverAsk is Deliver for a message that bears a question.
	DeliverAsk(ctx context.Context, msg M, q Question) error
	Path() string
	ID() monitoring.ID
}

// NewRef returns the address of an implementation of Target of your own.
func NewRef[M any](target Target[M]) Ref[M] { return Ref[M]{target} }

// Send puts msg into the actor's mailbox and returns; it does not wait for the
// message to be handled. If the mailbox is full, what happens is the mailbox's
// overflow policy: by default Send waits for room until ctx is done, and then
// returns its cause. ctx bounds nothing else.
//
// A nil error means that the message is in the mailbox, where it waits also
// while the actor is restarted. If it is not handled in the end it becomes a
// dead letter. Messages of one sender to one actor arrive in order.
//
// The errors are [ErrStopped] when the actor's address has ended,
// [ErrMailboxFull] and [ErrDropped] by the overflow policy, ctx's cause,
// [ErrDeadlock] when the caller is a handler that the receiver waits for, and
// [ErrAbandoned] when it is one that was abandoned.
func (r Ref[M]) Send(ctx context.Context, msg M) error {
	if r.target == nil {
		return ErrStopped
	}
	return r.target.Deliver(ctx, msg, true)
}

// TrySend is Send that never waits: a full mailbox is [ErrMailboxFull]. It
// takes no context, so the message belongs to no trace, and cannot be held back
// when the caller is a handler that was abandoned.
func (r Ref[M]) TrySend(msg M) error {
	if r.target == nil {
		return ErrStopped
	}
	return r.target.Deliver(context.Background(), msg, false)
}

// Process returns the actor behind the address, if it is one of this process:
// one that a system here runs or is going to run.
func (r Ref[M]) Process() (*Process[M], bool) {
	p, ok := r.target.(*Process[M])
	return p, ok
}

// IsZero reports whether the Ref is nobody's.
func (r Ref[M]) IsZero() bool { return r.target == nil }

// Path returns the actor's path, such as "/shop/orders/worker-3".
func (r Ref[M]) Path() string {
	if r.target == nil {
		return ""
	}
	return r.target.Path()
}

// Name returns the last part of the path: the name that the actor was declared
// with, or that it was given.
func (r Ref[M]) Name() string {
	path := r.Path()
	return path[strings.LastIndexByte(path, '/')+1:]
}

// ID returns the actor's identity in its system; zero before its first start.
func (r Ref[M]) ID() monitoring.ID {
	if r.target == nil {
		return monitoring.ID{}
	}
	return r.target.ID()
}

// String returns the path.
func (r Ref[M]) String() string { return r.Path() }
