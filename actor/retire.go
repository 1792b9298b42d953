package actor

import (
	"slices"

	"github.com/understudy-go/understudy/monitoring"
)

// Retire implements [Retirer].
func (c *core) Retire(cause error) { c.retire(retirement{cause: cause}) }

// retire has the address end. When nothing runs, sends fail from now on, and
// retire reports true: that the signal will be applied soon, whatever user code
// does, or has been.
func (c *core) retire(s retirement) bool {
	c.mu.Lock() // no incarnation begins meanwhile
	idle := c.current.Load() == nil && c.gate.Load() == open
	if !idle {
		s.over, s.awaited = nil, false
		c.tell(s)
		c.mu.Unlock()
		return false
	}
	c.gate.Store(closed)
	here := c.isBare() && c.borrow()
	if !here {
		c.tell(s)
	}
	c.mu.Unlock()
	if here {
		s.apply(c)
		c.giveBack()
	}
	return true
}

// isBare reports whether there is little to do when the address ends.
func (c *core) isBare() bool {
	r := c.rare.Load()
	return c.body.depth() == 0 && (r == nil || len(r.owns) == 0)
}

// release ends the address of a child that does not run, if it is one that can
// end. Before the parent's own end is published it waits for these, so that
// nobody finds the messages of a tree that has ended unaccounted for. over, if it is
// not nil, is called when the address has ended, or there is nothing to wait for.
func (c *core) release(child Child, cause error, over func()) {
	switch r := child.(type) {
	case interface{ retire(retirement) bool }:
		c.rarely().retiring.Add(1)
		s := retirement{cause: cause, parent: c, over: over, awaited: true}
		if !r.retire(s) {
			s.done()
		}
		return
	case Retirer:
		r.Retire(cause)
	}
	if over != nil {
		over()
	}
}

// retirement ends the address.
type retirement struct {
	cause   error
	parent  *core  // in whose name; nil: in that of whoever called Retire
	over    func() // called when it has been applied; may be nil
	awaited bool   // by the parent, which counts it
}

func (s retirement) apply(c *core) bool {
	switch {
	case c.inc == nil:
		c.shut(s.cause)
		c.mu.Lock()
		c.publishAndUnlock(s.cause)
	case s.parent == nil || c.inc.startedBy(s.parent):
		// Its parent retires it first and has it end afterwards. A child that
		// somebody else has started meanwhile is not the parent's to retire.
		c.inc.retire = true
		c.inc.plans().retireCause = s.cause
	}
	s.done()
	return true
}

// done tells that the retirement has been applied.
func (s retirement) done() {
	if s.over != nil {
		s.over()
	}
	if s.awaited {
		s.parent.rarely().retiring.Done()
	}
}

// shut ends the address, in the order of a final stop: what waits becomes dead
// letters, then the name is free and no group has it any more. The end is still to
// be published.
func (c *core) shut(cause error) {
	if c.dead {
		return
	}
	c.gate.Store(closed)
	c.countOver()
	c.body.bury(ReasonStopped, stoppedBy(cause))
	if r := c.rare.Load(); r != nil {
		for _, own := range slices.Backward(r.owns) {
			c.release(own, cause, nil)
		}
	}
	c.awaitRetiring()
	if s := c.scope.Load(); s != nil && c.registered() != "" && s.runtime.registry.remove(c.registered(), c) {
		c.observeRegistered(monitoring.ActorDeregistered)
	}
	c.leaveGroups()
}

// publish lets everybody see that the address has ended. It is called with mu
// held; what it returns is said without.
func (c *core) publish(cause error) farewell {
	if c.dead {
		return farewell{}
	}
	c.dead = true
	o := c.obituary()
	o.cause = cause
	if o.done != nil {
		close(o.done)
	}
	all := o.watchers.take()
	if len(all) == 0 {
		return farewell{}
	}
	return farewell{c.down(), all}
}

// A farewell is the end of an address, and those who are to be told of it.
type farewell struct {
	down Down
	all  []func(Down)
}

func (f farewell) say() {
	for _, notify := range f.all {
		notify(f.down)
	}
}

// reopen makes an address that had ended valid again. It is called with mu
// held.
func (c *core) reopen() {
	if c.dead {
		c.dead, c.left = false, false
		c.obit.cause, c.obit.done = nil, nil
		c.gate.Store(open)
	}
}
