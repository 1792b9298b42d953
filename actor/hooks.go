package actor

import (
	"context"
	"errors"
	"time"
)

// A Restarter is an actor with a hook for restarts. PreRestart is called once
// for an incarnation that another one is to follow, with the reason for its end,
// after its children have ended and before [Stopper]'s Stopped. It is not
// called when the end is, or may be, final: the parent's policy tells, see
// [Self.Oversee].
//
// It shares the time to stop with Stopped, and so does its context. What goes
// wrong in it is added to the error of the end and stops nothing else.
type Restarter interface {
	PreRestart(ctx context.Context, exit Exit) error
}

// hooks is how far an incarnation is with its hooks. Owned by the run loop.
type hooks struct {
	ctx       context.Context // theirs, made for the first of them
	cancel    context.CancelFunc
	restarted bool // PreRestart has been called
}

// close runs the hooks that have not run, and goes on with the end.
func (c *core) close() bool {
	inc := c.inc
	inc.enter(closing)
	if !inc.fence.isCut() {
		return c.body.hooks(inc)
	}
	return c.closed()
}

// closed comes when the hooks have run. The run loop publishes the end: from here it
// would take more room on the stack than a new goroutine has.
func (c *core) closed() bool {
	inc := c.inc
	if cancel := inc.closing.cancel; cancel != nil {
		cancel()
	}
	if inc.fate == Renews {
		return c.succeed()
	}
	inc.enter(final)
	return true
}

// hooks implements body.
func (p *Process[M]) hooks(inc *incarnation) (mine bool) {
	h := &inc.closing
	if hook, ok := p.actor.(Restarter); ok && !h.restarted && inc.fate >= Restarts {
		h.restarted = true
		return p.hook(inc, true, hook.PreRestart)
	}
	hook, ok := p.actor.(Stopper)
	p.actor = nil // no hook is left to call
	if !ok {
		return p.closed()
	}
	return p.hook(inc, false, hook.Stopped)
}

// hooksRestarts implements body.
func (p *Process[M]) hooksRestarts() bool {
	_, ok := p.actor.(Restarter)
	return ok
}

// hook runs one hook, and goes on with the end.
func (p *Process[M]) hook(inc *incarnation, restart bool, f func(context.Context, Exit) error) (mine bool) {
	h := &inc.closing
	if h.ctx == nil {
		h.ctx, h.cancel = inc.hookContext(p.hookTimeout())
	}
	ctx, exit := h.ctx, inc.exit
	return p.callThen(inc, func() error { return f(ctx, exit) }, func(failed Exit) bool {
		if failed.Err != nil {
			inc.hookFailed(failed, restart)
		}
		return p.close()
	})
}

// hookFailed adds to the end of an incarnation that a hook went wrong. One that
// had to be abandoned makes the end an abandonment; otherwise the reason for
// which the hook ran stays the kind of the end.
func (i *incarnation) hookFailed(hook Exit, restart bool) {
	if hook.Kind == Abandoned {
		i.exit.Kind = Abandoned
	}
	i.exit.Err = errors.Join(i.exit.Err, &HookError{Restart: restart, Err: hook.Err})
}

func (p *Process[M]) hookTimeout() time.Duration {
	if r := p.rare.Load(); r != nil && r.hookTimeout != 0 {
		return r.hookTimeout
	}
	return defaultHookTimeout
}

// hookContext returns the context for the stop hook, which the incarnation's
// own cancellation does not touch, and has the hook abandoned when its time is
// over: what was given to stop, or limit if the actor ends by itself.
func (i *incarnation) hookContext(limit time.Duration) (context.Context, context.CancelFunc) {
	ctx := context.WithoutCancel(i)
	within := i.allow(limit)
	if within == Forever {
		return ctx, nil
	}
	// It is done a little earlier, for a hook that heeds it is to return.
	return context.WithDeadlineCause(ctx, time.Now().Add(within-min(within/8, hookGrace)), ErrShutdown)
}

// allow sets and returns the time that the stop hook has. From now on a Stop can
// only shorten it.
func (i *incarnation) allow(limit time.Duration) time.Duration {
	i.mu.Lock()
	defer i.mu.Unlock()
	within := limit
	switch {
	case i.stopped && i.by.IsZero():
		within = Forever
	case i.stopped:
		within = max(time.Until(i.by), hookGrace)
	}
	if within != Forever {
		i.by = time.Now().Add(within)
		i.wind(i.by)
	}
	return within
}
