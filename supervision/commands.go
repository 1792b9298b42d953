package supervision

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
)

// StartChild adds a child at the end of a running supervisor's list and starts
// it. It returns when the child is ready or has failed to start; a child that
// failed is not added. Fields of c that are zero are the supervisor's Defaults.
//
// Errors are *[ChildError], with [ErrAlreadyStarted] (and the process that
// runs) or [ErrAlreadyPresent] when the id is taken, [actor.ErrIgnore] when the
// child chose not to run, or the reason why it did not start; and *[SpecError]
// for a wrong c. When ctx is done StartChild returns its cause, and the start
// goes on.
func StartChild(ctx context.Context, sup actor.Ref[Message], c Child) error {
	_, err := ask(ctx, sup, command{op: "start", child: c})
	return err
}

// TerminateChild stops a child, and keeps it from being restarted. It returns
// when the child has ended; at once if it does not run. A temporary child, and
// any child of a dynamic supervisor, is forgotten; other ones stay known and can
// be restarted. The error is
// [ErrNotFound], or [actor.ErrDeadlock] when a handler at or below the child
// calls, since it would wait for itself.
func TerminateChild(ctx context.Context, sup actor.Ref[Message], id string) error {
	_, err := ask(ctx, sup, command{op: "terminate", id: id, event: func(req uint64) event {
		return cmdTerminate{req, id}
	}})
	return err
}

// RestartChild starts a child that is known and does not run, and returns when
// it is ready. The errors are [ErrNotFound], [ErrRunning], [ErrRestarting], or
// the reason why it did not start. It does not count as a restart.
func RestartChild(ctx context.Context, sup actor.Ref[Message], id string) error {
	_, err := ask(ctx, sup, command{op: "restart", id: id, event: func(req uint64) event {
		return cmdRestart{req, id}
	}})
	return err
}

// DeleteChild forgets a child that does not run. The errors are [ErrNotFound],
// [ErrRunning] and [ErrRestarting].
func DeleteChild(ctx context.Context, sup actor.Ref[Message], id string) error {
	_, err := ask(ctx, sup, command{op: "delete", id: id, event: func(req uint64) event {
		return cmdDelete{req, id}
	}})
	return err
}

// Children returns what the supervisor knows of its children, in the order of
// their start, as of one moment. It can be gone through more than once.
func Children(ctx context.Context, sup actor.Ref[Message]) (iter.Seq[ChildInfo], error) {
	list, err := actor.Ask(ctx, sup, func(r actor.Reply[[]ChildInfo]) Message { return listChildren{r} })
	return slices.Values(list), err
}

// Count returns how many children the supervisor has.
func Count(ctx context.Context, sup actor.Ref[Message]) (Counts, error) {
	return actor.Ask(ctx, sup, func(r actor.Reply[Counts]) Message { return countAll{r} })
}

// Lookup returns what the supervisor knows of one child. The error is
// [ErrNotFound] if there is none of that id.
func Lookup(ctx context.Context, sup actor.Ref[Message], id string) (ChildInfo, error) {
	return actor.Ask(ctx, sup, func(r actor.Reply[ChildInfo]) Message { return lookUp{id, r} })
}

// EnableHealth has the child's health checked by its HealthCheck, which is so
// from the start unless DisableHealth was called. The errors are [ErrNotFound],
// and [ErrHealthOff] if the child has no HealthCheck.
func EnableHealth(ctx context.Context, sup actor.Ref[Message], id string) error {
	return switchHealth(ctx, sup, id, true)
}

// DisableHealth stops the checks of the child's health, over restarts too, until
// EnableHealth is called or the supervisor itself is restarted. The errors are
// those of EnableHealth.
func DisableHealth(ctx context.Context, sup actor.Ref[Message], id string) error {
	return switchHealth(ctx, sup, id, false)
}

func switchHealth(ctx context.Context, sup actor.Ref[Message], id string, on bool) error {
	op := "health off"
	if on {
		op = "health on"
	}
	_, err := ask(ctx, sup, command{op: op, id: id, event: func(req uint64) event {
		return cmdHealth{req, id, on}
	}})
	return err
}

// ask sends a command and waits for the outcome.
func ask(ctx context.Context, sup actor.Ref[Message], c command) (actor.Child, error) {
	c.caller = actor.Caller(ctx)
	return actor.Ask(ctx, sup, func(r actor.Reply[actor.Child]) Message {
		c.reply = r
		return c
	})
}

// command carries out a command, or refuses it.
func (s *supervisor) command(in monitoring.SpanRef, c command) {
	if c.op == "start" {
		if err := s.spec.accepts(c.child, s.machine.plan.sideBySide); err != nil {
			c.reply.Fail(err)
			return
		}
		plan := c.child.plan(s.spec.Defaults, isSupervisor(c.child.Process))
		c.id = plan.id
		c.event = func(req uint64) event { return cmdStart{req, plan} }
	}
	if c.op == "terminate" && s.under(c.caller, c.id) {
		c.reply.Fail(&ChildError{Op: c.op, Path: s.self.Path(), ID: c.id, Err: actor.ErrDeadlock})
		return
	}
	s.request(in, c.op, c.id, c.event, func(process actor.Child, err error) {
		if err != nil {
			c.reply.Fail(err)
			return
		}
		c.reply.Send(process)
	})
}

// request lets the machine see a command that came in a span, if in is one, and
// has done called with the outcome.
func (s *supervisor) request(
	in monitoring.SpanRef, op, id string, of func(req uint64) event, done func(actor.Child, error),
) {
	s.requests++
	s.replies[s.requests] = request{op, id, done}
	s.step(traced{of(s.requests), in})
}

// under reports whether the actor at path is the child of that id, or below it.
func (s *supervisor) under(path, id string) bool {
	info, ok := s.machine.lookup(id)
	if !ok || path == "" {
		return false
	}
	child := s.self.Path() + "/" + info.Name
	return path == child || strings.HasPrefix(path, child+"/")
}

func (s *supervisor) lookUp(q lookUp) {
	info, ok := s.machine.lookup(q.id)
	if !ok {
		q.reply.Fail(&ChildError{Op: "look up", Path: s.self.Path(), ID: q.id, Err: ErrNotFound})
	} else {
		q.reply.Send(info)
	}
}
