package supervision

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/understudy-go/understudy/monitoring"
)

// dated checks what holds of every event, shown or not.
func (s *script) dated(ev monitoring.SupervisionEvent) {
	assert.Equal(s.t, s.now, ev.Time, ev.Kind)
	assert.Equal(s.t, "s", ev.Supervisor, ev.Kind)
}

// record checks what holds of every record of an incident, shown or not, and
// keeps a copy of it.
func (s *script) record(in *monitoring.Incident) {
	assert.NotContains(s.t, s.records, in, "handed over already")
	assert.Equal(s.t, "s", in.Supervisor)
	assert.Equal(s.t, supervisorType, in.SupervisorType)
	assert.Equal(s.t, s.now, in.End)
	s.within(in.Begin, in.End)
	if name := path.Base(in.Failure.Path); in.Failure.Name != name {
		assert.Equal(s.t, in.Failure.Type, in.Failure.Name, name)
	}
	if in.Directive == directiveCommand {
		assert.Equal(s.t, in.Failure.Path, in.Steps[0].Path)
		assert.Equal(s.t, s.request, in.Failure.Trace)
	}
	for i, step := range in.Steps {
		s.within(step.Begin, step.End)
		assert.False(s.t, step.Begin.Before(in.Begin), "a step before its incident")
		assert.Less(s.t, step.Under, i)
		assert.GreaterOrEqual(s.t, step.Under, -1)
		if step.Kind != monitoring.StepBackoff {
			assert.True(s.t, strings.HasPrefix(step.Path, "s/"), step.Path)
		}
	}
	kept := *in
	kept.Steps = slices.Clone(in.Steps)
	s.records[in] = kept
}

func (s *script) within(begin, end time.Time) {
	assert.False(s.t, begin.Before(s.start), "no beginning")
	assert.False(s.t, end.Before(begin), "ends before it begins")
	assert.False(s.t, end.After(s.now), "ends in the future")
}

// untouched checks that what was handed over is not written to any more: it
// belongs to whoever reads it.
func (s *script) untouched() {
	for in, kept := range s.records {
		assert.Equal(s.t, kept, *in)
	}
}
