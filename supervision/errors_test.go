package supervision

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
)

func TestErrorClasses(t *testing.T) {
	boom := errors.New("boom")
	for _, c := range []struct {
		err error
		is  []error
		not []error
	}{
		{&ChildError{Op: "start", Err: ErrNotFound}, []error{ErrNotFound, actor.ErrNotFound}, []error{actor.ErrFatal}},
		{&ChildError{Op: "restart", Err: ErrRestarting}, []error{ErrRestarting, actor.ErrRetryable}, []error{actor.ErrFatal}},
		{&ChildError{Op: "start", Err: actor.ErrStopped}, []error{actor.ErrStopped, actor.ErrFatal}, nil},
		{&SpecError{Err: boom}, []error{ErrInvalidSpec, actor.ErrFatal, boom}, nil},
		{&StartError{Err: boom, Teardown: []error{actor.ErrAbandoned}}, []error{ErrStartFailed, boom, actor.ErrAbandoned}, []error{actor.ErrShutdown}},
		{&StartError{Err: actor.ErrStartTimeout}, []error{actor.ErrStartTimeout, actor.ErrRetryable}, []error{ErrNotFound}},
		{
			&IntensityError{Last: boom, Teardown: []error{actor.ErrAbandoned}},
			[]error{ErrIntensityExceeded, actor.ErrFatal, boom, actor.ErrAbandoned}, []error{actor.ErrShutdown, actor.ErrStop},
		},
		{
			&EscalatedError{Err: boom, Teardown: []error{actor.ErrAbandoned}},
			[]error{ErrEscalated, actor.ErrFatal, boom, actor.ErrAbandoned}, []error{ErrIntensityExceeded, actor.ErrShutdown},
		},
		{&HealthError{}, []error{ErrUnhealthy, actor.ErrRetryable}, []error{actor.ErrFatal, actor.ErrShutdown}},
		{&ChildError{Err: ErrMaxChildren}, []error{ErrMaxChildren, actor.ErrRetryable}, []error{actor.ErrFatal}},
		{&ChildError{Err: ErrHealthOff}, []error{ErrHealthOff}, []error{actor.ErrRetryable, actor.ErrFatal, ErrUnhealthy}},
		{ErrEscalated, []error{actor.ErrFatal}, []error{actor.ErrRetryable}},
		{ErrUnhealthy, []error{actor.ErrRetryable}, []error{actor.ErrFatal}},
		{&ShutdownError{}, []error{actor.ErrShutdown}, []error{ErrShutdownTimeout}},
		{&ShutdownError{[]error{boom}}, []error{actor.ErrShutdown, boom}, []error{ErrShutdownTimeout}},
		{
			&ShutdownError{[]error{boom, &ChildError{Err: &actor.AbandonedError{}}}},
			[]error{actor.ErrShutdown, ErrShutdownTimeout, actor.ErrAbandoned, boom}, nil,
		},
		{&IntensityError{Last: actor.ErrShutdown}, []error{actor.ErrFatal}, nil},
	} {
		for _, target := range c.is {
			assert.ErrorIs(t, c.err, target)
		}
		for _, target := range c.not {
			assert.NotErrorIs(t, c.err, target)
		}
	}
}

func TestErrorText(t *testing.T) {
	boom := errors.New("boom")
	assert.EqualError(t, &ChildError{Op: "delete", Path: "sys/s", ID: "a", Err: ErrRunning},
		"supervision: sys/s: delete a: supervision: child is running")
	assert.EqualError(t, &StartError{Path: "sys/s", Child: "a", Err: boom}, "supervision: start failed: sys/s/a: boom")
	assert.EqualError(t, &IntensityError{Path: "sys/s", Child: "a", Max: 2, Window: time.Second, Last: boom},
		"supervision: restart limit exceeded: sys/s: more than 2 per 1s: a: boom")
	assert.EqualError(t, &EscalatedError{Path: "sys/s", Child: "a", Err: boom, Teardown: []error{ErrRunning}},
		"supervision: escalated: sys/s: a: boom; supervision: child is running")
	assert.EqualError(t, &HealthError{Path: "sys/s/a", Failures: 3, Last: actor.Failed("no disk"), Timeout: time.Second},
		"supervision: unhealthy: sys/s/a: 3 checks failed, the last one: no disk")
	assert.EqualError(t, &HealthError{Path: "sys/s/a", Failures: 3, Timeout: time.Second},
		"supervision: unhealthy: sys/s/a: 3 checks failed, the last one for want of an answer in 1s")
	assert.EqualError(t, &ShutdownError{[]error{boom, boom}}, "supervision: shutdown; boom; boom")
}

// Whatever a child returns, a supervisor that gives up because of it has failed
// (R9): its error must not look like an orderly end.
func TestGivingUpIsAFailure(t *testing.T) {
	for _, x := range []actor.Exit{
		{Kind: actor.Normal}, {Kind: actor.Normal, Err: actor.ErrStop},
		{Kind: actor.Shutdown}, {Kind: actor.Shutdown, Err: actor.ErrShutdown},
		{Kind: actor.Shutdown, Err: &ShutdownError{[]error{errors.New("below")}}},
	} {
		err := &IntensityError{Last: lapse{exit: x}.cause()}
		assert.NotErrorIs(t, err, actor.ErrShutdown)
		assert.NotErrorIs(t, err, actor.ErrStop)
		assert.Error(t, err.Last)
	}
}

// What a supervisor ends with says itself what kind of end that is (R9).
func TestKindsOfASupervisorsEnd(t *testing.T) {
	for _, c := range []struct {
		err  actor.Kinder
		want actor.Kind
	}{
		{&IntensityError{Last: actor.ErrShutdown}, actor.Failure},
		{&IntensityError{Last: errors.New("boom"), strict: true}, actor.Shutdown},
		{&EscalatedError{Err: actor.ErrShutdown}, actor.Failure},
	} {
		assert.Equal(t, c.want, c.err.ExitKind(), "%v", c.err)
	}
}

// The parent's decision stands in the trace of the one below that led to it.
func TestTraceOfTheDecisionBelow(t *testing.T) {
	ref := monitoring.NewSpanRef()
	for _, err := range []error{&IntensityError{trace: ref}, &EscalatedError{trace: ref}} {
		assert.Equal(t, ref, traceBelow(fmt.Errorf("below: %w", err)))
	}
	assert.Zero(t, traceBelow(&HealthError{}))
	assert.Zero(t, traceBelow(nil))
}
