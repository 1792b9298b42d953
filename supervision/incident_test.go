package supervision

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
)

// The restart of a group is complete however little of it the record holds.
func TestIncidentOfALargeGroup(t *testing.T) {
	m, now := newMachine(herd(2*maxSteps, OneForAll, false)), time.Now()
	drive(m, begin{}, now)
	crashed := m.kids.head
	last, ok := drive(m, ended{crashed.id, crashed.epoch, actor.Exit{Kind: actor.Failure}}, now).(doReport)
	require.True(t, ok)
	assert.True(t, last.incident.Restarted)
	assert.Len(t, last.incident.Steps, maxSteps)
	assert.Len(t, last.incident.Affected, 2*maxSteps)
}

// A record has room for so many steps and no more. What still fits of a restart
// gets its outcome.
func TestIncidentIsFull(t *testing.T) {
	m, in := newMachine(herd(1, OneForOne, false)), &incident{}
	c := m.kids.head
	for len(in.Steps) < maxSteps-1 {
		in.add(monitoring.Step{})
	}
	m.beginRestart(c, in)
	require.Len(t, in.Steps, maxSteps)
	m.endSteps(c, errBoom)
	last := in.Steps[maxSteps-1]
	assert.Equal(t, monitoring.StepRestart, last.Kind)
	assert.Equal(t, errBoom, last.Err)

	assert.Equal(t, -1, in.add(monitoring.Step{}))
	before := slices.Clone(in.Steps)
	m.beginRestart(c, in)
	m.endSteps(c, nil)
	assert.Equal(t, before, in.Steps)
}

// A wait is over once.
func TestIncidentWaits(t *testing.T) {
	in, begin := &incident{}, time.Now()
	in.waited(begin)
	in.wait(time.Minute, begin)
	in.waited(begin.Add(time.Minute))
	in.waited(begin.Add(time.Hour))
	require.Len(t, in.Steps, 1)
	assert.Equal(t, begin.Add(time.Minute), in.Steps[0].End)
}

// A supervisor's verdict on its own child is told as such; what one further down
// has found is just an error.
func TestVerdictOfAFailure(t *testing.T) {
	m := newMachine(herd(1, OneForOne, false))
	c := m.kids.head
	own, below := &HealthError{Path: m.pathOf(c)}, &HealthError{Path: m.pathOf(c) + "/below"}
	assert.Equal(t, own, m.failure(c, lapse{exit: actor.Exit{Err: own}}).Verdict)
	assert.NoError(t, m.failure(c, lapse{exit: actor.Exit{Err: below}}).Verdict)
}

// All that an end tells goes into the record of the failure.
func TestRecordOfAFailure(t *testing.T) {
	m, ref, at := newMachine(herd(1, OneForOne, false)), monitoring.NewSpanRef(), time.Now()
	c := m.kids.head
	got := m.failure(c, lapse{exit: actor.Exit{
		Kind: actor.Panic, Err: errBoom, Message: "Place", Depth: 3, Trace: ref, Incarnation: 7, At: at,
	}})
	assert.Equal(t, monitoring.Failure{
		Path: m.pathOf(c), Name: c.name, Type: c.typ, Incarnation: 7,
		Message: "Place", Kind: "panic", Err: errBoom, At: at, Depth: 3, Trace: ref,
	}, got)
}

// The record of a supervisor's own start or stop says which supervisor it was.
func TestRecordOfASupervisor(t *testing.T) {
	m := newMachine(&plan{name: "s", path: "top/s", incarnation: 7, strategy: RestForOne, limit: AtMost(3, time.Minute)})
	m.now = time.Now()
	assert.Equal(t, monitoring.Incident{
		Failure:    monitoring.Failure{Path: "top/s", Name: "s", Type: supervisorType, Incarnation: 7, Kind: "shutdown"},
		Supervisor: "top/s", SupervisorType: supervisorType, Strategy: "rest_for_one",
		Directive: directiveShutdown, MaxRestarts: 3, Window: time.Minute, Begin: m.now,
	}, m.openOwn(directiveShutdown).Incident)
}

// A failure has the time at which it happened, or the present if nobody knows.
func TestTimeOfAFailure(t *testing.T) {
	m, now := newMachine(herd(1, OneForOne, false)), time.Now()
	m.now = now
	before := now.Add(-time.Second)
	assert.Equal(t, before, m.failure(m.kids.head, lapse{exit: actor.Exit{At: before}}).At)
	assert.Equal(t, now, m.failure(m.kids.head, lapse{}).At)
}

// A supervisor's mailbox outlives its machine. A retry that is still in it
// means nothing to the next one, whatever that waits for.
func TestRetryOutlivesItsMachine(t *testing.T) {
	p, now := herd(1, OneForOne, false), time.Now()
	restartFails := func() (*machine, doAgain) {
		p.incarnation++
		m := newMachine(p)
		drive(m, begin{}, now)
		c := m.kids.head
		m.step(ended{c.id, c.epoch, actor.Exit{Kind: actor.Failure}}, now)
		return m, find[doAgain](t, m.step(started{id: c.id, epoch: c.epoch, err: errBoom}, now))
	}
	_, old := restartFails()
	m, again := restartFails()
	assert.Empty(t, m.step(retry(old), now))
	assert.NotEmpty(t, m.step(retry(again), now))
}

// What is red in a stop that was asked for: not that the child ended because it
// was asked, whatever words it has for it.
func TestTroubleInAnEnd(t *testing.T) {
	hook := &actor.HookError{Err: errBoom}
	for _, x := range []actor.Exit{
		{Kind: actor.Shutdown}, {Kind: actor.Shutdown, Err: fmt.Errorf("get: %w", context.Canceled)},
		{Kind: actor.Shutdown, Err: fmt.Errorf("bye: %w", actor.ErrShutdown)},
		{Kind: actor.Normal, Err: fmt.Errorf("done: %w", actor.ErrStop)},
	} {
		assert.NoError(t, trouble(x), x)
	}
	for _, x := range []actor.Exit{
		{Kind: actor.Failure, Err: errBoom}, {Kind: actor.Abandoned, Err: fmt.Errorf("%w", context.Canceled)},
		{Kind: actor.Normal, Err: hook}, {Kind: actor.Shutdown, Err: errors.Join(context.Canceled, hook)},
		{Kind: actor.Shutdown, Err: &ShutdownError{Errors: []error{errBoom}}},
	} {
		assert.Equal(t, x.Err, trouble(x))
	}
}
