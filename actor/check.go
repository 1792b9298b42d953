package actor

import (
	"context"
	"fmt"
)

// Check implements [Checker].
func (c *core) Check(ctx context.Context, report func(Health)) { c.tell(checkup{ctx, report}) }

// checkup asks the actor how it fares.
type checkup struct {
	ctx    context.Context //nolint:containedctx // the question's, on its way
	report func(Health)
}

func (s checkup) apply(c *core) bool {
	inc := c.inc
	if inc == nil || inc.phase != receiving || s.ctx.Err() != nil {
		return true
	}
	actor := c.body.reporter()
	if actor == nil {
		s.answer(c, Healthy)
		return true
	}
	ctx, cancel := context.WithCancelCause(inc)
	unhook := context.AfterFunc(s.ctx, func() { cancel(context.Cause(s.ctx)) })
	var health Health
	return c.callThen(inc, func() error {
		defer cancel(nil)
		defer unhook()
		health = actor.Health(ctx)
		return nil
	}, func(exit Exit) bool {
		switch exit.Kind {
		case Normal:
			s.answer(c, health)
			return true
		case Abandoned:
			return c.conclude(exit)
		default:
			return s.complain(c, exit)
		}
	})
}

// complain makes the answer of a Health that did not return.
func (s checkup) complain(c *core, failed Exit) bool {
	health := Failed(failed.Kind.String())
	return c.callThen(c.inc, func() error {
		health = Failed(panicked(failed))
		return nil
	}, func(exit Exit) bool {
		if exit.Kind == Abandoned {
			return c.conclude(exit)
		}
		s.answer(c, health)
		return true
	})
}

// panicked says how Health ended. It is user code too, if the panic's value has
// methods.
func panicked(exit Exit) string {
	if p, ok := exit.Err.(*PanicError); ok { //nolint:errorlint // it was made here
		return "panicked: " + p.text()
	}
	return exit.Kind.String()
}

// answer gives the answer to who asked. That may be somebody who has the actor
// stopped at once, without any time, and must not find it at work on this: so it
// is done on another goroutine. What goes wrong there is none of the actor's
// business.
func (s checkup) answer(c *core, health Health) {
	Go(func() error {
		s.report(health)
		return nil
	}, func(err error) {
		if err != nil {
			c.recordTrouble(fmt.Errorf("health report: %w", err))
		}
	})
}
