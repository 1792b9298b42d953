package supervision

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/understudy-go/understudy/actor"
)

// maxName bounds a name's length in bytes.
const maxName = 255

// Validate returns nil, or every wrong field of the spec and of those below it,
// joined, each as a *[SpecError]. It never panics, and it starts nothing.
func (s Spec) Validate() error { return s.validate(false) }

func (s Spec) validate(dynamic bool) error {
	v := validation{spec: s, dynamic: dynamic, supervisor: s.Name}
	v.check("Name", nameError(s.Name))
	if !s.Strategy.valid() {
		v.failf("Strategy", "unknown: %v", s.Strategy)
	}
	v.limit("Limit", s.Limit)
	v.extent()
	v.policies("Defaults.", s.Defaults)
	for i, c := range s.Children {
		v.in(i, c)
	}
	if s.Invalid != nil {
		v.errs = append(v.errs, s.Invalid)
	}
	return errors.Join(v.errs...)
}

// accepts is Validate for a child that is added to a running supervisor.
func (s Spec) accepts(c Child, dynamic bool) error {
	v := validation{spec: s, dynamic: dynamic, supervisor: s.Name}
	v.of(c)
	return errors.Join(v.errs...)
}

// validation collects what is wrong with one spec.
type validation struct {
	spec       Spec
	dynamic    bool
	supervisor string
	child      string // the child in hand
	prefix     string // where it is
	errs       []error

	ids       map[string]int
	processes map[actor.Child]int
}

func (v *validation) failf(field, format string, args ...any) {
	v.check(field, fmt.Errorf(format, args...))
}

func (v *validation) check(field string, err error) {
	if err != nil {
		v.errs = append(v.errs, &SpecError{v.supervisor, v.child, v.prefix + field, err})
	}
}

// in checks the child at index i and that no other has its id or its process.
func (v *validation) in(i int, c Child) {
	v.prefix = fmt.Sprintf("Children[%d].", i)
	if v.ids == nil {
		v.ids, v.processes = make(map[string]int), make(map[actor.Child]int)
	}
	id, usable := v.of(c)
	if id != "" {
		if j, taken := v.ids[id]; taken {
			v.failf("ID", "duplicate %q, as Children[%d]", id, j)
		} else {
			v.ids[id] = i
		}
	}
	if usable {
		if j, taken := v.processes[c.Process]; taken {
			v.failf("Process", "the same process as Children[%d]", j)
		} else {
			v.processes[c.Process] = i
		}
	}
}

// of checks a child by itself. It returns the child's id as far as it has one,
// and whether its process can be called and compared.
func (v *validation) of(c Child) (id string, usable bool) {
	name, err := nameOf(c.Process)
	id = cmp.Or(c.ID, name)
	v.child = id
	switch {
	case err != nil:
		v.check("Process", err)
	case nameError(name) != nil:
		v.failf("Process", "name: %w", nameError(name))
	default:
		usable = true
	}
	if c.ID != "" {
		v.check("ID", nameError(c.ID))
	}
	v.policies("", c.own())
	v.limit("Limit", c.Limit)
	v.significant(c)
	v.inPlace(c)
	if usable {
		v.nested(c.Process)
	}
	return id, usable
}

func (v *validation) policies(at string, d Defaults) {
	if !d.Restart.valid() {
		v.failf(at+"Restart", "unknown: %v", d.Restart)
	}
	if !d.Shutdown.valid() {
		v.failf(at+"Shutdown", "time is not positive")
	}
	v.notNegative(at+"StartTimeout", d.StartTimeout)
	if d.StartRetries < 0 {
		v.failf(at+"StartRetries", "negative: %d", d.StartRetries)
	}
	for i, r := range d.Decider {
		if !r.valid() {
			v.failf(fmt.Sprintf("%sDecider[%d]", at, i), "is no rule: make one with When or WhenType, of an error that is not nil")
		}
	}
	v.backoff(at, d.Backoff)
	v.health(at, d.Health)
}

func (v *validation) limit(field string, l Limit) {
	if l.n < 0 {
		v.failf(field, "negative number of restarts: %d", l.n)
	}
	if l.set && l.per <= 0 {
		v.failf(field, "window is not positive: %v", l.per)
	}
}

func (v *validation) health(at string, h *HealthCheck) {
	if h == nil {
		return
	}
	v.notNegative(at+"Health.Interval", h.Interval)
	v.notNegative(at+"Health.Timeout", h.Timeout)
	if h.Threshold < 0 {
		v.failf(at+"Health.Threshold", "negative: %d", h.Threshold)
	}
}

func (v *validation) backoff(at string, b *Backoff) {
	if b == nil {
		return
	}
	v.notNegative(at+"Backoff.Base", b.Base)
	v.notNegative(at+"Backoff.Max", b.Max)
	v.notNegative(at+"Backoff.ResetAfter", b.ResetAfter)
	if b.Max >= 0 && b.max() < b.base() {
		v.failf(at+"Backoff.Max", "%v is less than Base, %v", b.max(), b.base())
	}
	if math.IsNaN(b.Jitter) || b.Jitter < 0 || b.Jitter > 1 {
		v.failf(at+"Backoff.Jitter", "%v is not between 0 and 1", b.Jitter)
	}
}

func (v *validation) notNegative(field string, d time.Duration) {
	if d < 0 {
		v.failf(field, "negative: %v", d)
	}
}

// nested asks the process itself. What a supervisor says of its own fields is
// taken over field by field, with its place in the tree.
func (v *validation) nested(p actor.Child) {
	checked, ok := p.(actor.Validator)
	if !ok {
		return
	}
	err := guarded(checked.Validate)
	if err == nil {
		return
	}
	for _, err := range split(err) {
		if below, ok := errors.AsType[*SpecError](err); ok {
			moved := *below
			moved.Supervisor = v.supervisor + "/" + below.Supervisor
			v.errs = append(v.errs, &moved)
			continue
		}
		v.check("Process", err)
	}
}

// split takes joined errors apart, but no deeper than to the fields.
func split(err error) []error {
	switch err := err.(type) { //nolint:errorlint // of this very error, not of what it wraps
	case *SpecError, *actor.FieldError:
	case interface{ Unwrap() []error }:
		var all []error
		for _, err := range err.Unwrap() {
			all = append(all, split(err)...)
		}
		return all
	}
	return []error{err}
}

// nameOf asks the process for its name, unless that is bound to panic.
func nameOf(p actor.Child) (name string, err error) {
	v := reflect.ValueOf(p)
	switch {
	case !v.IsValid():
		return "", errors.New("is nil")
	case v.Kind() == reflect.Pointer && v.IsNil():
		return "", fmt.Errorf("is a nil %T", p)
	case !v.Comparable():
		return "", fmt.Errorf("%T cannot be compared; use a pointer", p)
	}
	err = guarded(func() error { name = p.Name(); return nil })
	return name, err
}

// guarded contains a panic of the user's code.
func guarded(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panicked: %.200v", r)
		}
	}()
	return f()
}

// nameError says why a name cannot stand in a path.
func nameError(name string) error {
	switch {
	case name == "":
		return errors.New("empty")
	case len(name) > maxName:
		return fmt.Errorf("longer than %d bytes", maxName)
	case !utf8.ValidString(name):
		return fmt.Errorf("%q is not valid UTF-8", name)
	case strings.Contains(name, "/"):
		return fmt.Errorf("%q contains a slash", name)
	case strings.ContainsFunc(name, unicode.IsControl):
		return fmt.Errorf("%q contains a control character", name)
	}
	return nil
}
