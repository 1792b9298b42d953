package supervision

import (
	"errors"
	"strings"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/internal/model"
)

// sameFault reports whether an error says what a fault of the model says. leaf
// does so for what workers fail with.
func sameFault(f *model.Fault, err error, leaf func(*model.Fault, error) bool) bool {
	if f == nil || err == nil {
		return f == nil && err == nil
	}
	switch f.What {
	case model.GaveUp:
		e, ok := outermost[*IntensityError](err)
		return ok && e.Child == f.Child && sameFault(f.Of, e.Last, leaf) && sameFaults(f.Also, e.Teardown, leaf)
	case model.Escalated:
		e, ok := outermost[*EscalatedError](err)
		return ok && e.Child == f.Child && sameFault(f.Of, e.Err, leaf) && sameFaults(f.Also, e.Teardown, leaf)
	case model.Unhealthy:
		if e, ok := err.(interface{ Unwrap() []error }); ok {
			return f.Of != nil && errors.Is(err, ErrUnhealthy) && sameFault(f.Of, e.Unwrap()[1], leaf)
		}
		_, ok := outermost[*HealthError](err)
		return ok && f.Of == nil
	case model.StartFailed:
		e, ok := outermost[*StartError](err)
		return ok && e.Child == f.Child && sameFault(f.Of, e.Err, leaf) && sameFaults(f.Also, e.Teardown, leaf)
	case model.Troubled:
		e, ok := outermost[*ShutdownError](err)
		return ok && sameFaults(f.Also, e.Errors, leaf)
	case model.NotStopped:
		e, ok := outermost[*ChildError](err)
		return ok && e.Op == "stop" && e.ID == f.Child && sameFault(f.Of, e.Err, leaf)
	case model.Hook:
		e, ok := errors.AsType[*actor.HookError](err)
		return ok && sameFault(f.Of, e.Err, leaf)
	case model.Joined:
		e, ok := err.(interface{ Unwrap() []error })
		return ok && sameFault(f.Of, e.Unwrap()[0], leaf) && sameFaults(f.Also, e.Unwrap()[1:], leaf)
	case model.WasNormal:
		return strings.HasPrefix(err.Error(), "ended: normal")
	case model.WasShutdown:
		return strings.HasPrefix(err.Error(), "ended: shutdown")
	}
	if f.What == model.ErrStartTimeout.What {
		e, ok := err.(interface{ Unwrap() []error })
		if f.Of == nil || !ok {
			return f.Of == nil && !ok && errors.Is(err, actor.ErrStartTimeout)
		}
		return errors.Is(err, actor.ErrStartTimeout) && sameFault(f.Of, e.Unwrap()[1], leaf)
	}
	if said := said(f); said != nil {
		return errors.Is(err, said)
	}
	return leaf(f, err)
}

// outermost returns the error itself, not one that it wraps.
func outermost[E error](err error) (E, bool) {
	e, ok := err.(E) //nolint:errorlint // see above
	return e, ok
}

func sameFaults(fs []*model.Fault, errs []error, leaf func(*model.Fault, error) bool) bool {
	if len(fs) != len(errs) {
		return false
	}
	for i, f := range fs {
		if !sameFault(f, errs[i], leaf) {
			return false
		}
	}
	return true
}

// said is the error for a fault that says no more than its name.
func said(f *model.Fault) error {
	switch f {
	case model.ErrMaxChildren:
		return ErrMaxChildren
	case model.ErrHealthOff:
		return ErrHealthOff
	case model.ErrGoexit:
		return actor.ErrGoexit
	case model.ErrNotFound:
		return ErrNotFound
	case model.ErrRunning:
		return ErrRunning
	case model.ErrRestarting:
		return ErrRestarting
	case model.ErrAlreadyStarted:
		return ErrAlreadyStarted
	case model.ErrAlreadyPresent:
		return ErrAlreadyPresent
	case model.ErrStopped:
		return actor.ErrStopped
	case model.ErrIgnore:
		return actor.ErrIgnore
	case model.ErrAbandoned:
		return actor.ErrAbandoned
	case model.ErrShutdown:
		return actor.ErrShutdown
	}
	return nil
}
