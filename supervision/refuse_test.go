package supervision

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
)

// TestCommandsThatComeTooLate says what a supervisor that has ended answers.
func TestCommandsThatComeTooLate(t *testing.T) {
	m := newMachine(&plan{path: "top/s"})
	now := time.Now()
	m.step(halt{actor.Forever}, now)
	for op, cmd := range map[string]event{
		"start":     cmdStart{1, childPlan{id: "a", process: &stub{id: "a"}}},
		"terminate": cmdTerminate{1, "a"},
		"restart":   cmdRestart{1, "a"},
		"delete":    cmdDelete{1, "a"},
		"check":     cmdHealth{1, "a", true},
	} {
		actions := m.step(cmd, now)
		require.Len(t, actions, 1, op)
		assert.Equal(t, doReply{req: 1, err: &ChildError{Op: op, Path: "top/s", ID: "a", Err: actor.ErrStopped}}, actions[0])
	}
}

// Who was answered because the supervisor ends is not answered again if it hears
// of the end of the address all the same.
func TestHeldAnswersAreGivenOnce(t *testing.T) {
	p, answers := &stub{id: "a"}, 0
	s := &supervisor{
		machine:  newMachine(&plan{path: "s"}),
		replies:  map[uint64]request{1: {"terminate", "a", stepOf(func(error) { answers++ })}},
		retiring: map[actor.Child][]doReply{p: {{req: 1, process: p}}},
	}
	s.answerHeld()
	assert.Equal(t, 1, answers)
	s.retired(p)
	assert.Equal(t, 1, answers)
}

// TestR15AnAnswerToAnEarlierCheckIsStale lets an answer come so late that the next
// check is under way.
func TestR15AnAnswerToAnEarlierCheckIsStale(t *testing.T) {
	m := newMachine(&plan{path: "s", strategy: OneForOne, children: []childPlan{{
		id: "a", name: "a", process: &stub{id: "a"}, restart: Permanent, startTimeout: actor.Forever,
		health: &HealthCheck{Interval: time.Second, Timeout: time.Second, Threshold: 2},
	}}})
	now := time.Now()
	m.step(begin{}, now)
	c := m.kids.find("a")
	m.step(started{id: "a", epoch: c.epoch}, now)
	m.step(alarm{"a", c.token}, now)
	require.True(t, c.checks.asking)
	late := c.token
	m.step(alarm{"a", c.token}, now) // no answer in time
	m.step(alarm{"a", c.token}, now)
	require.True(t, c.checks.asking)

	assert.Empty(t, m.step(diagnosed{"a", late, actor.Healthy}, now))
	assert.True(t, c.checks.asking, "the next check goes on")
	assert.Equal(t, 1, c.checks.failures)
}
