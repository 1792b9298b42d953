package actor

import (
	"context"
	"iter"
	"runtime"
)

// ParallelMap calls f for each element of seq, at most limit at a time, and
// yields what it returns in the order of seq. A limit below 1 means as many as
// there are processors. A panic in f is the error of that element, a
// *[PanicError]; runtime.Goexit is [ErrGoexit]. An error ends nothing: whoever
// ranges over the results decides.
//
// A result is yielded as soon as it and all before it are there and seq has been
// asked for the next element. When ctx is done seq is not asked any more; the
// elements that were taken from it are yielded, each with what f made of it.
//
// When the range is left early the context that f gets is cancelled, and the
// calls that are under way are waited for.
func ParallelMap[T, R any](ctx context.Context, seq iter.Seq[T], limit int, f func(context.Context, T) (R, error)) iter.Seq2[R, error] {
	if limit < 1 {
		limit = runtime.GOMAXPROCS(0)
	}
	return func(yield func(R, error) bool) {
		if c := callerOf(ctx); c != nil {
			c.core.block()
		}
		ctx, cancel := context.WithCancel(ctx)
		var line queue[R]
		defer line.wait()
		defer cancel() // first
		for element := range seq {
			if ctx.Err() != nil {
				break
			}
			line.start(func() (R, error) { return f(ctx, element) })
			for line.ready() || len(line) == limit {
				if !yield(line.next()) {
					return
				}
			}
		}
		for len(line) > 0 {
			if !yield(line.next()) {
				return
			}
		}
	}
}

// A queue is calls that are under way, oldest first.
type queue[R any] []chan result[R]

type result[R any] struct {
	value R
	err   error
}

func (q *queue[R]) start(f func() (R, error)) {
	over := make(chan result[R], 1)
	var r result[R]
	Go(func() (err error) {
		r.value, err = f()
		return err
	}, func(err error) {
		r.err = err
		over <- r
	})
	*q = append(*q, over)
}

// ready reports whether the oldest call has returned.
func (q *queue[R]) ready() bool { return len(*q) > 0 && len((*q)[0]) > 0 }

// next waits for the oldest call and returns its result.
func (q *queue[R]) next() (R, error) {
	over := (*q)[0]
	(*q)[0] = nil
	*q = (*q)[1:]
	r := <-over
	return r.value, r.err
}

// wait waits until all calls have returned.
func (q *queue[R]) wait() {
	for len(*q) > 0 {
		_, _ = q.next() // nobody is there any more
	}
}
