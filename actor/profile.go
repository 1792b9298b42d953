package actor

import (
	"context"
	"runtime/pprof"
	"runtime/trace"
)

// profileLabel is the label of goroutines that run an actor.
const profileLabel = "actor.type"

// Label has the goroutines that run the system's actors carry the type of their
// actor as the label actor.type, for profiles of CPU and goroutines. It is called
// before anything is started. Each run then costs some 100 ns more; a message of a
// busy actor, next to nothing.
func (r *Runtime) Label() { r.labels = true }

// label gives the goroutine the label of the actor that it is about to run, if the
// system has labels.
func (c *core) label() (labelled bool) {
	s := c.scope.Load()
	if s == nil || !s.runtime.labels {
		return false
	}
	typ := c.typ.Load()
	if typ == nil { // in the first run, in which New is called
		return false
	}
	own := c.rarely()
	if own.labels == nil {
		own.labels = pprof.WithLabels(context.Background(), pprof.Labels(profileLabel, *typ))
	}
	pprof.SetGoroutineLabels(own.labels)
	return true
}

// unlabel takes the label away: the goroutine waits for its next run.
func unlabel() { pprof.SetGoroutineLabels(context.Background()) }

// region shows the turn in an execution trace, if one is being recorded.
func (c *core) region(f func() outcome) outcome {
	defer trace.StartRegion(context.Background(), c.Type()).End()
	return f()
}
