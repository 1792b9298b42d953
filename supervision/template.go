package supervision

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
)

// Template makes a typed start function for the children of a dynamic
// supervisor, which are all alike but for their argument:
//
//	open := supervision.Template(sessions.Ref, "session", func(u User) actor.Spec[Command] {
//		return actor.Spec[Command]{New: …}
//	})
//	session, err := open(ctx, user)
//
// spec is called once for each child, with its argument; a restart makes the
// child from the same spec, and so with the same argument. A spec without a name
// is given one: name, a hyphen and a number that counts this template's children
// from 1; so two templates for one supervisor have different names. One without a
// Type is given name as that. Policies are the supervisor's Defaults.
//
// The start function returns the child's address when the child is ready. Its
// errors are those of [StartChild], [ErrMaxChildren] among them. With
// [ErrAlreadyStarted] and [ErrAlreadyPresent] the address is that of the child
// which has the name, as far as it takes messages of type M: so a spec that is
// named after its argument is started on demand, and found again. When ctx is
// done meanwhile the start goes on, and the address is the child's. With every
// other error it is of no use.
//
// It may be called from any goroutine. The supervisor forgets a child, and with
// it the argument, when the child has ended and is not restarted.
func Template[A, M any](
	sup actor.Ref[Message], name string, spec func(A) actor.Spec[M],
) func(context.Context, A) (actor.Ref[M], error) {
	var made atomic.Uint64
	return func(ctx context.Context, arg A) (actor.Ref[M], error) {
		if ctx.Err() != nil {
			return actor.Ref[M]{}, context.Cause(ctx) // nobody would start the child
		}
		s := spec(arg)
		if s.Name == "" {
			s.Name = name + "-" + strconv.FormatUint(made.Add(1), 10)
		}
		if s.Type == "" {
			s.Type = name
		}
		p := actor.New(s)
		err := StartChild(ctx, sup, Child{Process: p})
		if err != nil && ctx.Err() == nil {
			p.Retire(err) // it is not going to be started
		}
		if known := holder[M](err); known != nil {
			return known.Ref, err
		}
		return p.Ref, err
	}
}

// holder returns the actor by which a name or an id is taken, if that is what err
// says and the actor takes messages of type M.
func holder[M any](err error) *actor.Process[M] {
	if !errors.Is(err, ErrAlreadyStarted) && !errors.Is(err, ErrAlreadyPresent) {
		return nil
	}
	taken, ok := errors.AsType[*ChildError](err)
	if !ok {
		return nil
	}
	p, _ := taken.Process.(*actor.Process[M])
	return p
}

// TerminateRef is [TerminateChild] for a child of which one has the address. For
// a child that has been the supervisor's and is not known any more it returns
// nil; for an actor that never was one, [ErrNotFound], and that actor is left
// alone.
func TerminateRef[M any](ctx context.Context, sup actor.Ref[Message], child actor.Ref[M]) error {
	p, local := child.Process()
	if !local {
		return &ChildError{Op: "terminate", Path: sup.Path(), ID: child.Name(), Err: ErrNotFound}
	}
	caller := actor.Caller(ctx)
	_, err := actor.Ask(ctx, sup, func(r actor.Reply[actor.Child]) Message {
		return terminateProcess{p, &command{op: opTerminate, caller: caller, id: p.Name(), reply: r}}
	})
	return err
}

// childOf returns the child that is an actor, or nil. The child may be more than
// the process itself, such as one that embeds it; to look for that takes long, and
// nobody looks who asks for an actor that has ended.
func (s *supervisor) childOf(process actor.Child) *child {
	if c := s.machine.kids.processes[process]; c != nil {
		return c
	}
	asked, ok := process.(interface {
		identified
		Done() <-chan struct{}
	})
	if !ok || asked.ID().IsZero() {
		return nil
	}
	select {
	case <-asked.Done():
		return nil
	default:
	}
	for c := s.machine.kids.head; c != nil; c = c.next {
		if known, ok := c.process.(identified); ok && known.ID() == asked.ID() {
			return c
		}
	}
	return nil
}

type identified interface{ ID() monitoring.ID }

func (s *supervisor) terminateProcess(in monitoring.SpanRef, msg terminateProcess) {
	if c := s.childOf(msg.process); c != nil {
		msg.id = c.id
		s.command(in, msg.command)
		return
	}
	if p, ok := msg.process.(interface{ Path() string }); ok && p.Path() == s.self.Path()+"/"+msg.process.Name() {
		msg.reply.Send(nil)
	} else {
		msg.reply.Fail(&ChildError{Op: msg.op, Path: s.self.Path(), ID: msg.id, Err: ErrNotFound})
	}
}
