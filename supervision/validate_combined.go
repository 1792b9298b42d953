package supervision

import "cmp"

// Fields that are wrong only in the company of others.

// extent checks what a supervisor of the one kind has and of the other has not.
func (v *validation) extent() {
	s := v.spec
	switch {
	case !s.AutoShutdown.valid():
		v.failf("AutoShutdown", "unknown: %v", s.AutoShutdown)
	case v.dynamic && s.AutoShutdown != Never:
		v.failf("AutoShutdown", "%v: a dynamic supervisor's children come and go", s.AutoShutdown)
	}
	switch {
	case s.MaxChildren < 0:
		v.failf("MaxChildren", "negative: %d", s.MaxChildren)
	case !v.dynamic && s.MaxChildren > 0:
		v.failf("MaxChildren", "%d: only a dynamic supervisor has a bound", s.MaxChildren)
	case s.MaxChildren > 0 && len(s.Children) > s.MaxChildren:
		v.failf("MaxChildren", "%d: there are %d children already", s.MaxChildren, len(s.Children))
	}
	if v.dynamic && s.Strategy.valid() && s.Strategy != OneForOne {
		v.failf("Strategy", "%v: a dynamic supervisor's children do not depend on each other", s.Strategy)
	}
}

// significant checks that a significant child can end its supervisor.
func (v *validation) significant(c Child) {
	switch {
	case !c.Significant:
	case v.dynamic:
		v.failf("Significant", "a dynamic supervisor has no significant children")
	case v.spec.AutoShutdown == Never:
		v.failf("Significant", "the supervisor's AutoShutdown is never")
	case cmp.Or(c.Restart, v.spec.Defaults.Restart, Permanent) == Permanent:
		v.failf("Significant", "the child is permanent: it does not end by itself")
	}
}

// inPlace checks that a restart in place is possible: it takes nobody along and
// waits for nothing.
func (v *validation) inPlace(c Child) {
	switch {
	case !c.KeepChildren:
	case v.spec.Strategy.valid() && v.spec.Strategy != OneForOne:
		v.failf("KeepChildren", "with %v: a restart in place takes no sibling along", v.spec.Strategy)
	case cmp.Or(c.Backoff, v.spec.Defaults.Backoff) != nil:
		v.failf("KeepChildren", "with Backoff: a restart in place is not delayed")
	case isSupervisor(c.Process):
		v.failf("KeepChildren", "a supervisor starts its children itself")
	}
}

// own returns the policies that the child states itself.
func (c Child) own() Defaults {
	return Defaults{
		Restart: c.Restart, Shutdown: c.Shutdown, StartTimeout: c.StartTimeout, StartRetries: c.StartRetries,
		Backoff: c.Backoff, Decider: c.Decider, Health: c.Health,
	}
}
