package topic

import (
	"context"
	"errors"

	"github.com/understudy-go/understudy/actor"
)

// A sender sends to one subscriber.
type sender[T any] func(ctx context.Context, msg T) error

// adapted sends messages of another type.
func adapted[T, M any](ref actor.Ref[M], adapt func(T) M) sender[T] {
	return func(ctx context.Context, msg T) error {
		m, err := contained(adapt, msg)
		if err != nil {
			return err
		}
		return ref.Send(ctx, m)
	}
}

// contained calls an adapter and makes an error of its panic. runtime.Goexit
// cannot be held back.
func contained[T, M any](adapt func(T) M, msg T) (m M, err error) {
	returned := false
	defer func() {
		if returned {
			return
		}
		if v := recover(); v != nil {
			err = &adapterError{&actor.PanicError{Value: v}}
		}
	}()
	m = adapt(msg)
	returned = true
	return m, nil
}

// An adapterError says that the function given to SubscribeFunc failed.
type adapterError struct{ err error }

func (e *adapterError) Error() string { return "topic: adapter: " + e.err.Error() }
func (e *adapterError) Unwrap() error { return e.err }

// errNoRoom is what an unwaiting context is done with.
var errNoRoom = errors.New("topic: the subscriber has no room")

// unwaiting is the publisher's context for subscribers that are not waited for.
// It has its values (the span, and the handler that it belongs to), but is done:
// a mailbox with room takes a message all the same, and a full one does not wait.
type unwaiting struct {
	context.Context

	done <-chan struct{}
}

// Done returns a closed channel.
func (u *unwaiting) Done() <-chan struct{} { return u.done }

// Err returns why there is no waiting.
func (u *unwaiting) Err() error { return errNoRoom }
