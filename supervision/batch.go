package supervision

import (
	"cmp"
	"context"
	"errors"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
)

// StartChildren adds children to a running supervisor, after those that it has,
// in order and each ready before the next. What a child does not state itself it
// takes from d, and from the supervisor's own Defaults what d leaves out.
//
// All are started or none: if one cannot be started, those before it are stopped
// again, last first, and forgotten. StartChildren returns when that is done, with
// what StartChild says of the child that failed. A batch with a wrong spec in it
// is refused before anything is started; each wrong field is a *[SpecError].
//
// The result has what the supervisor knew of each child when it had started, by
// its id; one that chose not to run is among them if it is kept. When ctx is
// done StartChildren returns its cause, and the batch goes on: to its end, or
// back.
func StartChildren(ctx context.Context, sup actor.Ref[Message], d Defaults, children ...Child) (map[string]ChildInfo, error) {
	return actor.Ask(ctx, sup, func(r actor.Reply[map[string]ChildInfo]) Message {
		return startAll{defaults: d, children: children, reply: r}
	})
}

// inheriting returns the child with the policies that it leaves out taken from d.
func (c Child) inheriting(d Defaults) Child {
	c.Restart = cmp.Or(c.Restart, d.Restart)
	c.Shutdown = cmp.Or(c.Shutdown, d.Shutdown)
	c.StartTimeout = cmp.Or(c.StartTimeout, d.StartTimeout)
	c.StartRetries = cmp.Or(c.StartRetries, d.StartRetries)
	c.Backoff = cmp.Or(c.Backoff, d.Backoff)
	c.Health = cmp.Or(c.Health, d.Health)
	if c.Decider == nil {
		c.Decider = d.Decider
	}
	return c
}

// batch is a startAll on its way. It goes step by step, by the answers to the
// commands that it gives the machine.
type batch struct {
	s       *supervisor
	in      monitoring.SpanRef // the span that it came in, if it is traced
	pending []childPlan
	started []*child
	infos   map[string]ChildInfo
	reply   actor.Reply[map[string]ChildInfo]
	err     error // why it is being rolled back
}

func (s *supervisor) startAll(in monitoring.SpanRef, msg startAll) {
	spec := s.spec
	spec.Children = make([]Child, len(msg.children))
	for i, c := range msg.children {
		spec.Children[i] = c.inheriting(msg.defaults)
	}
	spec.MaxChildren = 0 // how much room there is, the machine knows
	if err := spec.validate(s.machine.plan.sideBySide); err != nil {
		msg.reply.Fail(err)
		return
	}
	b := &batch{s: s, in: in, reply: msg.reply, infos: make(map[string]ChildInfo)}
	for _, c := range spec.Children {
		b.pending = append(b.pending, c.plan(spec.Defaults, isSupervisor(c.Process)))
	}
	b.next()
}

// next starts the next child, or reports that all of them run.
func (b *batch) next() {
	if len(b.pending) == 0 {
		b.reply.Send(b.infos)
		return
	}
	p := b.pending[0]
	b.pending = b.pending[1:]
	b.ask("start", p.id, func(req uint64) event { return cmdStart{req, p} }, func(err error) {
		if err != nil && !errors.Is(err, actor.ErrIgnore) {
			b.err = err
			b.undo()
			return
		}
		// One that chose not to run counts as started, and may be kept.
		if c := b.s.machine.kids.find(p.id); c != nil {
			b.infos[p.id] = c.info()
			b.started = append(b.started, c)
		}
		b.next()
	})
}

// undo stops the youngest child that is left and forgets it, or reports why.
func (b *batch) undo() {
	if len(b.started) == 0 {
		b.reply.Fail(b.err)
		return
	}
	c := b.started[len(b.started)-1]
	b.started = b.started[:len(b.started)-1]
	if c.removed { // it has ended by itself, and another may have its id now
		b.undo()
		return
	}
	b.ask("terminate", c.id, func(req uint64) event { return cmdTerminate{req, c.id} }, func(error) {
		if c.removed {
			b.undo()
			return
		}
		b.ask("delete", c.id, func(req uint64) event { return cmdDelete{req, c.id} }, func(error) { b.undo() })
	})
}

// ask gives the machine a command. The batch goes on when the step that answers
// it is complete, for its next command is a step of its own.
func (b *batch) ask(op, id string, of func(req uint64) event, then func(error)) {
	b.s.request(b.in, op, id, of, stepOf(func(err error) {
		b.s.next = append(b.s.next, func() { then(err) })
	}))
}

// stepOf is what waits for the answer to a command of a batch.
type stepOf func(error)

// answered implements asker.
func (f stepOf) answered(_ actor.Child, err error) { f(err) }
