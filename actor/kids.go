package actor

import (
	"context"
	"maps"
	"slices"
	"sync/atomic"
	"time"
)

// A kid is one start of a child, on its parent's side. It is the child's Host.
type kid struct {
	inc   atomic.Pointer[incarnation] // the parent's; another one when the parent is renewed
	child Child
	ears  listener            // has the parent handle the events
	judge func(Exit) Prospect // the parent's policy, or nil

	next, prev *kid // protected by kids.mu
}

// A listener has the parent handle what happened to a child.
type listener interface {
	notify(inc *incarnation, e Event) (mine bool)
}

// hearing makes messages of a child's events. Like every function it is one
// pointer, which a listener holds without allocating.
type hearing[M any] func(Event) M

// notify implements listener.
func (on hearing[M]) notify(inc *incarnation, e Event) (mine bool) {
	p := inc.core.body.(*Process[M]) //nolint:errcheck,forcetypeassert // its own body made this
	return p.receiveOne(inc, func() M { return on(e) })
}

// parent is the actor whose child it is.
func (k *kid) parent() *core { return k.inc.Load().core }

// Started implements Host.
func (k *kid) Started(err error) {
	e := Event{Child: k.child, Kind: ChildStarted, Err: err, Incarnation: k.incarnation()}
	if err != nil {
		e.Kind = ChildNotStarted
	}
	k.tell(e)
}

// tell tells the parent what happened to the child. It is called by the child's
// run loop, if the child is an actor.
func (k *kid) tell(e Event) { k.parent().hear(&kidEvent{k, e}, k.actor()) }

// actor is the child as an actor, or nil.
func (k *kid) actor() *core {
	if c, ok := k.child.(interface{ actual() *core }); ok {
		return c.actual()
	}
	return nil
}

// parentOf is the parent that takes decisions for the child, if it is an actor whom
// the child may wait for.
func parentOf(h Host) *core {
	if k, ok := h.(*kid); ok {
		return k.inc.Load().handsOver()
	}
	return nil
}

// handsOver is the actor if whom it wakes may wait until it has done what it does: it has
// earned that, or none of its own code will run before its children have ended.
func (i *incarnation) handsOver() *core {
	if i.core.trusted() || phase(i.state.Load()) == reaping {
		return i.core
	}
	return nil
}

// leave takes the kid from its parent's table.
func (k *kid) leave() {
	for inc := k.inc.Load(); !inc.removeKid(k); {
		was := inc
		if inc = k.inc.Load(); inc == was {
			return
		}
	}
}

// catchUp asks the child to stop if its parent's end may have done so too
// early, before the child was started.
func (k *kid) catchUp() {
	for inc := k.inc.Load(); ; {
		if inc.dooms(k) {
			k.ask(inc.share(1))
			return
		}
		was := inc
		if inc = k.inc.Load(); inc == was {
			return
		}
	}
}

// stopKid has a child stop since its parent ends. It is asked again only if there is
// less time now, for a second Stop may cut its stop hook short.
func (i *incarnation) stopKid(k *kid, within time.Duration) {
	a, until := i.plans(), time.Now().Add(within)
	if a.stopping != k || until.Before(a.until) {
		a.stopping, a.until = k, until
		k.ask(within)
	}
}

// ask asks the child to stop. One that cannot even be asked counts as ended.
func (k *kid) ask(within time.Duration) {
	defer func() {
		if r := recover(); r != nil {
			k.Ended(unwind(r))
		}
	}()
	k.child.Stop(within)
}

// Ended implements Host.
func (k *kid) Ended(exit Exit) { k.ended(&exit) }

// ended is Ended that takes little room on the stack.
func (k *kid) ended(exit *Exit) {
	s := &kidEvent{kid: k}
	s.event.Child, s.event.Kind, s.event.Exit = k.child, ChildEnded, *exit
	k.parent().hear(s, k.actor())
}

// Foresee implements Overseer.
func (k *kid) Foresee(exit Exit) Prospect {
	if k.judge == nil {
		return Ends
	}
	return k.judge(exit)
}

// Continued implements Overseer.
func (k *kid) Continued(exit Exit, how Prospect) {
	e := Event{Child: k.child, Kind: ChildResumed, Exit: exit, Incarnation: exit.Incarnation}
	if how == Renews {
		e.Kind, e.Incarnation = ChildRenewed, k.incarnation()
	}
	k.tell(e)
}

// incarnation is the child's own count of its starts, 0 if it has none.
func (k *kid) incarnation() uint64 {
	if n, ok := k.child.(interface{ Incarnation() uint64 }); ok {
		return n.Incarnation()
	}
	return 0
}

// kids is the children of an incarnation. Protected by its mu, for user code may
// hold on to Self for longer than it should; what happens to children is the run
// loop's.
type kids struct {
	youngest *kid // the list of them leads from here to the oldest
	count    int
	others   map[Child]*kid  // those that are not noted by the child itself, in core.kid; made on demand
	nursery  context.Context //nolint:containedctx // in which they are started; made on demand

	// kept has the children that have ended and whose addresses are open: true
	// for those of which the parent said Keep, false while it has not decided.
	kept map[Child]bool
}

// family returns the children, to be added to. It is called with mu held.
func (i *incarnation) family() *kids {
	if i.kids == nil {
		i.kids = new(kids)
	}
	return i.kids
}

// has reports whether k, which was added to an incarnation, is there and has not
// passed to another one. It is called with mu held.
func (i *incarnation) has(k *kid) bool {
	if k.inc.Load() != i {
		return false
	}
	c := k.actor()
	return c != nil && c.kid.Load() == k || i.kids.others[k.child] == k
}

// note has k found, unless there is one of the same child already.
func (t *kids) note(k *kid) bool {
	if t.others[k.child] != nil {
		return false
	}
	if c := k.actor(); c != nil {
		if c.kid.CompareAndSwap(nil, k) {
			return true
		}
		if its := c.kid.Load(); its != nil && its.child == k.child && its.inc.Load() == k.inc.Load() {
			return false
		}
	}
	if t.others == nil {
		t.others = make(map[Child]*kid)
	}
	t.others[k.child] = k
	return true
}

// strike undoes note.
func (t *kids) strike(k *kid) {
	if c := k.actor(); c != nil {
		c.kid.CompareAndSwap(k, nil)
	}
	delete(t.others, k.child) // it is k, or nothing
}

// addKid notes a child that is about to be started.
func (i *incarnation) addKid(k *kid) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.sealed {
		return ErrStopped
	}
	t := i.family()
	if !t.note(k) {
		return ErrAlreadyStarted
	}
	t.count++
	delete(t.kept, k.child)
	if k.prev = t.youngest; k.prev != nil {
		k.prev.next = k
	}
	t.youngest = k
	return nil
}

// removeKid reports whether k was there. What becomes of the child's address is
// undecided then.
func (i *incarnation) removeKid(k *kid) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.has(k) {
		return false
	}
	t := i.kids
	t.strike(k)
	t.count--
	if k.prev != nil {
		k.prev.next = k.next
	}
	if k.next != nil {
		k.next.prev = k.prev
	} else {
		t.youngest = k.prev
	}
	k.next, k.prev = nil, nil
	if !t.kept[k.child] { // its parent may have said Keep beforehand
		t.keep(k.child, false)
	}
	return true
}

func (i *incarnation) hasKid(k *kid) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.has(k)
}

func (t *kids) keep(child Child, decided bool) {
	if t.kept == nil {
		t.kept = make(map[Child]bool)
	}
	t.kept[child] = decided
}

// keepChild notes that the address of a child that has ended is to stay open.
func (i *incarnation) keepChild(child Child) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.family().keep(child, true)
}

// forgetChild undoes keepChild.
func (i *incarnation) forgetChild(child Child) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if t := i.kids; t != nil {
		delete(t.kept, child)
	}
}

// leaves reports whether there are any.
func (i *incarnation) leaves() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.kids != nil && len(i.kids.kept) != 0
}

// leftover returns the children whose addresses are open and that were not
// started again. There are some.
func (i *incarnation) leftover() []Child {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Collect(maps.Keys(i.kids.kept))
}

// forsakes decides about a child that has ended. Its address is to end, unless
// it was started again or its parent said Keep.
func (i *incarnation) forsakes(child Child) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	kept, ended := i.kids.kept[child]
	if !ended || kept {
		return false
	}
	delete(i.kids.kept, child)
	return true
}

// seal lets no more children in.
func (i *incarnation) seal(doomed bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.sealed, i.doomed = true, doomed
}

// dooms reports whether k is a child that will be stopped, or has been.
func (i *incarnation) dooms(k *kid) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.doomed && i.has(k)
}

// passKids gives all children to an incarnation that has none. From its turn on a child
// is the heir's and may leave, on another goroutine: the heir's mu has it wait until all
// have had their turn.
func (i *incarnation) passKids(heir *incarnation) {
	i.mu.Lock()
	defer i.mu.Unlock()
	t := i.kids
	if t == nil {
		return
	}
	heir.mu.Lock()
	defer heir.mu.Unlock()
	heir.kids = &kids{youngest: t.youngest, count: t.count, others: t.others, kept: t.kept}
	t.youngest, t.count, t.others, t.kept = nil, 0, nil, nil
	for k := heir.kids.youngest; k != nil; k = k.prev {
		k.inc.Store(heir)
	}
}

// working reports whether a task is running.
func (t *kids) working() bool {
	if t == nil {
		return false
	}
	for k := t.youngest; k != nil; k = k.prev {
		if _, ok := k.child.(*task); ok {
			return true
		}
	}
	return false
}

// lastKid returns the youngest child and how many there are.
func (i *incarnation) lastKid() (*kid, int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.kids == nil {
		return nil, 0
	}
	return i.kids.youngest, i.kids.count
}
