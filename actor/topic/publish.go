package topic

import (
	"context"
	"errors"

	"github.com/understudy-go/understudy/actor"
)

// Publish puts msg into the mailbox of everybody who is subscribed when it
// begins, and returns; it does not wait for the message to be handled. What one
// goroutine publishes reaches each subscriber in that order.
//
// A subscriber that cannot take it does not make Publish fail: what becomes of
// it then is its policy, and in [Topic.Stats] and the events. Those for whom
// Publish may wait, by [Block], come after all others. ctx bounds that waiting,
// and nothing else: whoever has room gets the message even if ctx is done.
//
// The errors are [actor.ErrStopped] when the topic's address has ended,
// [actor.ErrInvalidSpec] when it was declared wrongly, and what kept Publish
// from waiting for a subscriber, the first if there are several: ctx's cause,
// [actor.ErrDeadlock] when the caller is a handler that the subscriber waits for
// or its own, and [actor.ErrAbandoned] when it is one that was abandoned.
func (t *Topic[T]) Publish(ctx context.Context, msg T) error {
	s := t.snapshot()
	if s.over != nil {
		return s.over
	}
	r := round[T]{t: t, subs: s.subs, msg: msg}
	defer r.settle()
	var unwaited *unwaiting
	if s.spare {
		unwaited = t.unwaiting(ctx)
	}
	for _, sub := range s.subs {
		c := ctx
		if sub.policy != Block {
			c = unwaited
		}
		if err := sub.send(c, msg); err != nil {
			r.failed(ctx, sub, err)
		} else {
			r.counted.delivered++
		}
	}
	if unwaited != nil && s.local { // actors that live elsewhere may keep a context
		unwaited.Context = nil
		t.spare.Put(unwaited)
	}
	return r.err
}

// unwaiting returns a context in which nothing waits.
func (t *Topic[T]) unwaiting(ctx context.Context) *unwaiting {
	u, ok := t.spare.Get().(*unwaiting)
	if !ok {
		u = &unwaiting{done: t.closed}
	}
	u.Context = ctx
	return u
}

// A round is one Publish.
type round[T any] struct {
	t       *Topic[T]
	subs    []*subscription[T]
	msg     T
	counted struct{ delivered, dropped, failed int }
	err     error // for the publisher
}

// failed takes note of a subscriber that did not get the message.
func (r *round[T]) failed(ctx context.Context, sub *subscription[T], err error) {
	reason := why(ctx, sub.policy, err)
	if reason == reasonFull {
		r.counted.dropped++
		sub.dropped.Add(1)
	} else {
		r.counted.failed++
	}
	r.t.recordFailed(sub, r.msg, len(r.subs), reason, err)
	switch {
	case reason == reasonPublisher && r.err == nil:
		r.err = err
	case reason == reasonEnded:
		r.t.drop(sub, reasonEnded, nil)
	case reason == reasonFull && sub.policy == Fail:
		r.t.drop(sub, reasonSlow, actor.ErrMailboxFull)
	}
}

// why says why a subscriber did not get a message. The cause with which ctx is
// done may be a user's error, so none of its methods is called to look into it.
func why(ctx context.Context, policy Policy, err error) string {
	switch err {
	case errNoRoom, actor.ErrMailboxFull, actor.ErrDropped: //nolint:errorlint // see above; these come as they are
		return reasonFull
	case actor.ErrStopped:
		if ctx.Err() == nil || context.Cause(ctx) != actor.ErrStopped { //nolint:errorlint // see above
			return reasonEnded
		}
	case actor.ErrAbandoned:
		return reasonPublisher
	}
	if _, ok := err.(*adapterError); ok { //nolint:errorlint // it was made here
		return reasonAdapter
	}
	if ctx.Err() != nil {
		if policy == Block {
			return reasonPublisher
		}
		return reasonFull
	}
	switch {
	case errors.Is(err, actor.ErrStopped), errors.Is(err, actor.ErrInvalidSpec):
		return reasonEnded
	case errors.Is(err, actor.ErrDeadlock):
		return reasonPublisher
	default:
		return reasonRefused
	}
}

// settle adds up what came of the message. It does so as well when an adapter
// calls runtime.Goexit, or an actor that lives elsewhere panics: then those who
// have not had their turn did not get it.
func (r *round[T]) settle() {
	n := &r.counted
	for _, sub := range r.subs[n.delivered+n.dropped+n.failed:] {
		n.failed++
		r.t.recordFailed(sub, r.msg, len(r.subs), reasonPublisher, actor.ErrGoexit)
	}
	c := &r.t.counts
	c.published.Add(1)
	if len(r.subs) == 0 {
		c.unheard.Add(1)
		r.t.recordUnheard(r.msg)
		return
	}
	c.addressed.Add(uint64(len(r.subs)))
	c.delivered.Add(uint64(n.delivered))
	if n.dropped > 0 {
		c.dropped.Add(uint64(n.dropped))
	}
	if n.failed > 0 {
		c.failed.Add(uint64(n.failed))
	}
	r.t.recordPublished(r.msg, len(r.subs))
}
