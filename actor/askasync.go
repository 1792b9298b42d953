package actor

import (
	"context"
	"time"

	"github.com/understudy-go/understudy/monitoring"
)

// AskAsync sends a question and returns at once. What comes of it is handled
// later: on makes a message of the answer, or of the error that [Ask] would
// return, and that comes ahead of those in the mailbox. There is always one,
// unless the incarnation ends before; then the answer is a dead letter.
//
// Since nothing waits there is no deadlock: the actor may ask whoever is asking
// it, and itself. If the other's mailbox is full and its policy is to wait, the
// error is [ErrMailboxFull].
//
// The ask has ctx's deadline and is part of ctx's trace. It takes no notice of
// ctx being cancelled later, so a handler may do that when it returns:
//
//	ctx, cancel := context.WithTimeout(ctx, time.Second)
//	defer cancel()
//	actor.AskAsync(ctx, self, other, question, on)
//
// It costs no goroutine while it waits, unless the other lives elsewhere.
func AskAsync[M, Q, R any](ctx context.Context, self *Self[M], to Ref[Q], question func(Reply[R]) Q, on func(R, error) M) {
	inc := self.inc()
	poster, ok := to.target.(poster[Q])
	if !ok && to.target != nil {
		by, limited := ctx.Deadline()
		Async(self, func(ctx context.Context) (R, error) {
			if limited {
				var cancel context.CancelFunc
				ctx, cancel = context.WithDeadline(ctx, by)
				defer cancel()
			}
			return Ask(ctx, to, question)
		}, on)
		return
	}
	a := &asking[R]{pending: newPending[R](ctx), inc: inc}
	p := a.pending
	p.then = func() {
		if a.leave() {
			a.span.End(p.err)
			self.process().tell(&note[M]{self.process(), inc, func() M { return on(p.value, p.err) }})
		}
	}
	asked := coreOf(to.target)
	msg := question(Reply[R]{p: p, to: asked})
	a.span = traceAsk(ctx, asked, msg, &p.meta)
	switch {
	case !a.enlist():
		a.span.End(ErrStopped)
	case to.target == nil:
		p.fail(ErrStopped)
	case ctx.Err() != nil: // nobody would wait for the answer
		p.fail(context.Cause(ctx))
	default:
		a.limit()
		if err := poster.post(ctx, msg, p); err != nil {
			p.fail(err)
		}
	}
}

// A poster is a target to which a question can be delivered without waiting.
type poster[M any] interface {
	post(ctx context.Context, msg M, q ask) error
}

// An asker is a question of an incarnation's own, without the type of its answer.
type asker interface {
	giveUp()
}

// asking is a question that nobody waits for.
type asking[R any] struct {
	*pending[R]
	inc   *incarnation
	span  *monitoring.AskSpan
	timer *time.Timer // protected by inc.mu; nil without a deadline
}

// enlist makes the question one of the incarnation's. It reports false when that
// is over.
func (a *asking[R]) enlist() bool {
	a.inc.mu.Lock()
	defer a.inc.mu.Unlock()
	if a.inc.finished || a.inc.fence.isCut() {
		return false
	}
	t := a.inc.tied()
	if t.asking == nil {
		t.asking = make(map[asker]struct{})
	}
	t.asking[a] = struct{}{}
	return true
}

// limit has the question fail at its deadline.
func (a *asking[R]) limit() {
	if a.meta.deadline.IsZero() {
		return
	}
	a.inc.mu.Lock()
	defer a.inc.mu.Unlock()
	if _, ok := a.inc.ties.asking[a]; !ok { // it has ended meanwhile
		return
	}
	a.timer = time.AfterFunc(time.Until(a.meta.deadline), func() { a.fail(context.DeadlineExceeded) })
}

// leave takes the question, which is over, from the incarnation's. It reports
// false if that has ended before.
func (a *asking[R]) leave() bool {
	a.inc.mu.Lock()
	defer a.inc.mu.Unlock()
	if a.timer != nil {
		a.timer.Stop()
	}
	_, ok := a.inc.ties.asking[a]
	delete(a.inc.ties.asking, a)
	return ok
}

// giveUp is called when the incarnation ends: from now on an answer is late.
func (a *asking[R]) giveUp() {
	a.leave()
	if a.callOff() {
		a.span.End(ErrStopped)
	}
}
