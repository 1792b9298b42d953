package pool

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

func workerName(name string, number int) string { return name + "-" + strconv.Itoa(number) }

// Resize makes the pool one of n workers, and returns when it is. It may be called
// from any goroutine; one Resize waits for the other.
//
// Those that are added get the lowest numbers that are free, and are ready when
// Resize returns. Those that are taken have the highest numbers. They are sent
// nothing more, handle what waits for them as far as their shutdown policy gives
// them time, and end; the rest becomes dead letters. A message that a sender has
// routed before and delivers after that is a dead letter too.
//
// An error says why there are fewer or more workers than n: it is that of
// [supervision.StartChild] or [supervision.TerminateChild], ctx's cause, or a
// *[SizeError]. When ctx is done the pool no longer waits, but what has begun goes
// on: those that are taken have left the pool. A worker cannot have itself taken:
// that is [actor.ErrDeadlock], and it stays.
func (p *Pool[M]) Resize(ctx context.Context, n int) error {
	if n < 0 {
		return &SizeError{n}
	}
	r := p.r
	if r.invalid != nil {
		return r.invalid
	}
	select {
	case r.resizing <- struct{}{}:
		defer func() { <-r.resizing }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	missing, taken := r.plan(n)
	for _, w := range missing {
		// A worker of that number may have been left there by a Resize that
		// could not wait for its end.
		_ = supervision.DeleteChild(ctx, r.supervisor.Ref, w.Name())
		if err := supervision.StartChild(ctx, r.supervisor.Ref, r.child(w)); err != nil {
			return err
		}
	}
	errs := make([]error, len(taken))
	var all sync.WaitGroup
	for i, w := range taken {
		all.Go(func() { errs[i] = r.dismiss(ctx, w) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// plan says which workers are to be started for n, and takes those from the set
// that are too many.
func (r *router[M]) plan(n int) (missing, taken []*worker[M]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for number, w := range r.leaving {
		if w.ended() {
			delete(r.leaving, number)
		}
	}
	set := slices.DeleteFunc(slices.Clone(*r.set.Load()), (*worker[M]).ended)
	if len(set) > n {
		taken = slices.Clone(set[n:])
		slices.Reverse(taken)
		set = set[:n]
	}
	has := make(map[int]bool)
	for _, w := range set {
		has[w.number] = true
	}
	for number := 1; len(set)+len(missing) < n; number++ {
		if !has[number] && r.leaving[number] == nil {
			missing = append(missing, r.newWorker(number))
		}
	}
	for _, w := range taken {
		if r.leaving == nil {
			r.leaving = make(map[int]*worker[M])
		}
		r.leaving[w.number], w.taken = w, r.supervisor.Incarnation()
		w.drained.Store(true)
	}
	r.set.Store(&set)
	return missing, taken
}

// dismiss ends a worker that is in the set no more.
func (r *router[M]) dismiss(ctx context.Context, w *worker[M]) error {
	err := supervision.TerminateChild(ctx, r.supervisor.Ref, w.Name())
	if err == nil || errors.Is(err, supervision.ErrNotFound) {
		err = supervision.DeleteChild(ctx, r.supervisor.Ref, w.Name())
	}
	switch {
	case err == nil, errors.Is(err, supervision.ErrNotFound):
		r.forget(w)
		return nil
	case errors.Is(err, actor.ErrDeadlock):
		r.forget(w)
		r.join(w)
	}
	return err
}

// forget takes a worker from those that are leaving.
func (r *router[M]) forget(w *worker[M]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.leaving[w.number] == w {
		delete(r.leaving, w.number)
	}
}
