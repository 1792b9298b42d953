package actor

import (
	"context"
	"sync"
)

// A keeper keeps the memory of a system's asks that are over, for the next ones. Other
// systems have their own: in a bubble of virtual time no channel from outside may be
// waited for.
//
// An ask is over when the asker has heard of it and the actor has handled the
// message. Whoever of them is later gives it back. A Reply that is used after that
// belongs to an earlier turn, and is late. What is seen by anybody else, such as a
// message that was put aside, or an actor that keeps the Reply, is not given back.
type keeper struct{ pool sync.Pool }

// keeperOf returns that of the target's system. It is nil if the target is in none yet,
// or is not the actor itself: what stands in front of one may keep the question.
func keeperOf[M any](to Target[M]) *keeper {
	if p, ok := to.(*Process[M]); ok {
		if s := p.scope.Load(); s != nil {
			return &s.runtime.asks
		}
	}
	return nil
}

// askOf returns an ask that somebody waits for, with a keeper if there is one.
func askOf[R any](ctx context.Context, keeper *keeper) *pending[R] {
	if keeper == nil {
		p := newPending[R](ctx)
		p.answered = make(chan struct{}, 1)
		return p
	}
	p, ok := keeper.pool.Get().(*pending[R])
	if !ok {
		p = newPending[R](ctx)
		p.answered = make(chan struct{}, 1)
		p.keeper = keeper
	}
	p.meta.deadline, _ = ctx.Deadline()
	p.users.Store(2)
	return p
}

// release is called by the asker and by the actor when they look at the ask no more.
func (p *pending[R]) release() {
	if p.keeper == nil || p.users.Add(-1) > 0 {
		return
	}
	var none R
	p.meta = meta{ask: p}
	p.to, p.value, p.err = nil, none, nil
	p.taken.Store(nil)
	p.state.Store(p.turn() + askTurn)
	p.keeper.pool.Put(p)
}
