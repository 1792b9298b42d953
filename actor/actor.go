package actor

import "context"

// An Actor handles the messages of one mailbox, one at a time. Its fields need
// no lock: Receive is never called by two goroutines at once, and what one call
// writes the next one sees.
//
// Receive returns nil to go on. Any error ends the incarnation: [ErrStop]
// normally, [ErrShutdown] as if it had been asked to, every other one as a
// failure that the parent is told of. A panic and runtime.Goexit are failures
// too.
//
// ctx lives as long as the incarnation: it is cancelled, with a cause, when the
// actor is to stop. It may be kept and passed on for that long. Only that of a
// question has the asker's deadline as well, and ends with the call unless the
// Reply is kept.
//
// An actor may support more by further one-method interfaces: [Stopper],
// [Restarter], [HealthReporter].
type Actor[M any] interface {
	Receive(ctx context.Context, msg M) error
}

// A Func is an actor that is just its Receive. Its type, in spans and metrics, is
// that of its messages unless [Spec].Type says what it is.
type Func[M any] func(ctx context.Context, msg M) error

// Receive calls f.
func (f Func[M]) Receive(ctx context.Context, msg M) error { return f(ctx, msg) }

// A Stopper is an actor with a stop hook. Stopped is called once for every
// incarnation whose New returned, after its last message and after its
// children have ended, with the reason; after a panic too. The only exception
// is an incarnation whose Receive had to be abandoned.
//
// ctx is done shortly before the time to stop is over: what was given with
// Stop, or Spec.HookTimeout. Then Stopped is abandoned if it has not returned.
// It has a few milliseconds even if Stop gave no time. An error that Stopped
// returns, or a panic in it, is added to the error of the end and stops nothing
// else.
type Stopper interface {
	Stopped(ctx context.Context, exit Exit) error
}

// Make adapts a plain constructor to Spec.New.
func Make[M any, A Actor[M]](construct func() A) func(context.Context, *Self[M]) (Actor[M], error) {
	return func(context.Context, *Self[M]) (Actor[M], error) { return construct(), nil }
}

// MakeWith adapts a constructor that needs its Self to Spec.New.
func MakeWith[M any, A Actor[M]](construct func(*Self[M]) A) func(context.Context, *Self[M]) (Actor[M], error) {
	return func(_ context.Context, self *Self[M]) (Actor[M], error) { return construct(self), nil }
}
