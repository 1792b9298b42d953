package actor

import (
	"context"
	"errors"
	"reflect"

	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/monitoring"
)

// A Process is a declared actor: its address, its mailbox, and, while it runs,
// its state. It implements [Child]; a supervisor or a system starts it.
//
// The Ref, and with it Send, may be used at once: messages wait for the first
// start.
type Process[M any] struct {
	// Ref is the actor's address. It stays the same over all restarts.
	Ref[M]
	queue mailbox.Queue[envelope[M]] // beside what else is read for every message
	core
	make func(context.Context, *Self[M]) (Actor[M], error) // Spec.New

	// Owned by the run loop.
	actor   Actor[M]
	hand    envelope[M] // the message being handled
	span    *monitoring.ProcessSpan
	limited *deadlineContext // that the message is handled with, if it is an ask with a deadline
}

// New declares an actor. It cannot fail: what is wrong with the spec is told by
// Validate, by the start, and by every Send, as [ErrInvalidSpec].
func New[M any](spec Spec[M]) *Process[M] {
	p := &Process[M]{make: spec.New}
	p.core.dropWaiting = spec.DropWaiting
	p.core.body = p
	p.core.name = spec.Name
	p.core.wake.Store(parked)
	p.Ref = Ref[M]{p}
	p.rareSpec(spec)
	if spec.Type != "" {
		name := spec.Type // a copy of it, not of the spec, goes to the heap
		p.core.typ.Store(&name)
	}
	err := spec.Validate()
	if err == nil {
		p.queue, err = newQueue(spec.Mailbox, spec.Priority)
	}
	if err != nil {
		p.queue = new(mailbox.Mailbox[envelope[M]]) // nothing ever gets into it
		p.core.rarely().invalid = err
		p.core.asks.Store(refuseAll)
	}
	return p
}

func newQueue[M any](c mailbox.Config, priority func(M) int) (mailbox.Queue[envelope[M]], error) {
	if priority != nil {
		return mailbox.NewPriority(func(e envelope[M]) int { return priority(e.msg) }), nil
	}
	return mailbox.NewQueue[envelope[M]](c)
}

// Name returns the name that the actor was declared with.
func (p *Process[M]) Name() string { return p.core.Name() }

// Path returns the names from the system's root down to the actor, joined by
// slashes; before the first start it is the name alone.
func (p *Process[M]) Path() string { return p.core.Path() }

// ID returns the actor's identity in its system; zero before the first start.
func (p *Process[M]) ID() monitoring.ID { return p.core.ID() }

// create implements body.
func (p *Process[M]) create(inc *incarnation) (failed *Exit, mine bool) {
	var made Actor[M]
	var ignored bool
	var typ reflect.Type
	failed, mine = p.call(inc, func() (err error) {
		made, err = p.make(inc, (*Self[M])(inc))
		switch {
		case err != nil:
			ignored = errors.Is(err, ErrIgnore)
			return err
		case isNil(made):
			return errors.New("actor: New returned no actor and no error")
		}
		if p.typ.Load() == nil {
			typ = typeOfActor(made) // which may call a method of it
		}
		return nil
	})
	if !mine {
		return nil, false
	}
	inc.ignored = ignored
	if failed != nil {
		return failed, true
	}
	p.actor = made
	if typ != nil {
		p.typ.Store(inc.runtime().types.name(typ))
	}
	p.restock(inc)
	return nil, true
}

// depth implements body.
func (p *Process[M]) depth() int { return p.queue.Len() }

// taken implements body.
func (p *Process[M]) taken() uint64 { return p.queue.Stats().Dequeued }

// give implements body: the message in hand is done with.
func (p *Process[M]) give(cause error) {
	p.hand.meta.fail(cause)
	p.limited.release()
	p.hand, p.limited, p.span = envelope[M]{}, nil, nil
	p.control = false
}

// forget implements body.
func (p *Process[M]) forget() { p.actor = nil }

// bury implements body: what waits becomes dead letters.
func (p *Process[M]) bury(reason DropReason, cause error) {
	p.buryShelf(reason, cause)
	for more := true; more; {
		more = p.buryOne(reason, cause)
	}
}

// leave implements body. What comes meanwhile is not waited for: it may never
// end.
func (p *Process[M]) leave(exit *Exit) {
	if !p.dropWaiting {
		return
	}
	cause := unanswered(exit)
	p.buryShelf(ReasonRestart, cause)
	for range p.queue.Len() {
		p.buryOne(ReasonRestart, cause)
	}
}

func (p *Process[M]) buryOne(reason DropReason, cause error) (ok bool) {
	if p.queue.Len() == 0 {
		return false
	}
	r := p.rarely()
	r.burials.Add(1)
	env, ok := p.queue.Take()
	if ok {
		r.buried.Add(1)
	}
	r.burials.Add(1)
	if ok {
		p.deadLetter(env, reason, cause)
	}
	return ok
}

// reporter implements body.
func (p *Process[M]) reporter() HealthReporter {
	r, _ := p.actor.(HealthReporter)
	return r
}
