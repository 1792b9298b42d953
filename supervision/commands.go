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
	_, err := ask(ctx, sup, command{op: opStart, child: c})
	return err
}

// TerminateChild stops a child, and keeps it from being restarted. It returns
// when the child has ended; at once if it does not run. A temporary child, and
// any child of a dynamic supervisor, is forgotten; other ones stay known and can
// be restarted. The error is
// [ErrNotFound], or [actor.ErrDeadlock] when a handler at or below the child
// calls, since it would wait for itself.
func TerminateChild(ctx context.Context, sup actor.Ref[Message], id string) error {
	_, err := ask(ctx, sup, command{op: opTerminate, id: id})
	return err
}

// RestartChild starts a child that is known and does not run, and returns when
// it is ready. The errors are [ErrNotFound], [ErrRunning], [ErrRestarting], or
// the reason why it did not start. It does not count as a restart.
func RestartChild(ctx context.Context, sup actor.Ref[Message], id string) error {
	_, err := ask(ctx, sup, command{op: opRestart, id: id})
	return err
}

// DeleteChild forgets a child that does not run. The errors are [ErrNotFound],
// [ErrRunning] and [ErrRestarting].
func DeleteChild(ctx context.Context, sup actor.Ref[Message], id string) error {
	_, err := ask(ctx, sup, command{op: opDelete, id: id})
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
	op := opHealthOff
	if on {
		op = opHealthOn
	}
	_, err := ask(ctx, sup, command{op: op, id: id})
	return err
}

// The commands.
const (
	opStart     = "start"
	opTerminate = "terminate"
	opRestart   = "restart"
	opDelete    = "delete"
	opHealthOn  = "health on"
	opHealthOff = "health off"
)

// ask sends a command and waits for the outcome.
func ask(ctx context.Context, sup actor.Ref[Message], c command) (actor.Child, error) {
	c.caller = actor.Caller(ctx)
	return actor.Ask(ctx, sup, func(r actor.Reply[actor.Child]) Message {
		asked := c // an asker who gives up shares nothing with the supervisor
		asked.reply = r
		return &asked
	})
}

// command carries out a command, or refuses it.
func (s *supervisor) command(in monitoring.SpanRef, c *command) {
	switch c.op {
	case opStart:
		s.add(in, c)
		return
	case opTerminate:
		if s.under(c.caller, c.id) {
			c.reply.Fail(&ChildError{Op: c.op, Path: s.self.Path(), ID: c.id, Err: actor.ErrDeadlock})
			return
		}
	}
	s.request(in, c.op, c.id, c.event, c)
}

// add carries out the command to start a child.
func (s *supervisor) add(in monitoring.SpanRef, c *command) {
	if err := s.spec.accepts(c.child, s.machine.plan.sideBySide); err != nil {
		c.reply.Fail(err)
		return
	}
	plan := c.child.plan(s.spec.Defaults, isSupervisor(c.child.Process))
	req := s.expect(c.op, plan.id, c)
	s.happen(in, cmdStart{req, plan})
}

// event is the command as the machine sees it, when the supervisor has numbered it.
func (c *command) event(req uint64) event {
	switch c.op {
	case opTerminate:
		return cmdTerminate{req, c.id}
	case opRestart:
		return cmdRestart{req, c.id}
	case opDelete:
		return cmdDelete{req, c.id}
	default:
		return cmdHealth{req, c.id, c.op == opHealthOn}
	}
}

// answered implements asker.
func (c *command) answered(process actor.Child, err error) { c.reply.Answer(process, err) }

// request lets the machine see a command that came in a span, if in is one, and
// has the outcome told to by.
func (s *supervisor) request(in monitoring.SpanRef, op, id string, of func(req uint64) event, by asker) {
	s.happen(in, of(s.expect(op, id, by)))
}

// expect gives a command its number, under which it is answered.
func (s *supervisor) expect(op, id string, by asker) (req uint64) {
	s.requests++
	s.replies[s.requests] = request{op, id, by}
	return s.requests
}

// happen lets the machine see a command.
func (s *supervisor) happen(in monitoring.SpanRef, command event) {
	if in.IsZero() {
		s.step(command)
	} else {
		s.step(traced{command, in})
	}
}

// under reports whether the actor at path is the child of that id, or below it.
func (s *supervisor) under(path, id string) bool {
	if path == "" {
		return false
	}
	c := s.machine.kids.find(id)
	if c == nil {
		return false
	}
	child := s.self.Path() + "/" + c.name
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
