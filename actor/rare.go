package actor

import (
	"context"
	"reflect"
	"sync"
	"sync/atomic"
	"time"
)

// rare is what few actors have, or ever need. Whoever needs it first makes it; it
// stays then.
type rare struct {
	// Set by New, if there is something to set.
	invalid     error  // what is wrong with the declaration
	register    string // the name in the system's registry, or empty
	owns        []Child
	hookTimeout time.Duration // Spec.HookTimeout

	// Owned by the run loop.
	owned  map[Child]struct{} // owns, made on demand
	labels context.Context    //nolint:containedctx // that of the goroutine; made on demand

	// Messages that were not simply handled.
	lost    atomic.Uint64 // became dead letters
	buried  atomic.Uint64 // those of them that were taken from the mailbox
	refused atomic.Uint64 // were refused with an error
	aside   atomic.Int64  // were taken from the mailbox and put aside
	late    atomic.Uint64 // answers that came too late
	burials atomic.Uint32 // odd while a message is taken that is not counted in buried yet

	waits    atomic.Pointer[wait] // whom this actor's handler is waiting for
	retiring sync.WaitGroup       // children whose addresses are ending
	typed    any                  // the *rareOf in which it is
}

// rareOf is what depends on the type of messages.
type rareOf[M any] struct {
	rare
	deadLetters func(DeadLetter[M]) // Spec.DeadLetters; set by New

	adapters map[reflect.Type]any // protected by the actor's mu: the *adapter for each type
	shelf    *shelf[M]            // owned by the run loop: what was put aside; nil until something is
}

// newRare implements body.
func (p *Process[M]) newRare() *rare {
	r := new(rareOf[M])
	r.typed = r
	return &r.rare
}

// rarely returns what few actors have, to be added to.
func (c *core) rarely() *rare {
	if r := c.rare.Load(); r != nil {
		return r
	}
	c.rare.CompareAndSwap(nil, c.body.newRare())
	return c.rare.Load()
}

// rarely is that of core with what depends on the type.
func (p *Process[M]) rarely() *rareOf[M] {
	return p.core.rarely().typed.(*rareOf[M]) //nolint:errcheck,forcetypeassert // newRare made it
}

// rareOf returns what few actors have, or nil.
func (p *Process[M]) rareOf() *rareOf[M] {
	if p.rare.Load() == nil {
		return nil
	}
	return p.rarely()
}

// rareSpec keeps what few specs say.
func (p *Process[M]) rareSpec(spec Spec[M]) {
	if spec.Registered == "" && len(spec.Owns) == 0 && spec.HookTimeout == 0 && spec.DeadLetters == nil {
		return
	}
	r := p.rarely()
	r.register, r.owns = spec.Registered, spec.Owns
	r.hookTimeout, r.deadLetters = spec.HookTimeout, spec.DeadLetters
}

// registered is the name by which the actor is to be in the system's registry, or
// empty.
func (c *core) registered() string {
	if r := c.rare.Load(); r != nil {
		return r.register
	}
	return ""
}

// isOwn reports whether a child's address is one of those that end with this
// one. Only the run loop asks.
func (c *core) isOwn(child Child) bool {
	r := c.rare.Load()
	if r == nil || len(r.owns) == 0 {
		return false
	}
	if r.owned == nil {
		r.owned = make(map[Child]struct{}, len(r.owns))
		for _, own := range r.owns {
			r.owned[own] = struct{}{}
		}
	}
	_, ok := r.owned[child]
	return ok
}

// isAside is how many messages were taken from the mailbox and put aside.
func (c *core) isAside() int64 {
	if r := c.rare.Load(); r != nil {
		return r.aside.Load()
	}
	return 0
}

// awaitRetiring waits until the addresses of children have ended that are ending.
func (c *core) awaitRetiring() {
	if r := c.rare.Load(); r != nil {
		r.retiring.Wait()
	}
}
