package monitoring

import (
	"log/slog"
	"time"
)

// ActorKind tells actor events apart.
type ActorKind uint8

// The kinds of an ActorEvent. Each names the fields it fills beside Time, ID,
// Path, Type and Incarnation.
const (
	// Spawned: the actor has got its place in a tree; it is not running yet.
	Spawned ActorKind = iota + 1
	// Started: an incarnation has been made and takes messages.
	Started
	// MessageReceived: a message was taken from the mailbox; Message is its type.
	MessageReceived
	// MessageProcessed: the handler has returned, after Duration.
	MessageProcessed
	// ErrorOccurred: a handler, a timer or a hook has failed, with Err.
	ErrorOccurred
	// Stopped: the incarnation has ended, with its Reason.
	Stopped
)

var actorKinds = []string{
	"unknown", "actor spawned", "actor started", "message received", "message processed", "error occurred",
	"actor stopped",
}

// String returns the kind in words, such as "actor started".
func (k ActorKind) String() string { return kindName(uint8(k), actorKinds) }

// ActorEvent is something in the life of one actor.
type ActorEvent struct {
	Time        time.Time
	Kind        ActorKind
	ID          ID
	Path        string
	Type        string // declared type of the actor
	Incarnation uint64

	Message  string // Go type of the message, never its contents
	Duration time.Duration
	Reason   string
	Err      error
}

// Severity returns Trace for messages, Debug for the making of an actor, Info
// for its start and stop, and Error for what went wrong.
func (e ActorEvent) Severity() Severity {
	switch e.Kind {
	case MessageReceived, MessageProcessed:
		return Trace
	case Spawned:
		return Debug
	case ErrorOccurred:
		return Error
	}
	return Info
}

// String returns the kind of the event, in words.
func (e ActorEvent) String() string { return e.Kind.String() }

// LogValue returns the fields that are set, as a group.
func (e ActorEvent) LogValue() slog.Value {
	var a attrs
	a.text("id", e.ID.String())
	a.text("path", e.Path)
	a.text("type", e.Type)
	a.number("incarnation", e.Incarnation)
	a.text("message", e.Message)
	a.duration("duration", e.Duration)
	a.text("reason", e.Reason)
	a.failure(e.Err)
	return slog.GroupValue(a...)
}
