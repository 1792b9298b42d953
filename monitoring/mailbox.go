package monitoring

import (
	"log/slog"
	"time"
)

// MailboxKind tells mailbox events apart.
type MailboxKind uint8

// The kinds of a MailboxEvent. All fill Time, Path, Depth and Capacity, and
// Message where there is one message.
const (
	// Enqueued: a message was put into the mailbox of an actor that has been
	// started. Its sender records it; if the actor is at work, it may be told
	// of after its being Dequeued.
	Enqueued MailboxKind = iota + 1
	// Dequeued: a message was taken from it.
	Dequeued
	// BackpressureApplied: a sender has to wait because the mailbox is full.
	BackpressureApplied
	// CapacityReached: the mailbox has just become full.
	CapacityReached
	// MessageDropped: the overflow policy threw a message away, with Reason.
	MessageDropped
	// DeadLetter: a message that was accepted, or sent to an actor that has
	// stopped, will never be handled, with Reason.
	DeadLetter
)

var mailboxKinds = []string{
	"unknown", "enqueued", "dequeued", "backpressure applied", "capacity reached", "message dropped", "dead letter",
}

// String returns the kind in words, such as "dead letter".
func (k MailboxKind) String() string { return kindName(uint8(k), mailboxKinds) }

// MailboxEvent is something that happened to a message on its way.
type MailboxEvent struct {
	Time     time.Time
	Kind     MailboxKind
	Path     string // of the actor whose mailbox it is
	Type     string // declared type of that actor
	Message  string // Go type of the message, never its contents
	Depth    int    // messages in the mailbox
	Capacity int
	Reason   string // one of a closed set
	Err      error
	Trace    SpanRef // of a dead letter: the sampled span that it was sent in
}

// Severity returns Trace for messages that pass, Debug when a sender waits,
// Info when a mailbox fills up, and Warning when a message is lost.
func (e MailboxEvent) Severity() Severity {
	switch e.Kind {
	case Enqueued, Dequeued:
		return Trace
	case BackpressureApplied:
		return Debug
	case MessageDropped, DeadLetter:
		return Warning
	}
	return Info
}

// String returns the kind of the event, in words.
func (e MailboxEvent) String() string { return e.Kind.String() }

// LogValue returns the fields that are set, as a group.
func (e MailboxEvent) LogValue() slog.Value {
	var a attrs
	a.text("path", e.Path)
	a.text("type", e.Type)
	a.text("message", e.Message)
	a.count("depth", e.Depth)
	a.count("capacity", e.Capacity)
	a.text("reason", e.Reason)
	a.failure(e.Err)
	return slog.GroupValue(a...)
}
