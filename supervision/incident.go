package supervision

import (
	"cmp"
	"errors"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
)

// The decisions that an incident can stand for.
const (
	directiveRestart  = "restart"
	directiveResume   = "resume"   // the child goes on as it is
	directiveStop     = "stop"     // the child is not to be restarted
	directiveNone     = "none"     // the child was being stopped anyway
	directiveEscalate = "escalate" // the supervisor gives up
	directiveShutdown = "shutdown" // nothing failed: an orderly stop
	directiveStart    = "start"    // nothing failed yet: the initial start
	directiveCommand  = "command"  // nothing failed: somebody wanted it so
)

// maxSteps bounds the record of an incident. More is made of no trace.
const maxSteps = 128

// usualSteps is how many an incident has in which one child is restarted.
const usualSteps = 2

// supervisorType is the type of all supervisors, in spans and metrics.
const supervisorType = "Supervisor"

// incident is a record in the making. Once it has been handed over it belongs
// to whoever reads it and must not be written to.
type incident struct {
	monitoring.Incident
	reported bool
	waiting  int  // the open backoff's index plus 1
	back     bool // a child has been brought back
}

// stepRef says where a child's start or stop is being recorded: in those steps
// of an incident.
type stepRef struct {
	in          *incident
	first, last int32
}

// recordedIn is the place of steps that have just been recorded.
func recordedIn(in *incident, first, last int) stepRef {
	return stepRef{in, int32(first), int32(last)}
}

// open begins the record of a decision.
func (m *machine) open(c *child, l lapse, directive string, affected []string) *incident {
	return &incident{Incident: monitoring.Incident{
		Failure:        m.failure(c, l),
		Supervisor:     m.plan.path,
		SupervisorType: supervisorType,
		Strategy:       m.plan.strategy.String(),
		RestartType:    c.restart.String(),
		Directive:      directive,
		Restarts:       m.window.inWindow(m.now),
		MaxRestarts:    m.window.max,
		Window:         m.window.per,
		Affected:       affected,
		Begin:          m.now,
		Ref:            monitoring.NewSpanRef(),
	}}
}

func (m *machine) failure(c *child, l lapse) monitoring.Failure {
	f := monitoring.Failure{
		Path: m.pathOf(c), Name: c.label(), Type: c.typ, Incarnation: cmp.Or(l.exit.Incarnation, c.incarnation),
		Message: l.exit.Message, Kind: l.exit.Kind.String(), Err: l.exit.Err,
		At: l.exit.At, Depth: l.exit.Depth, Trace: l.exit.Trace,
		Starting: l.starting, Previous: l.previous,
	}
	if f.At.IsZero() {
		f.At = m.now
	}
	if ill, ok := errors.AsType[*HealthError](f.Err); ok && ill.Path == f.Path {
		f.Verdict = ill
	}
	// What a supervisor gave up on is the beginning of what its own parent
	// decides now: one trace shows both.
	if below := traceBelow(f.Err); !below.IsZero() {
		f.Trace = below
	}
	return f
}

// traceBelow is the decision with which a supervisor further down has ended.
func traceBelow(err error) monitoring.SpanRef {
	if below, ok := errors.AsType[interface {
		error
		span() monitoring.SpanRef
	}](err); ok {
		return below.span()
	}
	return monitoring.SpanRef{}
}

// report hands the record over, if there is one.
func (m *machine) report(p **incident) monitoring.SpanRef {
	in := *p
	*p = nil
	if in == nil || in.reported {
		return monitoring.SpanRef{}
	}
	in.reported = true
	in.End = m.now
	for i := range in.Steps {
		if in.Steps[i].End.IsZero() {
			in.Steps[i].End = m.now
		}
	}
	m.do(doReport{&in.Incident})
	return in.Ref
}

// reportRestarted hands over the record of a restart that is complete. It was
// none if every child chose not to run, or was terminated on the way.
func (m *machine) reportRestarted(p **incident) {
	if in := *p; in != nil {
		in.Restarted = in.back
	}
	m.report(p)
}

// reportOwn hands over the record of the child's own restart.
func (m *machine) reportOwn(c *child) { m.report(&c.incident) }

// reportUnanswered makes a record of a failure on which nothing is decided,
// because the child was to end anyway.
func (m *machine) reportUnanswered(c *child, x actor.Exit) {
	m.reportAlone(c, lapse{exit: x}, directiveNone)
}

func (m *machine) reportAlone(c *child, l lapse, directive string) {
	if !l.exit.Kind.Abnormal() {
		return
	}
	in := m.open(c, l, directive, nil)
	m.report(&in)
}

// add appends a step and returns its index, or -1 if there is no room.
func (in *incident) add(s monitoring.Step) int {
	if len(in.Steps) >= maxSteps {
		return -1
	}
	if in.Steps == nil {
		in.Steps = make([]monitoring.Step, 0, usualSteps)
	}
	in.Steps = append(in.Steps, s)
	return len(in.Steps) - 1
}

// wait records a backoff of length d that begins now.
func (in *incident) wait(d time.Duration, now time.Time) {
	in.Backoff = d
	in.waiting = in.add(monitoring.Step{Kind: monitoring.StepBackoff, Begin: now, Under: -1}) + 1
}

// waited records that the backoff, if there was one, is over.
func (in *incident) waited(now time.Time) {
	if in.waiting > 0 {
		in.Steps[in.waiting-1].End = now
	}
	in.waiting = 0
}

// beginStop records that a child is being stopped.
func (m *machine) beginStop(c *child, in *incident, reason string) {
	s := m.stepOf(c, monitoring.StepStop)
	s.Reason = reason
	if i := in.add(s); i >= 0 {
		c.steps = recordedIn(in, i, i)
		m.expect(c)
	}
}

// beginRestart records that a child is to be brought back, which is to start
// it.
func (m *machine) beginRestart(c *child, in *incident) {
	s := m.stepOf(c, monitoring.StepRestart)
	s.Incarnation++
	i := in.add(s)
	if i < 0 {
		c.steps = recordedIn(in, 0, -1)
		return
	}
	s.Kind, s.Under = monitoring.StepStart, i
	if k := in.add(s); k >= 0 {
		c.steps = recordedIn(in, i, k)
		m.expect(c)
	} else {
		c.steps = recordedIn(in, i, i)
	}
}

// beginBoot records that a child is to be started by the initial start.
func (m *machine) beginBoot(c *child) {
	s := m.stepOf(c, monitoring.StepStart)
	s.Incarnation++
	if i := m.startup.add(s); i >= 0 {
		c.steps = recordedIn(m.startup, i, i)
		m.expect(c)
	}
}

// expect makes what a supervisor below records of its own start or stop a part
// of the step that has just been recorded, before it is told.
func (m *machine) expect(c *child) {
	if c.supervisor {
		m.do(doExpect{m.pathOf(c)})
	}
}

// broughtBack records that a restart has led to a child that runs.
func (m *machine) broughtBack(c *child) {
	if in := c.steps.in; in != nil && !in.reported {
		in.back = true
	}
}

func (m *machine) stepOf(c *child, kind monitoring.StepKind) monitoring.Step {
	return monitoring.Step{
		Kind: kind, Child: c.label(), Path: m.pathOf(c), Type: c.typ, Incarnation: c.incarnation,
		Begin: m.now, Under: -1,
	}
}

// endSteps records the outcome of what the child was doing.
func (m *machine) endSteps(c *child, err error) {
	at := c.steps
	c.steps = stepRef{}
	if at.in == nil || at.in.reported {
		return
	}
	for i := at.first; i <= at.last; i++ {
		at.in.Steps[i].End, at.in.Steps[i].Err = m.now, err
		at.in.Steps[i].Incarnation, at.in.Steps[i].Type = c.incarnation, c.typ
		if c.typed() {
			at.in.Steps[i].Child = c.label()
		}
	}
}

func (m *machine) pathOf(c *child) string {
	if c.path == "" {
		c.path = m.plan.path + "/" + c.name
	}
	return c.path
}

// typed reports whether the child's type is known. An actor that has never run
// tells its name in place of it.
func (c *child) typed() bool { return c.typ != "" && c.typ != c.name }

// label is what spans call the child. There may be any number of children made
// at run time, so those go by their type.
func (c *child) label() string {
	if c.added && c.typ != "" {
		return c.typ
	}
	return c.name
}
