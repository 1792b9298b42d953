package topic

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync/atomic"

	"github.com/understudy-go/understudy/actor"
)

// A Subscriber is somebody who has subscribed to a topic.
type Subscriber struct {
	Path    string
	Policy  Policy
	Dropped uint64 // messages that found its mailbox full
}

// Subscribe has an actor get what is published from now on. It returns at once,
// and may be called in the actor's own New: if the address has subscribed
// already, the new subscription takes the place of the old one.
//
// The subscription ends with Unsubscribe, when the actor's address or the
// topic's ends, or by the policy. It lasts over restarts.
//
// The errors are [actor.ErrStopped] when the topic's address has ended, or ref
// is nobody's, and [actor.ErrInvalidSpec] when the topic's declaration, the
// policy or the ref is wrong.
func (t *Topic[T]) Subscribe(ref actor.Ref[T], policy Policy) error {
	return subscribe(t, ref, policy, ref.Send)
}

// SubscribeFunc is [Topic.Subscribe] for an actor that takes messages of another
// type: adapt makes one of each message that is published.
//
// adapt is called by the goroutine that publishes, by several at once if several
// do, so it must neither block nor use the actor's state. If it panics, this
// subscriber does not get the message.
func SubscribeFunc[T, M any](t *Topic[T], ref actor.Ref[M], policy Policy, adapt func(T) M) error {
	if adapt == nil {
		return t.wrong("adapt", errors.New("is nil"))
	}
	return subscribe(t, ref, policy, adapted(ref, adapt))
}

// Unsubscribe has an actor get nothing any more, and reports whether it had
// subscribed. A Publish that began before may still reach it.
func (t *Topic[T]) Unsubscribe(ref actor.Ref[T]) bool { return Unsubscribe(t, ref) }

// Unsubscribe is [Topic.Unsubscribe] for an actor that has subscribed by
// [SubscribeFunc].
func Unsubscribe[T, M any](t *Topic[T], ref actor.Ref[M]) bool {
	if !isKey(ref) {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	sub := t.subs[ref]
	if sub == nil {
		return false
	}
	t.remove(sub, reasonUnsubscribed, nil)
	if t.self != nil {
		t.self.Unwatch(ref)
	}
	return true
}

// Subscribers returns who is subscribed at the moment, in the order in which
// they came.
func (t *Topic[T]) Subscribers() []Subscriber {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]Subscriber, 0, len(t.subs))
	for _, sub := range t.inOrder() {
		list = append(list, Subscriber{sub.address.Path(), sub.policy, sub.dropped.Load()})
	}
	return list
}

// A subscription is one address that gets what is published.
type subscription[T any] struct {
	address actor.Address
	policy  Policy
	send    sender[T]
	local   bool   // the actor is one of this process
	number  uint64 // in the order of coming
	dropped atomic.Uint64

	announced bool // its coming has been recorded; protected by the topic's mu
}

func subscribe[T, M any](t *Topic[T], ref actor.Ref[M], policy Policy, send sender[T]) error {
	switch {
	case ref.IsZero():
		return fmt.Errorf("topic: the subscriber is nobody: %w", actor.ErrStopped)
	case policy > Fail:
		return t.wrong("policy", fmt.Errorf("%v is none", policy))
	case !isKey(ref):
		return t.wrong("ref", errors.New("its target is not comparable"))
	}
	_, local := ref.Process()
	sub := &subscription[T]{address: ref, policy: policy, send: send, local: local}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over != nil {
		return t.over
	}
	if old := t.subs[ref]; old != nil {
		t.remove(old, reasonReplaced, nil)
	}
	t.added++
	sub.number = t.added
	t.subs[ref] = sub
	t.current.Store(nil)
	t.keep(sub)
	return nil
}

// wrong is what is wrong with a subscription.
func (t *Topic[T]) wrong(field string, reason error) error {
	return &actor.FieldError{Actor: t.Name(), Field: field, Reason: reason}
}

// isKey reports whether an address can be told from others; those of actors of
// this process always can.
func isKey[M any](ref actor.Ref[M]) bool { return reflect.ValueOf(ref).Comparable() }

// drop is remove for a subscription that may have gone already, or have been
// replaced.
func (t *Topic[T]) drop(sub *subscription[T], reason string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.subs[sub.address] != sub {
		return
	}
	t.remove(sub, reason, err)
	if t.self != nil {
		t.self.Unwatch(sub.address)
	}
}

// remove is called with mu held.
func (t *Topic[T]) remove(sub *subscription[T], reason string, err error) {
	delete(t.subs, sub.address)
	t.current.Store(nil)
	t.recordRemoved(sub, reason, err)
}

// inOrder returns the subscriptions in the order in which they came. It is
// called with mu held.
func (t *Topic[T]) inOrder() []*subscription[T] {
	all := make([]*subscription[T], 0, len(t.subs))
	for _, sub := range t.subs {
		all = append(all, sub)
	}
	slices.SortFunc(all, func(a, b *subscription[T]) int { return cmp.Compare(a.number, b.number) })
	return all
}
