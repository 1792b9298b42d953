package pool

import (
	"context"
	"errors"
	"math/rand/v2"

	"github.com/understudy-go/understudy/actor"
)

// A parcel is a message on its way.
type parcel[M any] struct {
	ctx  context.Context
	msg  M
	wait bool
	q    actor.Question // nil: it is none
}

// to delivers the parcel. missed says that it was not taken because the worker's
// address has ended, so that it may be delivered to another.
func (p *parcel[M]) to(w *worker[M]) (missed bool, err error) {
	if p.q != nil {
		err = w.DeliverAsk(p.ctx, p.msg, p.q)
	} else {
		err = w.Deliver(p.ctx, p.msg, p.wait)
	}
	return err == actor.ErrStopped, err //nolint:errorlint // what wraps it is not of the worker
}

// Deliver implements [actor.Target].
func (r *router[M]) Deliver(ctx context.Context, msg M, wait bool) error {
	return r.deliver(&parcel[M]{ctx: ctx, msg: msg, wait: wait})
}

// DeliverAsk implements [actor.Target].
func (r *router[M]) DeliverAsk(ctx context.Context, msg M, q actor.Question) error {
	return r.deliver(&parcel[M]{ctx: ctx, msg: msg, wait: true, q: q})
}

func (r *router[M]) deliver(p *parcel[M]) error {
	set := *r.set.Load()
	switch {
	case r.invalid != nil:
		return r.invalid
	case r.route == Pull:
		return r.queue.put(p)
	case r.route == Broadcast:
		return r.broadcast(p, set)
	case r.route == ByKey:
		return r.byKey(p, set)
	case r.route == LeastLoaded:
		return r.leastLoaded(p, set)
	default:
		return r.inTurn(p, set)
	}
}

// inTurn delivers to the worker whose turn it is, if it takes messages now. If it
// does not the next turn is taken, and not the next worker, who would have the
// turns of both.
func (r *router[M]) inTurn(p *parcel[M], set []*worker[M]) error {
	var turn uint64
	for range set {
		turn = r.turn()
		if w := at(set, turn, 0); w.up() {
			if missed, err := p.to(w); !missed {
				return err
			}
		}
	}
	for i := range set { // others may have had the turns of those that are up
		if w := at(set, turn, i); w.up() {
			if missed, err := p.to(w); !missed {
				return err
			}
		}
	}
	return r.down(p, set, turn)
}

// turn draws a worker.
func (r *router[M]) turn() uint64 {
	if r.route == Random {
		return rand.Uint64()
	}
	return r.next.Add(1) - 1
}

// down delivers to the first worker from start on that has not ended: its
// messages wait for it.
func (r *router[M]) down(p *parcel[M], set []*worker[M], start uint64) error {
	for i := range set {
		if w := at(set, start, i); !w.ended() {
			if missed, err := p.to(w); !missed {
				return err
			}
		}
	}
	return r.none()
}

// at is the worker that is i places after start, around the end.
func at[M any](set []*worker[M], start uint64, i int) *worker[M] {
	return set[(start+uint64(i))%uint64(len(set))]
}

// leastLoaded delivers to the worker that has the least to do. One that ends
// meanwhile does not take messages any more when it is looked for again.
func (r *router[M]) leastLoaded(p *parcel[M], set []*worker[M]) error {
	start := r.turn()
	for range set {
		var best *worker[M]
		least := 0
		for i := range set {
			w := at(set, start, i)
			if !w.up() {
				continue
			}
			if n := w.Backlog(); best == nil || n < least {
				best, least = w, n
			}
			if best == w && least == 0 {
				break
			}
		}
		if best == nil {
			break
		}
		if missed, err := p.to(best); !missed {
			return err
		}
	}
	return r.down(p, set, start)
}

// broadcast delivers to every worker.
func (r *router[M]) broadcast(p *parcel[M], set []*worker[M]) error {
	if p.q != nil {
		return ErrBroadcast
	}
	var errs []error // made only if there are some
	taken := false
	for _, w := range set {
		if w.ended() {
			continue
		}
		missed, err := p.to(w)
		if err != nil && !missed {
			errs = append(errs, err)
		}
		taken = taken || !missed
	}
	if !taken {
		return r.none()
	}
	return errors.Join(errs...)
}

// none is what a sender is told if there is no worker.
func (r *router[M]) none() error {
	if r.supervisor.State() == "stopped" {
		return actor.ErrStopped
	}
	return ErrEmpty
}
