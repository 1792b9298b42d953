package actor

import (
	"fmt"
	"reflect"

	"github.com/understudy-go/understudy/internal/effect"
)

// A bond is one actor's interest in another's end.
type bond struct {
	inc    *incarnation // whose interest it is; the bond ends with it
	key    bondKey
	notify func(Down) (mine bool) // has the actor learn of the end

	// Protected by inc.mu.
	over bool   // it was undone, or the actor has been told
	stop func() // has the other actor forget it; nil until that is known
}

// bondKey says what there is one bond of.
type bondKey struct {
	target any // whose end it is about: a watchable, or nil for nobody; or a *follower
	link   bool
}

// Watch has the actor told, once, when another address ends; at once if it has
// ended already. on makes a message of the notice, which is handled after
// everything that the other actor sent to this one before it ended, and ahead
// of what came into the mailbox later. When it comes the other's name is free
// and the messages that were left to it are dead letters.
//
// There is no notice when the other is restarted, renewed or resumed, nor as
// long as it was never started. A second Watch of one address takes the place
// of the first. Watches end with the incarnation.
//
// The errors are [ErrUnwatchable] for oneself, and for an address from
// elsewhere that does not tell of its end; [ErrStopped] and [ErrAbandoned] when
// the incarnation is over.
func (s *Self[M]) Watch(a Address, on func(Down) M) error {
	return s.inc().bind(a, false, func(d Down) bool {
		return s.process().receiveOne(s.inc(), func() M { return on(d) })
	})
}

// Unwatch undoes Watch. No notice comes any more, even if it was queued.
func (s *Self[M]) Unwatch(a Address) { s.inc().unbind(a, false) }

// Link ties the actor's life to another address: when that ends abnormally the
// actor fails with a *[LinkError], ahead of the messages that wait; when it ends
// as Shutdown, so does the actor. A normal end has no effect. An address that
// has ended already has its effect at once.
//
// A link has one direction: the other actor does not notice this one's end. Two
// that are to share their fate link to each other. In everything else a link is
// like a watch, and an actor may have both.
func (s *Self[M]) Link(a Address) error {
	return s.inc().bind(a, true, func(d Down) bool {
		if d.Kind == Normal {
			return true
		}
		e := &LinkError{d}
		return s.process().conclude(Exit{Kind: e.ExitKind(), Err: e})
	})
}

// Unlink undoes Link.
func (s *Self[M]) Unlink(a Address) { s.inc().unbind(a, true) }

// bind makes a bond in place of one that there is.
func (i *incarnation) bind(a Address, link bool, notify func(Down) bool) error {
	target, err := targetOf(a)
	switch {
	case err != nil:
		return err
	case target == watchable(i.core.body):
		return fmt.Errorf("%w: it is the actor itself", ErrUnwatchable)
	}
	b := &bond{inc: i, key: bondKey{target, link}, notify: notify}
	if err := i.enlist(b); err != nil {
		return err
	}
	i.effect(bondEffect(link, effect.Watch, effect.Link), a.Path(), 0)
	stop := func() {}
	if target == nil {
		i.core.tell(notice{b, nobody})
	} else {
		stop = target.watch(func(d Down) { i.core.tell(notice{b, d}) })
	}
	i.mu.Lock()
	b.stop = stop
	over := b.over
	i.mu.Unlock()
	if over { // it was undone meanwhile, or told
		stop()
	}
	return nil
}

// targetOf returns whose end is to be watched.
func targetOf(a Address) (watchable, error) {
	if v := reflect.ValueOf(a); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return nil, fmt.Errorf("%w: the address is nil", ErrUnwatchable)
	}
	target, err := a.watchable()
	if target != nil && !reflect.ValueOf(target).Comparable() {
		err = fmt.Errorf("%w: %s: its target is not comparable", ErrUnwatchable, a.Path())
	}
	return target, err
}

func (i *incarnation) enlist(b *bond) error {
	i.mu.Lock()
	switch {
	case i.fence.isCut():
		i.mu.Unlock()
		return ErrAbandoned
	case i.finished:
		i.mu.Unlock()
		return ErrStopped
	}
	t := i.tied()
	stop := t.bonds[b.key].end()
	if t.bonds == nil {
		t.bonds = make(map[bondKey]*bond)
	}
	t.bonds[b.key] = b
	i.mu.Unlock()
	if stop != nil {
		stop()
	}
	return nil
}

// unbind undoes a bond, if there is one.
func (i *incarnation) unbind(a Address, link bool) {
	target, err := targetOf(a)
	if err != nil {
		return
	}
	i.mu.Lock()
	stop := i.tied().bonds[bondKey{target, link}].end()
	i.mu.Unlock()
	if stop != nil {
		i.effect(bondEffect(link, effect.Unwatch, effect.Unlink), a.Path(), 0)
		stop()
	}
}

func bondEffect(link bool, watch, linked effect.Kind) effect.Kind {
	if link {
		return linked
	}
	return watch
}

// end ends the bond. It is called with inc.mu held, and returns what is to be
// called without.
func (b *bond) end() (stop func()) {
	if b == nil {
		return nil
	}
	b.over = true
	if t := b.inc.ties; t.bonds[b.key] == b {
		delete(t.bonds, b.key)
	}
	return b.stop
}

// unbindAll ends the bonds of an incarnation that is over.
func (i *incarnation) unbindAll() {
	if i.bound() {
		i.unbindThem()
	}
}

func (i *incarnation) bound() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.ties != nil && len(i.ties.bonds) != 0
}

// unbindThem is unbindAll where there are some. To go through a map takes much room
// on the stack.
//
//go:noinline
func (i *incarnation) unbindThem() {
	i.mu.Lock()
	stops := make([]func(), 0, len(i.ties.bonds))
	for _, b := range i.ties.bonds {
		if stop := b.end(); stop != nil {
			stops = append(stops, stop)
		}
	}
	i.mu.Unlock()
	for _, stop := range stops {
		stop()
	}
}

// claim reports whether the actor is to be told now, which it is once.
func (b *bond) claim() bool {
	b.inc.mu.Lock()
	defer b.inc.mu.Unlock()
	told := b.over
	b.end()
	return !told
}
