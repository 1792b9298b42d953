package supervision

import (
	"context"

	"github.com/understudy-go/understudy/actor"
)

// FromFunc makes a child of a function that runs until its work is done or ctx
// is done. It is called anew at every start, on a goroutine of its own.
//
// To return nil is a normal end, any error a failure, unless it is or wraps
// actor.ErrShutdown. When the child is to stop, ctx is cancelled at once; an
// f that returns after that has shut down in order, unless it returns an error
// of its own. One that does not return in time is abandoned.
func FromFunc(name string, f func(ctx context.Context) error) actor.Child {
	spec := actor.Spec[run]{Name: name, Type: "Func"}
	if f != nil {
		spec.New = func(_ context.Context, self *actor.Self[run]) (actor.Actor[run], error) {
			self.After(0, run{})
			return actor.Func[run](func(ctx context.Context, _ run) error { return finished(ctx, f(ctx)) }), nil
		}
	}
	return &worker{Process: actor.New(spec)}
}
