package supervision

import "github.com/understudy-go/understudy/actor"

// ExitKind implements [actor.Kinder]: to give up is a failure, whatever the
// last child ended with; a shutdown if Spec.StrictOTP says so.
func (e *IntensityError) ExitKind() actor.Kind {
	if e.strict {
		return actor.Shutdown
	}
	return actor.Failure
}

// ExitKind implements [actor.Kinder]: to escalate is a failure.
func (e *EscalatedError) ExitKind() actor.Kind { return actor.Failure }
