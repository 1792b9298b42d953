package topic

import (
	"reflect"
	"time"

	"github.com/understudy-go/understudy/monitoring"
)

// Why a subscriber was removed or did not get a message, as events tell it.
const (
	reasonUnsubscribed = "unsubscribed"
	reasonReplaced     = "replaced"    // it subscribed anew
	reasonEnded        = "ended"       // its address has ended, or was declared wrongly
	reasonTopicEnded   = "topic ended" // the topic's address has ended
	reasonSlow         = "slow"        // it had no room, and its policy is Fail
	reasonFull         = "full"        // it had no room
	reasonAdapter      = "adapter"     // the function given to SubscribeFunc panicked
	reasonPublisher    = "publisher"   // the publisher could not wait, or did not go on
	reasonRefused      = "refused"     // an actor that lives elsewhere said no
)

// observed returns the telemetry if a monitor wants to know of topics.
func (t *Topic[T]) observed() (*monitoring.Telemetry, bool) {
	tel := t.telemetry.Load()
	return tel, tel.ObservesTopics()
}

// event is an event of the topic with what all have in common.
func (t *Topic[T]) event(kind monitoring.TopicKind, subscribers int) monitoring.TopicEvent {
	return monitoring.TopicEvent{
		Time:        time.Now(),
		Kind:        kind,
		Topic:       t.Path(),
		Type:        t.Type(),
		Subscribers: subscribers,
	}
}

// recordAdded is called with mu held, so that events come in the order of what
// they tell.
func (t *Topic[T]) recordAdded(sub *subscription[T]) {
	if tel, ok := t.observed(); ok {
		e := t.event(monitoring.SubscriberAdded, len(t.subs))
		e.Subscriber = sub.address.Path()
		tel.Topic(e)
	}
}

// recordRemoved is called with mu held. Who came and went before the first start
// is not told of.
func (t *Topic[T]) recordRemoved(sub *subscription[T], reason string, err error) {
	if tel, ok := t.observed(); ok && sub.announced {
		e := t.event(monitoring.SubscriberRemoved, len(t.subs))
		e.Subscriber, e.Reason, e.Err = sub.address.Path(), reason, err
		tel.Topic(e)
	}
}

func (t *Topic[T]) recordPublished(msg T, subscribers int) {
	if tel, ok := t.observed(); ok {
		e := t.event(monitoring.Published, subscribers)
		e.Message = messageName(msg)
		tel.Topic(e)
	}
}

func (t *Topic[T]) recordFailed(sub *subscription[T], msg T, subscribers int, reason string, err error) {
	if tel, ok := t.observed(); ok {
		e := t.event(monitoring.RoutingFailed, subscribers)
		e.Message, e.Subscriber, e.Reason, e.Err = messageName(msg), sub.address.Path(), reason, err
		tel.Topic(e)
	}
}

func (t *Topic[T]) recordUnheard(msg T) {
	if tel, ok := t.observed(); ok {
		e := t.event(monitoring.TopicDeadLetter, 0)
		e.Message = messageName(msg)
		tel.Topic(e)
	}
}

// messageName is the name of a message's Go type, without its package.
func messageName[T any](msg T) string {
	typ := reflect.TypeOf(msg)
	if typ == nil { // a nil interface
		return ""
	}
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ.Name() != "" {
		return typ.Name()
	}
	return typ.String()
}
