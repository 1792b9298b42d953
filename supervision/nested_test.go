package supervision

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
)

// find returns the only action of a type.
func find[A action](t *testing.T, out []action) A {
	t.Helper()
	var found []A
	for _, a := range out {
		if a, ok := a.(A); ok {
			found = append(found, a)
		}
	}
	require.Len(t, found, 1)
	return found[0]
}

// one returns a machine with one supervisor as its child, which is starting.
func one(t *testing.T, limit Limit) (m *machine, now time.Time, epoch uint64) {
	t.Helper()
	now = time.Now()
	m = newMachine(&plan{name: "top", path: "top", limit: limit, children: []childPlan{
		{id: "mid", name: "mid", process: &stub{id: "mid"}, restart: Permanent, shutdown: Infinity,
			startTimeout: actor.Forever, supervisor: true},
	}})
	return m, now, find[doStart](t, m.step(begin{}, now)).epoch
}

// ST-05: the error names the whole path and the cause, and is not wrapped
// again on its way up.
func TestStartErrorOfASupervisorBelow(t *testing.T) {
	cause := &actor.PanicError{Value: "no config"}
	below := &StartError{Path: "top/mid", Child: "leaf", Err: cause}
	m, now, epoch := one(t, Limit{})
	err := find[doReady](t, m.step(started{id: "mid", epoch: epoch, err: below}, now)).err
	assert.Same(t, error(below), err)
	assert.EqualError(t, err, "supervision: start failed: top/mid/leaf: panic: no config")
	assert.ErrorIs(t, err, error(cause))

	// Another system's error is a cause like any other.
	m, now, epoch = one(t, Limit{})
	foreign := &StartError{Path: "other/mid", Child: "leaf", Err: cause}
	err = find[doReady](t, m.step(started{id: "mid", epoch: epoch, err: foreign}, now)).err
	assert.ErrorContains(t, err, "top/mid: supervision: start failed: other/mid/leaf")
}

// What goes wrong in the rollback is joined to the error of a supervisor below,
// which stays as it is.
func TestStartErrorOfASupervisorBelowWithTrouble(t *testing.T) {
	below := &StartError{Path: "top/mid", Child: "leaf", Err: errors.New("boom")}
	m, now, epoch := one(t, Limit{})
	add := find[doStart](t, m.step(cmdStart{1, childPlan{
		id: "x", name: "x", process: &stub{id: "x"}, restart: Permanent, startTimeout: actor.Forever}}, now))
	m.step(started{id: "x", epoch: add.epoch}, now)
	m.step(started{id: "mid", epoch: epoch, err: below}, now)
	lost := &actor.AbandonedError{Path: "top/x"}
	err := find[doReady](t, m.step(ended{"x", add.epoch, actor.Exit{Kind: actor.Abandoned, Err: lost}}, now)).err
	assert.ErrorIs(t, err, error(below))
	assert.ErrorIs(t, err, actor.ErrAbandoned)
	assert.Empty(t, below.Teardown)
}

// What a supervisor reports of those below it reaches the top as it is (R10).
func TestShutdownErrorsOfASupervisorBelow(t *testing.T) {
	lost := &ChildError{Op: "stop", Path: "top/mid", ID: "leaf", Err: &actor.AbandonedError{Path: "top/mid/leaf"}}
	m, now, epoch := one(t, Limit{})
	m.step(started{id: "mid", epoch: epoch}, now)
	m.step(halt{time.Minute}, now)
	exit := actor.Exit{Kind: actor.Shutdown, Err: &ShutdownError{[]error{lost}}}
	err := find[doExit](t, m.step(ended{"mid", epoch, exit}, now)).err
	all, ok := errors.AsType[*ShutdownError](err)
	require.True(t, ok)
	assert.Equal(t, []error{lost}, all.Errors)
	assert.ErrorIs(t, err, ErrShutdownTimeout)
	assert.ErrorIs(t, err, actor.ErrShutdown)
}

// A supervisor that gives up hands its incident on: its parent's is put under
// it, and so up to the top.
func TestEscalationIsOneTrace(t *testing.T) {
	m, now, epoch := one(t, AtMost(0, time.Second))
	m.step(started{id: "mid", epoch: epoch}, now)
	ref := monitoring.NewSpanRef()
	below := &IntensityError{Path: "top/mid", Last: errors.New("boom"), trace: ref}
	out := m.step(ended{"mid", epoch, actor.Exit{Kind: actor.Failure, Err: below}}, now)
	in := find[doReport](t, out).incident
	assert.Equal(t, ref, in.Failure.Trace)
	assert.Equal(t, directiveEscalate, in.Directive)
	err := find[doExit](t, out).err
	top, ok := errors.AsType[*IntensityError](err)
	require.True(t, ok)
	assert.Equal(t, in.Ref, top.trace)
	assert.Equal(t, "top", top.Path)
	assert.ErrorIs(t, err, error(below))
	assert.Same(t, error(top), in.Err)
}

// So does one that a rule has made to end.
func TestEscalationByARuleIsOneTrace(t *testing.T) {
	s := newScript(t)
	s.run("child a rule=boom:escalate")
	s.run("boot")
	out := s.m.step(s.event([]string{"crash", "a"}, func(i int) string { return []string{"crash", "a", "", ""}[i] }), s.now)
	in := find[doReport](t, out).incident
	require.False(t, in.Ref.IsZero())
	assert.Equal(t, &EscalatedError{Path: "s", Child: "a", Err: s.why("boom"), trace: in.Ref}, find[doExit](t, out).err)
}

// A child that crashes while all is torn down is told as such, whatever its error
// knows of other supervisors.
func TestShutdownErrorOfOneThatCrashes(t *testing.T) {
	m, now, epoch := one(t, Limit{})
	m.step(started{id: "mid", epoch: epoch}, now)
	m.step(halt{time.Minute}, now)
	foreign := &ShutdownError{[]error{errBoom}}
	err := find[doExit](t, m.step(ended{"mid", epoch, actor.Exit{Kind: actor.Failure, Err: foreign}}, now)).err
	all, ok := errors.AsType[*ShutdownError](err)
	require.True(t, ok)
	require.Len(t, all.Errors, 1)
	told, ok := errors.AsType[*ChildError](all.Errors[0])
	require.True(t, ok)
	assert.Equal(t, &ChildError{Op: "stop", Path: "top", ID: "mid", Err: told.Err, Process: m.kids.find("mid").process}, told)
	assert.EqualError(t, told.Err, "ended: failure: supervision: shutdown; boom")
}

// The child's own count of its incarnations is taken over where it is told.
func TestIncarnations(t *testing.T) {
	m, now, epoch := one(t, Limit{})
	ev := find[doEmit](t, m.step(started{id: "mid", epoch: epoch, incarnation: 7}, now)).event
	assert.EqualValues(t, 7, ev.Incarnation)
	m.step(ended{"mid", epoch, actor.Exit{Kind: actor.Failure, Incarnation: 9}}, now)
	assert.EqualValues(t, 10, m.kids.find("mid").incarnation)
}

func TestStartKind(t *testing.T) {
	for want, err := range map[actor.Kind]error{
		actor.Failure: errors.New("boom"), actor.Panic: &actor.PanicError{Value: 1},
		actor.Goexit: actor.ErrGoexit, actor.Abandoned: &actor.AbandonedError{},
	} {
		assert.Equal(t, want, startKind(err))
	}
}

// An incident's record is bounded, and each step of it is whole.
func TestIncidentIsBounded(t *testing.T) {
	s := newScript(t)
	s.run("supervisor one_for_all 1/1m")
	s.run("show incidents")
	for i := range 300 {
		s.run(fmt.Sprintf("child c%d", i))
	}
	s.run("boot")
	for _, directive := range []string{"restart", "escalate"} {
		s.run("crash c150")
		s.run("at 1s")
		var heads, steps int
		for _, line := range s.settle() {
			switch {
			case strings.HasPrefix(line, "incident "+directive):
				heads++
			case strings.HasPrefix(line, " "):
				steps++
				assert.Regexp(t, `[01]s\.\.1s`, line)
			}
		}
		assert.Equal(t, 1, heads)
		assert.Equal(t, maxSteps, steps)
	}
}

func TestLookup(t *testing.T) {
	s := newScript(t)
	for _, line := range []string{"child a", "child b supervisor", "boot", "crash a", "fails a"} {
		s.run(line)
	}
	info, ok := s.m.lookup("a")
	require.True(t, ok)
	assert.Equal(t, StateRestarting, info.State)
	assert.EqualError(t, info.LastError, "boom")
	_, ok = s.m.lookup("nobody")
	assert.False(t, ok)
	assert.Equal(t, Counts{Specs: 2, Active: 1, Workers: 1, Supervisors: 1}, s.m.count())
	for info := range s.m.list() {
		assert.Equal(t, "a", info.ID)
		break
	}
}
