package supervision

import "github.com/understudy-go/understudy/actor"

// ExitKind implements [actor.Kinder]: to give up is a failure, whatever the
// last child ended with.
func (e *IntensityError) ExitKind() actor.Kind { return actor.Failure }
