package supervision

import "errors"

// validateDynamic reports what a dynamic supervisor's spec must not have.
func (s Spec) validateDynamic() error {
	v := validation{supervisor: s.Name}
	if s.Strategy != OneForOne {
		v.failf("Strategy", "%v: a dynamic supervisor's children do not depend on each other", s.Strategy)
	}
	return errors.Join(v.errs...)
}
