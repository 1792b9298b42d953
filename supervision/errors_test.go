package supervision

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/understudy-go/understudy/actor"
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
		{&ShutdownError{}, []error{actor.ErrShutdown}, []error{ErrShutdownTimeout}},
		{&ShutdownError{[]error{boom}}, []error{actor.ErrShutdown, boom}, []error{ErrShutdownTimeout}},
		{
			&ShutdownError{[]error{boom, &ChildError{Err: &actor.AbandonedError{}}}},
			[]error{actor.ErrShutdown, ErrShutdownTimeout, actor.ErrAbandoned, boom}, nil,
		},
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
