package supervision

import (
	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
)

// emit records an event about a child.
func (m *machine) emit(c *child, ev monitoring.SupervisionEvent) {
	if m.plan.unwatched {
		return
	}
	ev.Time, ev.Supervisor = m.now, m.plan.path
	ev.Child, ev.Path, ev.Type, ev.Incarnation = c.name, m.pathOf(c), c.typ, c.incarnation
	m.do(doEmit{ev})
}

// emitStarted tells of a start that was no restart of the supervisor's own.
func (m *machine) emitStarted(c *child) {
	m.emit(c, monitoring.SupervisionEvent{Kind: monitoring.ChildStarted})
}

func (m *machine) emitRestarted(c *child) {
	m.emit(c, monitoring.SupervisionEvent{Kind: monitoring.ChildRestarted, Restarts: c.restarts})
}

// emitEnded tells of the end of an incarnation, which was a failure or not.
func (m *machine) emitEnded(c *child, x actor.Exit) {
	ev := monitoring.SupervisionEvent{Kind: monitoring.ChildStopped, Reason: x.Kind.String(), Err: x.Err}
	if x.Kind.Abnormal() {
		ev.Kind, ev.Restarts = monitoring.ChildFailed, c.restarts
	}
	m.emit(c, ev)
}

// emitNotStarted tells of a failed start.
func (m *machine) emitNotStarted(c *child, err error) {
	m.emit(c, monitoring.SupervisionEvent{Kind: monitoring.ChildFailed, Restarts: c.restarts, Err: err})
}

// emitDegraded tells that a child works, but not as well as it should.
func (m *machine) emitDegraded(c *child, reason string) {
	m.emit(c, monitoring.SupervisionEvent{Kind: monitoring.ChildDegraded, Reason: reason})
}

// emitStrategy tells whom a decision to restart concerns.
func (m *machine) emitStrategy(in *incident) {
	if m.plan.unwatched {
		return
	}
	m.do(doEmit{monitoring.SupervisionEvent{
		Time: m.now, Kind: monitoring.StrategyApplied, Supervisor: m.plan.path,
		Strategy: in.Strategy, Affected: in.Affected,
	}})
}

// emitLimit tells that one restart too many was needed.
func (m *machine) emitLimit(c *child, restarts int, err *IntensityError) {
	m.emit(c, monitoring.SupervisionEvent{
		Kind: monitoring.RestartLimitExceeded, Restarts: restarts,
		MaxRestarts: err.Max, Window: err.Window, Err: err.Last,
	})
}

// emitEscalated tells that the failure is the parent's from now on.
func (m *machine) emitEscalated(err error) {
	m.do(doEmit{monitoring.SupervisionEvent{
		Time: m.now, Kind: monitoring.Escalated, Supervisor: m.plan.path, Err: err,
	}})
}
