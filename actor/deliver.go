package actor

import (
	"context"
	"time"

	"github.com/understudy-go/understudy/internal/yield"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/monitoring"
)

// Deliver implements [Target].
func (p *Process[M]) Deliver(ctx context.Context, msg M, wait bool) error {
	if p.gate.Load() != open {
		return p.refuse(ErrStopped)
	}
	yield.Point()
	env := envelope[M]{msg: msg}
	if inc, ok := ctx.(*incarnation); ok { // in a handler, and not traced
		if inc.fence.isCut() {
			return p.refuse(ErrAbandoned)
		}
	} else {
		if cutOff(ctx) {
			return p.refuse(ErrAbandoned)
		}
		if from := monitoring.Sampled(ctx); !from.IsZero() {
			env.meta = &meta{from: from, sent: time.Now()}
		}
	}
	return p.enqueue(ctx, env, wait)
}

// enqueue puts an envelope into the mailbox and wakes the actor.
func (p *Process[M]) enqueue(ctx context.Context, env envelope[M], wait bool) error {
	if asks := p.asks.Load(); asks&(timeNext|refuseAll) != 0 {
		if asks&refuseAll != 0 {
			return p.refuse(p.Validate())
		}
		env.meta = p.time(env.meta)
	}
	outcome, evicted := p.queue.Offer(env)
	if outcome == mailbox.Accepted {
		p.accepted(ctx, env)
		return nil
	}
	return p.overflowed(ctx, env, outcome, evicted, wait)
}

// overflowed deals with a message that found the mailbox full.
func (p *Process[M]) overflowed(ctx context.Context, env envelope[M], outcome mailbox.Outcome, evicted envelope[M], wait bool) error {
	p.recordFull(env, outcome)
	switch outcome {
	case mailbox.DroppedOldest:
		p.accepted(ctx, env)
		p.deadLetter(evicted, ReasonOverflow, ErrDropped)
		return nil
	case mailbox.DroppedNewest:
		p.deadLetter(env, ReasonOverflow, ErrDropped)
		return ErrDropped
	case mailbox.Full:
		if wait {
			return p.await(ctx, env)
		}
		fallthrough
	default:
		return p.refuse(ErrMailboxFull)
	}
}

// refuse counts a message that is not accepted.
func (p *Process[M]) refuse(err error) error {
	p.rarely().refused.Add(1)
	return err
}

// await blocks until there is room. A caller that is a handler is watched for
// deadlock, since the room may never come: the actor may be waiting for the
// caller.
func (p *Process[M]) await(ctx context.Context, env envelope[M]) error {
	if err := ctx.Err(); err != nil {
		return p.refuse(context.Cause(ctx))
	}
	var severed <-chan struct{} // ctx need not end with the handler that it comes from
	if inc := callerOf(ctx); inc != nil {
		severed = inc.severance()
	}
	w := newWait(ctx, &p.core, nil)
	if w == nil {
		select {
		case p.queue.C() <- env:
			p.accepted(ctx, env)
			return nil
		case <-severed:
			return p.refuse(ErrAbandoned)
		case <-ctx.Done():
			return p.refuse(context.Cause(ctx))
		}
	}
	defer w.done()
	sent := func() bool {
		outcome, _ := p.queue.Offer(env)
		return outcome == mailbox.Accepted
	}
	if err := w.check(sent); err != nil {
		return p.refuse(err)
	}
	for !w.passed {
		select {
		case p.queue.C() <- env:
			w.passed = true
		case ack := <-w.probes:
			if w.passed = sent(); !w.passed {
				close(ack)
			}
		case <-severed:
			return p.refuse(ErrAbandoned)
		case <-ctx.Done():
			return p.refuse(context.Cause(ctx))
		}
	}
	p.accepted(ctx, env)
	return nil
}

// accepted wakes the actor for a message that is in its mailbox.
func (p *Process[M]) accepted(ctx context.Context, env envelope[M]) {
	if p.asks.Load()&recordNext != 0 {
		p.recordEnqueued(env)
	}
	p.notify(ctx)
}
