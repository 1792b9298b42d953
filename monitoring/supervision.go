package monitoring

import (
	"log/slog"
	"time"
)

// SupervisionKind tells supervision events apart.
type SupervisionKind uint8

// The kinds of a SupervisionEvent. Each names the fields it fills beside
// Time, Supervisor and, where there is one child, Child, Path, Type and
// Incarnation.
const (
	// ChildStarted: a child is running for the first time.
	ChildStarted SupervisionKind = iota + 1
	// ChildStopped: a child has ended without failing, with its Reason; Err
	// is set if its stop did not go well (it was abandoned, say).
	ChildStopped
	// ChildFailed: a child has failed, with Err, or could not be started.
	// Restarts is how often it had been restarted before.
	ChildFailed
	// ChildRestarted: a child runs again. Restarts counts this restart.
	ChildRestarted
	// ChildDegraded: a health check found the child degraded, with Reason.
	ChildDegraded
	// RestartLimitExceeded: Restarts within Window are more than MaxRestarts.
	RestartLimitExceeded
	// StrategyApplied: the supervisor acts on a failure, by its Strategy, on
	// the children named in Affected.
	StrategyApplied
	// Escalated: the supervisor hands the failure on to its parent, with Err.
	Escalated
)

var supervisionKinds = []string{
	"unknown", "child started", "child stopped", "child failed", "child restarted", "child degraded",
	"restart limit exceeded", "strategy applied", "escalated",
}

// String returns the kind in words, such as "child failed".
func (k SupervisionKind) String() string { return kindName(uint8(k), supervisionKinds) }

// SupervisionEvent is something that a supervisor saw or did.
type SupervisionEvent struct {
	Time        time.Time
	Kind        SupervisionKind
	Supervisor  string // path of the supervisor
	Child       string // name of the child
	Path        string // path of the child
	Type        string // actor type of the child
	Incarnation uint64 // of the child

	Restarts    int
	MaxRestarts int
	Window      time.Duration
	Strategy    string
	Affected    []string // names of children, in order of start
	Reason      string
	Err         error
}

// Severity returns Info for what is ordinary, Warning for restarts, degraded
// health and stops that did not go well, Error for failures, and Critical
// when a supervisor gives up.
func (e SupervisionEvent) Severity() Severity {
	switch e.Kind {
	case ChildFailed:
		return Error
	case RestartLimitExceeded, Escalated:
		return Critical
	case ChildRestarted, ChildDegraded, StrategyApplied:
		return Warning
	case ChildStopped:
		if e.Err != nil {
			return Warning
		}
	}
	return Info
}

// String returns the kind of the event, in words.
func (e SupervisionEvent) String() string { return e.Kind.String() }

// LogValue returns the fields that are set, as a group.
func (e SupervisionEvent) LogValue() slog.Value {
	var a attrs
	a.text("supervisor", e.Supervisor)
	a.text("child", e.Child)
	a.text("path", e.Path)
	a.text("type", e.Type)
	a.number("incarnation", e.Incarnation)
	a.count("restarts", e.Restarts)
	a.count("max_restarts", e.MaxRestarts)
	a.duration("window", e.Window)
	a.text("strategy", e.Strategy)
	a.names("affected", e.Affected)
	a.text("reason", e.Reason)
	a.failure(e.Err)
	return slog.GroupValue(a...)
}
