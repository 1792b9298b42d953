package actor

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A kid is one start of a child, on its parent's side. It is the child's Host.
type kid struct {
	core   *core                       // the parent
	inc    atomic.Pointer[incarnation] // the parent's; another one when the parent is renewed
	child  Child
	ears   listener            // has the parent handle the events
	judge  func(Exit) Prospect // the parent's policy, or nil
	number uint64              // the child's incarnation that has started
	until  time.Time           // the time that it was given to stop, by a parent that ends; owned by the parent's run loop

	next, prev *kid // protected by kids.mu
}

// A listener has the parent handle what happened to a child.
type listener interface {
	notify(inc *incarnation, e Event) (mine bool)
}

// offspring is the kid of a parent that makes messages of the child's events.
type offspring[M any] struct {
	kid
	on func(Event) M
}

// notify implements listener.
func (o *offspring[M]) notify(inc *incarnation, e Event) (mine bool) {
	p := o.core.body.(*Process[M]) //nolint:errcheck,forcetypeassert // its own body made this
	return p.receiveOne(inc, func() M { return o.on(e) })
}

// Started implements Host.
func (k *kid) Started(err error) {
	k.number = k.incarnation()
	if err != nil {
		k.tell(Event{Child: k.child, Kind: ChildNotStarted, Err: err, Incarnation: k.number})
		return
	}
	k.core.hear(kidStarted{k}, k.actor())
}

// tell tells the parent what happened to the child. It is called by the child's
// run loop, if the child is an actor.
func (k *kid) tell(e Event) { k.core.hear(&kidEvent{k, e}, k.actor()) }

// actor is the child as an actor, or nil.
func (k *kid) actor() *core {
	if c, ok := k.child.(interface{ actual() *core }); ok {
		return c.actual()
	}
	return nil
}

// parentOf is the parent that takes decisions for the child, if it is an actor that
// has earned that others are handed over to by its code.
func parentOf(h Host) *core {
	if k, ok := h.(*kid); ok && k.core.trusted() {
		return k.core
	}
	return nil
}

// leave takes the kid from its parent's table.
func (k *kid) leave() {
	for inc := k.inc.Load(); !inc.kids.remove(k); {
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
		if inc.kids.dooms(k) {
			k.ask(inc.share(1))
			return
		}
		was := inc
		if inc = k.inc.Load(); inc == was {
			return
		}
	}
}

// stop has the child of a parent that ends do so too. It is asked again only if
// there is less time now, for a second Stop may cut its stop hook short.
func (k *kid) stop(within time.Duration) {
	until := time.Now().Add(within)
	if k.until.IsZero() || until.Before(k.until) {
		k.until = until
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
func (k *kid) Ended(exit Exit) {
	k.tell(Event{Child: k.child, Kind: ChildEnded, Exit: exit})
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

// kids is the table of an incarnation's children, oldest first. The run loop
// owns what happens to them; mu is for Self, which user code may hold on to
// for longer than it should.
type kids struct {
	mu       sync.Mutex
	sealed   bool // no more children: the incarnation is ending
	doomed   bool // and those that there are will be stopped
	youngest *kid
	by       map[Child]*kid

	// kept has the children that have ended and whose addresses are open: true
	// for those of which the parent said Keep, false while it has not decided.
	kept map[Child]bool
}

func (t *kids) add(k *kid) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.sealed:
		return ErrStopped
	case t.by[k.child] != nil:
		return ErrAlreadyStarted
	}
	if t.by == nil {
		t.by = make(map[Child]*kid)
	}
	t.by[k.child] = k
	delete(t.kept, k.child)
	if k.prev = t.youngest; k.prev != nil {
		k.prev.next = k
	}
	t.youngest = k
	return nil
}

// remove reports whether k was there. What becomes of the child's address is
// undecided then.
func (t *kids) remove(k *kid) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.by[k.child] != k {
		return false
	}
	delete(t.by, k.child)
	if k.prev != nil {
		k.prev.next = k.next
	}
	if k.next != nil {
		k.next.prev = k.prev
	} else {
		t.youngest = k.prev
	}
	k.next, k.prev = nil, nil
	if t.kept == nil {
		t.kept = make(map[Child]bool)
	}
	if !t.kept[k.child] { // its parent may have said Keep beforehand
		t.kept[k.child] = false
	}
	return true
}

func (t *kids) has(k *kid) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.by[k.child] == k
}

// keep notes that the address of a child that has ended is to stay open.
func (t *kids) keep(child Child) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept == nil {
		t.kept = make(map[Child]bool)
	}
	t.kept[child] = true
}

// forget undoes keep.
func (t *kids) forget(child Child) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.kept, child)
}

// leftover returns the children whose addresses are open and that were not
// started again.
func (t *kids) leftover() []Child {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Collect(maps.Keys(t.kept))
}

// forsakes decides about a child that has ended. Its address is to end, unless
// it was started again or its parent said Keep.
func (t *kids) forsakes(child Child) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	kept, ended := t.kept[child]
	if !ended || kept {
		return false
	}
	delete(t.kept, child)
	return true
}

// seal lets no more children in.
func (t *kids) seal(doomed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sealed, t.doomed = true, doomed
}

// dooms reports whether k is a child that will be stopped, or has been.
func (t *kids) dooms(k *kid) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.doomed && t.by[k.child] == k
}

// pass gives all children to an incarnation that nobody knows yet.
func (t *kids) pass(to *incarnation) {
	t.mu.Lock()
	defer t.mu.Unlock()
	heir := &to.kids
	heir.youngest, heir.by, heir.kept = t.youngest, t.by, t.kept
	t.youngest, t.by, t.kept = nil, nil, nil
	for k := heir.youngest; k != nil; k = k.prev {
		k.inc.Store(to)
	}
}

// working reports whether a task is running.
func (t *kids) working() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for k := t.youngest; k != nil; k = k.prev {
		if _, ok := k.child.(*task); ok {
			return true
		}
	}
	return false
}

// last returns the youngest child and how many there are.
func (t *kids) last() (*kid, int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.youngest, len(t.by)
}
