package supervision

import "github.com/understudy-go/understudy/monitoring"

// traced is a command that came in a traced request: what it does to a child is
// shown there.
type traced struct {
	command event
	in      monitoring.SpanRef // the span of the command
}

func (traced) event() {}

// beginByHand records that a child is to be started or stopped by the command
// in hand, if that is traced.
func (m *machine) beginByHand(c *child, kind monitoring.StepKind) {
	m.report(&c.byHand) // what an earlier command has begun is overtaken
	if m.trace.IsZero() {
		return
	}
	s := m.stepOf(c, kind)
	if kind == monitoring.StepStart {
		s.Incarnation++
	} else {
		s.Reason = "terminated"
	}
	if c.added && !c.typed() {
		s.Child = "child" // spans are not to have as many names as there are children
	}
	c.byHand = &incident{Incident: monitoring.Incident{
		Failure:        monitoring.Failure{Path: m.pathOf(c), Name: c.label(), Type: c.typ, Trace: m.trace},
		Supervisor:     m.plan.path,
		SupervisorType: supervisorType,
		Directive:      directiveCommand,
		Begin:          m.now,
	}}
	i := c.byHand.add(s)
	c.steps = recordedIn(c.byHand, i, i)
	m.expect(c)
}
