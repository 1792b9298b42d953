package monitoring

import (
	"log/slog"
	"time"
)

// SystemKind tells system events apart.
type SystemKind uint8

// The kinds of a SystemEvent. Each names the fields it fills beside Time,
// System and ID.
const (
	// SystemStarted: every child of the root is running.
	SystemStarted SystemKind = iota + 1
	// SystemShutdown: all phases of the shutdown are over, with Reason; Err holds
	// what did not stop in time, which tasks failed, or why the root gave up.
	SystemShutdown
	// ActorRegistered: Name has been taken for the actor at Path.
	ActorRegistered
	// ActorDeregistered: Name is free again.
	ActorDeregistered
	// ConfigurationChanged: the supervisor at Path was told by a command to do
	// something else than its declaration says: the child with the id Name was
	// added or deleted, or its health checks were switched on or off, as Reason
	// says. What a dynamic supervisor starts was never declared, and is no
	// change.
	ConfigurationChanged
)

var systemKinds = []string{
	"unknown", "system started", "system shutdown", "actor registered", "actor deregistered", "configuration changed",
}

// String returns the kind in words, such as "system started".
func (k SystemKind) String() string { return kindName(uint8(k), systemKinds) }

// SystemEvent is something that concerns an actor system as a whole.
type SystemEvent struct {
	Time   time.Time
	Kind   SystemKind
	System string // name of the system
	ID     ID     // of the system, or of the actor concerned
	Name   string // taken or freed, or the id of a child
	Path   string
	Reason string
	Err    error
}

// Severity returns Debug for the registry, Info for the rest, and Error for a
// shutdown that did not go well.
func (e SystemEvent) Severity() Severity {
	switch e.Kind {
	case ActorRegistered, ActorDeregistered:
		return Debug
	case SystemShutdown:
		if e.Err != nil {
			return Error
		}
	}
	return Info
}

// String returns the kind of the event, in words.
func (e SystemEvent) String() string { return e.Kind.String() }

// LogValue returns the fields that are set, as a group.
func (e SystemEvent) LogValue() slog.Value {
	var a attrs
	a.text("system", e.System)
	a.text("id", e.ID.String())
	a.text("name", e.Name)
	a.text("path", e.Path)
	a.text("reason", e.Reason)
	a.failure(e.Err)
	return slog.GroupValue(a...)
}
