package actor

import (
	"context"
	"reflect"
	"time"

	"github.com/understudy-go/understudy/monitoring"
)

// Adapt returns an address for messages of another type, in front of the
// actor's own. They go through the actor's mailbox, in line with all others, and
// f makes messages of the actor's type of them: when they are handled, between
// two calls of Receive, so that f may use the actor's state. A panic in f is the
// actor's, not the sender's.
//
//	prices.Subscribe(actor.Adapt(self, func(p Price) Msg { return GotPrice{p} }))
//
// The address is the actor's in everything but the type: it is valid over all
// restarts, watching it is watching the actor, and it ends with the actor's own.
// There is one for each type A. To call Adapt again, as New does at each start,
// gives the same address a new function, and messages that wait the function of
// the incarnation that handles them.
//
// If the incarnation is over the address is nobody's.
func Adapt[A, M any](self *Self[M], f func(A) M) Ref[A] {
	if !self.inc().live() {
		return Ref[A]{}
	}
	p := self.process()
	key := reflect.TypeFor[A]()
	p.mu.Lock()
	defer p.mu.Unlock()
	own := p.rarely()
	a, ok := own.adapters[key].(*adapter[A, M])
	if !ok {
		a = &adapter[A, M]{p: p}
		if own.adapters == nil {
			own.adapters = make(map[reflect.Type]any)
		}
		own.adapters[key] = a
	}
	a.f = f
	return Ref[A]{a}
}

// An adapter is the address of an actor for messages of another type.
type adapter[A, M any] struct {
	p *Process[M]
	f func(A) M // protected by p.mu
}

// Deliver implements [Target].
func (a *adapter[A, M]) Deliver(ctx context.Context, msg A, wait bool) error {
	p := a.p
	if p.gate.Load() != open {
		return p.refuse(ErrStopped)
	}
	if cutOff(ctx) {
		return p.refuse(ErrAbandoned)
	}
	m := &meta{adapted: arrival[A, M]{a, msg}}
	if from := monitoring.Sampled(ctx); !from.IsZero() {
		m.from, m.sent = from, time.Now()
	}
	return p.enqueue(ctx, envelope[M]{meta: m}, wait)
}

// DeliverAsk implements [Target].
func (a *adapter[A, M]) DeliverAsk(ctx context.Context, msg A, q Question) error {
	var none M
	return a.p.deliverAsk(ctx, none, arrival[A, M]{a, msg}, q)
}

// post implements poster.
func (a *adapter[A, M]) post(ctx context.Context, msg A, q ask) error {
	var none M
	return a.p.postAsk(ctx, none, arrival[A, M]{a, msg}, q)
}

// Path implements [Target].
func (a *adapter[A, M]) Path() string { return a.p.Path() }

// ID implements [Target].
func (a *adapter[A, M]) ID() monitoring.ID { return a.p.ID() }

func (a *adapter[A, M]) actual() *core { return &a.p.core }

// adapted is a message as it came to an adapter.
type adapted interface {
	name() string // of its type
}

// adaptedTo is one for an actor that takes messages of type M.
type adaptedTo[M any] interface {
	adapted
	message() M // user code
}

type arrival[A, M any] struct {
	at  *adapter[A, M]
	msg A
}

func (a arrival[A, M]) name() string { return messageName(a.msg) }

func (a arrival[A, M]) message() M {
	a.at.p.mu.Lock()
	f := a.at.f
	a.at.p.mu.Unlock()
	return f(a.msg)
}
