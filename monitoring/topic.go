package monitoring

import (
	"log/slog"
	"time"
)

// TopicKind tells topic events apart.
type TopicKind uint8

// The kinds of a TopicEvent. All fill Time, Topic, Type and Subscribers, and
// Message where there is one message.
const (
	// Published: a message was published to so many Subscribers. It is told
	// when all of them have been tried.
	Published TopicKind = iota + 1
	// SubscriberAdded: Subscriber gets what is published from now on.
	SubscriberAdded
	// SubscriberRemoved: Subscriber gets no more of it, for Reason; Err is set
	// if that is because it could not keep up.
	SubscriberRemoved
	// RoutingFailed: Subscriber did not get a message, for Reason and Err.
	RoutingFailed
	// TopicDeadLetter: a message was published, and nobody had subscribed.
	TopicDeadLetter
)

var topicKinds = []string{
	"unknown", "published", "subscriber added", "subscriber removed", "routing failed", "topic dead letter",
}

// String returns the kind in words, such as "subscriber added".
func (k TopicKind) String() string { return kindName(uint8(k), topicKinds) }

// TopicEvent is something that happened in a topic: in what is published and
// who gets it.
type TopicEvent struct {
	Time        time.Time
	Kind        TopicKind
	Topic       string // path of the topic
	Type        string // declared type of the topic's actor
	Subscriber  string // path of the subscriber concerned
	Subscribers int    // how many there are; of what was published, how many were to get it
	Message     string // Go type of the message, never its contents
	Reason      string // one of a closed set
	Err         error
}

// Severity returns Trace for messages that pass, Info for subscribers that come
// and go, and Warning when one is removed because of an error or a message is
// lost.
func (e TopicEvent) Severity() Severity {
	switch e.Kind {
	case Published:
		return Trace
	case RoutingFailed, TopicDeadLetter:
		return Warning
	case SubscriberRemoved:
		if e.Err != nil {
			return Warning
		}
	}
	return Info
}

// String returns the kind of the event, in words.
func (e TopicEvent) String() string { return e.Kind.String() }

// LogValue returns the fields that are set, as a group.
func (e TopicEvent) LogValue() slog.Value {
	var a attrs
	a.text("topic", e.Topic)
	a.text("type", e.Type)
	a.text("subscriber", e.Subscriber)
	a.count("subscribers", e.Subscribers)
	a.text("message", e.Message)
	a.text("reason", e.Reason)
	a.failure(e.Err)
	return slog.GroupValue(a...)
}
