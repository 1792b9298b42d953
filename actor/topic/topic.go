package topic

import (
	"sync"
	"sync/atomic"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
)

// A Topic hands what is published in it to all who have subscribed. It is a
// [actor.Process], and so an [actor.Child] to be put under a supervisor; that
// actor watches the subscribers and is sent nothing.
//
// Who subscribes before the actor is started gets what is published all the
// same. Subscriptions last over restarts of the topic and of the subscriber, and
// end with the address of either.
type Topic[T any] struct {
	*actor.Process[Message]

	// Anyone.
	current   atomic.Pointer[snapshot[T]]          // nil if it is to be made anew
	telemetry atomic.Pointer[monitoring.Telemetry] // nil before the first start
	counts    counts
	spare     sync.Pool     // of *unwaiting
	closed    chan struct{} // is closed; never changes

	mu    sync.Mutex // protects what follows; never held while something is sent
	over  error      // why nothing can be published any more
	subs  map[actor.Address]*subscription[T]
	added uint64               // subscriptions so far
	self  *actor.Self[Message] // of the latest incarnation; nil without one
}

// A Message is what a topic's actor is sent. Nobody but the topic makes one.
type Message interface{ topic() }

// New declares a topic. It cannot fail: what is wrong with the spec is told by
// Validate, by the start, and by every call that takes part in the topic, as
// [actor.ErrInvalidSpec].
func New[T any](spec Spec) *Topic[T] {
	t := &Topic[T]{closed: make(chan struct{}), subs: make(map[actor.Address]*subscription[T])}
	close(t.closed)
	t.Process = actor.New(spec.actor(t.begin, &ending{spec.Name, t.end}))
	t.over = t.Validate()
	return t
}

// Stats are the figures of a topic. Of each message published, every one who
// was subscribed at that moment has it Delivered, or it is Dropped or Failed for
// them: when nobody is publishing, Addressed = Delivered + Dropped + Failed.
type Stats struct {
	Subscribers int    // at the moment
	Published   uint64 // messages
	Unheard     uint64 // those of them that were published when nobody had subscribed
	Addressed   uint64 // messages times subscribers
	Delivered   uint64 // put into a subscriber's mailbox
	Dropped     uint64 // because the mailbox was full
	Failed      uint64 // for another reason: an end, an adapter that failed, a publisher that could not wait
}

// Stats returns the topic's figures since it was declared. While messages are
// being published they are not one consistent cut.
func (t *Topic[T]) Stats() Stats {
	t.mu.Lock()
	subscribers := len(t.subs)
	t.mu.Unlock()
	return Stats{
		Subscribers: subscribers,
		Published:   t.counts.published.Load(),
		Unheard:     t.counts.unheard.Load(),
		Addressed:   t.counts.addressed.Load(),
		Delivered:   t.counts.delivered.Load(),
		Dropped:     t.counts.dropped.Load(),
		Failed:      t.counts.failed.Load(),
	}
}

type counts struct{ published, unheard, addressed, delivered, dropped, failed atomic.Uint64 }
