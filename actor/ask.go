package actor

import (
	"context"
	"time"

	"github.com/understudy-go/understudy/monitoring"
)

// Ask sends a question and waits for its answer. question puts the Reply that
// it is given into the message; whoever handles the message answers with
// Reply.Send or Reply.Fail, at once or later.
//
// Ask returns when the answer is there, when ctx is done (with its cause), or
// as soon as it is certain that no answer will come: the address has ended, the
// actor ended while it handled the question or while it held the Reply, the
// mailbox dropped the message. Then the error is the actor's end: the error
// that Receive returned, a *[PanicError], [ErrStopped], [ErrNoReply],
// [ErrDropped]. Asking from a handler an actor that is waiting for that
// handler, or asking oneself, is [ErrDeadlock] at once. A question that Ask has
// given up may still be handled; its answer is a dead letter.
//
// ErrStopped, unless Receive has returned it, is told of a question that was not
// handled, so that it may be asked again of whoever has taken the actor's place.
// One at which Receive has returned [ErrStop] or [ErrShutdown] without an answer
// is ErrNoReply.
//
// The handler's context has ctx's deadline, and nothing else of ctx.
func Ask[M, R any](ctx context.Context, to Ref[M], question func(Reply[R]) M) (R, error) {
	var none R
	if to.target == nil {
		return none, ErrStopped
	}
	asked := coreOf(to.target)
	p := askOf[R](ctx, keeperOf(to.target))
	msg := question(Reply[R]{p, p.turn(), asked})
	span := traceAsk(ctx, asked, msg, &p.meta)
	var answer R
	err := to.target.DeliverAsk(ctx, msg, p)
	if err == nil {
		answer, err = p.wait(ctx)
	}
	span.End(err)
	if err != nil {
		return none, err
	}
	return answer, nil
}

// A Question is the asker's side of an ask, as a [Target] sees it.
type Question interface {
	// Fail says that no answer will come, and why.
	Fail(cause error)
	// Deadline is when the asker gives up, if it does.
	Deadline() (time.Time, bool)
}

// DeliverAsk implements [Target].
func (p *Process[M]) DeliverAsk(ctx context.Context, msg M, q Question) error {
	return p.deliverAsk(ctx, msg, nil, q)
}

// deliverAsk delivers a question that may have come through an adapter.
func (p *Process[M]) deliverAsk(ctx context.Context, msg M, through adapted, q Question) error {
	if p.gate.Load() != open {
		return p.refuse(ErrStopped)
	}
	if from := callerOf(ctx); from != nil {
		switch {
		case from.fence.isCut():
			return p.refuse(ErrAbandoned)
		case from.core == &p.core && from.fence.call() != 0:
			path := p.Path()
			return p.refuse(&DeadlockError{Path: []string{path, path}})
		}
	}
	if ctx.Err() != nil { // nobody would wait for the answer
		return p.refuse(context.Cause(ctx))
	}
	env := envelope[M]{msg: msg}
	if a, ok := q.(ask); ok {
		env.meta = a.carry(&p.core)
	} else {
		env.meta = metaOf(ctx, q)
	}
	env.meta.adapted = through
	return p.enqueue(ctx, env, env.meta.assigned() == nil)
}

// post is DeliverAsk that never waits, neither for room nor for the answer, so
// that anybody may be asked.
func (p *Process[M]) post(ctx context.Context, msg M, q ask) error {
	return p.postAsk(ctx, msg, nil, q)
}

func (p *Process[M]) postAsk(ctx context.Context, msg M, through adapted, q ask) error {
	if p.gate.Load() != open {
		return p.refuse(ErrStopped)
	}
	if cutOff(ctx) {
		return p.refuse(ErrAbandoned)
	}
	env := envelope[M]{msg: msg, meta: q.carry(&p.core)}
	env.meta.adapted = through
	return p.enqueue(ctx, env, false)
}

// coreOf returns the actor that a target stands for; nil if it lives elsewhere.
func coreOf[M any](to Target[M]) *core {
	if local, ok := to.(interface{ actual() *core }); ok {
		return local.actual()
	}
	return nil
}

// traceAsk notes the sampled span that a question is asked in, and begins that
// of the ask if it is one to an actor that is part of a system.
func traceAsk[M any](ctx context.Context, c *core, msg M, m *meta) *monitoring.AskSpan {
	from := monitoring.Sampled(ctx)
	if from.IsZero() {
		return nil
	}
	m.from, m.sent = from, time.Now()
	if c == nil {
		return nil
	}
	s := c.scope.Load()
	if s == nil {
		return nil
	}
	span := s.runtime.telemetry.StartAsk(ctx, monitoring.AskInfo{
		Type:    c.Type(),
		Path:    c.Path(),
		Message: messageName(msg),
	})
	if span != nil {
		m.from = span.Ref()
	}
	return span
}
