package actor

import (
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
	spec manner[M]

	adapters map[reflect.Type]any // protected by mu: the *adapter for each type

	// Owned by the run loop.
	actor   Actor[M]
	hand    envelope[M] // the message being handled
	span    *monitoring.ProcessSpan
	limited *deadlineContext // that the message is handled with, if it is an ask with a deadline
	shelf   *shelf[M]        // what was put aside; nil until something is
}

// New declares an actor. It cannot fail: what is wrong with the spec is told by
// Validate, by the start, and by every Send, as [ErrInvalidSpec].
func New[M any](spec Spec[M]) *Process[M] {
	p := &Process[M]{spec: spec.manner()}
	p.core.dropWaiting = spec.DropWaiting
	p.core.body = p
	p.core.name = spec.Name
	if spec.Registered != "" || len(spec.Owns) > 0 {
		p.core.special = &special{register: spec.Registered, owns: spec.Owns}
	}
	p.core.wake.Store(parked)
	p.Ref = Ref[M]{p}
	if spec.Type != "" {
		p.core.setType(spec.Type)
	}
	if p.core.invalid = spec.Validate(); p.core.invalid != nil {
		p.queue = new(mailbox.Mailbox[envelope[M]]) // nothing ever gets into it
		return p
	}
	if priority := spec.Priority; priority != nil {
		p.queue = mailbox.NewPriority(func(e envelope[M]) int { return priority(e.msg) })
	} else {
		p.queue, p.core.invalid = mailbox.NewQueue[envelope[M]](spec.Mailbox)
	}
	return p
}

// Name returns the name that the actor was declared with.
func (p *Process[M]) Name() string { return p.core.Name() }

// Path returns the names from the system's root down to the actor, joined by
// slashes; before the first start it is the name alone.
func (p *Process[M]) Path() string { return p.core.Path() }

// ID returns the actor's identity in its system; zero before the first start.
func (p *Process[M]) ID() monitoring.ID { return p.core.ID() }

// create implements body.
func (p *Process[M]) create(inc *incarnation) (exit Exit, mine bool) {
	var made Actor[M]
	var ignored bool
	var name string
	exit, mine = p.call(inc, func() (err error) {
		made, err = p.spec.New(inc, (*Self[M])(inc))
		switch {
		case err != nil:
			ignored = errors.Is(err, ErrIgnore)
			return err
		case isNil(made):
			return errors.New("actor: New returned no actor and no error")
		}
		if !p.typed.Load() {
			name = typeName(made) // which may call a method of it
		}
		return nil
	})
	if !mine {
		return Exit{}, false
	}
	inc.ignored = ignored
	if exit.Err != nil {
		return exit, true
	}
	p.actor = made
	if name != "" {
		p.setType(name)
	}
	p.restock(inc)
	return Exit{}, true
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
func (p *Process[M]) leave(exit Exit) {
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
	p.burials.Add(1)
	env, ok := p.queue.Take()
	if ok {
		p.buried.Add(1)
	}
	p.burials.Add(1)
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
