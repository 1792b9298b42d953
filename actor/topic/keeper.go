package topic

import (
	"context"
	"time"

	"github.com/understudy-go/understudy/actor"
)

// A keeper is the topic's actor: it takes subscribers out that have ended.
type keeper struct{}

// gone is the notice that a subscriber's address has ended.
type gone struct{ remove func() }

func (gone) topic() {}

// Receive implements [actor.Actor].
func (keeper) Receive(_ context.Context, msg Message) error {
	if msg, ok := msg.(gone); ok {
		msg.remove()
	}
	return nil
}

// begin makes the actor of an incarnation. Those who have subscribed are
// watched anew: watches end with the incarnation.
func (t *Topic[T]) begin(self *actor.Self[Message]) actor.Actor[Message] {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.telemetry.Store(self.Telemetry())
	t.self, t.over = self, nil
	t.current.Store(nil)
	for _, sub := range t.inOrder() {
		t.keep(sub)
	}
	return keeper{}
}

// keep has the actor, if there is one, watch a subscriber. It is called with mu
// held.
func (t *Topic[T]) keep(sub *subscription[T]) {
	if t.self == nil {
		return
	}
	if !sub.announced {
		sub.announced = true
		t.recordAdded(sub)
	}
	// An incarnation that is over cannot watch any more; the next one will. An
	// address that cannot be watched leaves when something is published.
	_ = t.self.Watch(sub.address, func(actor.Down) Message {
		return gone{func() { t.drop(sub, reasonEnded, nil) }}
	})
}

// end is what becomes of the topic when its address ends.
func (t *Topic[T]) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = actor.ErrStopped
	for _, sub := range t.inOrder() {
		t.remove(sub, reasonTopicEnded, nil)
	}
	t.self = nil
	t.current.Store(nil)
}

// An ending is owned by the topic's actor, so that its address is retired with
// the actor's: there is no incarnation then that could do something.
type ending struct {
	name string
	end  func()
}

// Name implements [actor.Child].
func (e *ending) Name() string { return e.name }

// Start implements [actor.Child]. There is nothing to start.
func (e *ending) Start(_ context.Context, h actor.Host) { h.Started(actor.ErrIgnore) }

// Stop implements [actor.Child].
func (e *ending) Stop(time.Duration) {}

// Retire implements [actor.Retirer].
func (e *ending) Retire(error) { e.end() }
