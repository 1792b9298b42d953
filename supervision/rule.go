package supervision

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/understudy-go/understudy/actor"
)

// A Rule says what an error means for the child that ended with it. Rules are
// made by [When] and [WhenType]:
//
//	Decider: []supervision.Rule{
//		supervision.When(ErrBadInput).Resume(),
//		supervision.When(ErrConfig).Stop(),
//		supervision.WhenType[*net.OpError]().Restart(),
//		supervision.When(ErrCorrupt).Escalate(),
//	}
//
// The first one that matches wins; if none does, the child's restart type
// decides. Rules are asked about abnormal ends only, failed restarts among them.
// An end that was asked for, a normal one, and a child that cannot be started
// in the first place are not theirs.
type Rule struct {
	Condition
	then verdict
}

// A Condition is a set of errors. Those that a child's error wraps count too.
type Condition struct {
	text    string
	matches func(error) bool
}

// When is the condition that errors.Is finds target.
func When(target error) Condition {
	if target == nil {
		return Condition{}
	}
	return Condition{
		text:    fmt.Sprintf("errors.Is(%.100q)", target),
		matches: func(err error) bool { return errors.Is(err, target) },
	}
}

// WhenType is the condition that errors.As finds an E.
func WhenType[E error]() Condition {
	return Condition{
		text: "errors.As(" + reflect.TypeFor[E]().String() + ")",
		matches: func(err error) bool {
			_, found := errors.AsType[E](err)
			return found
		},
	}
}

// Resume lets the child go on with its next message, in the state in which it
// failed. That is decided before its incarnation ends: the supervisor is told,
// nothing counts as a restart. What cannot be resumed is restarted instead: a
// supervisor, a function, a server, a restart that failed, an incarnation that
// was abandoned.
func (c Condition) Resume() Rule { return Rule{c, resume} }

// Restart restarts the child, whatever its restart type says.
func (c Condition) Restart() Rule { return Rule{c, restart} }

// Stop stops the child for good, whatever its restart type says. A temporary
// one is forgotten.
func (c Condition) Stop() Rule { return Rule{c, stop} }

// Escalate makes the failure the supervisor's own: it stops its children and
// ends with an [*EscalatedError].
func (c Condition) Escalate() Rule { return Rule{c, escalate} }

// String returns the rule in words, such as "errors.As(*net.OpError): restart",
// an error by the beginning of its text.
func (r Rule) String() string { return r.text + ": " + r.then.String() }

func (r Rule) valid() bool { return r.matches != nil && r.then != undecided }

// verdict is what is to become of a child after its end.
type verdict uint8

const (
	undecided verdict = iota
	resume
	restart
	stop
	escalate
)

var verdictNames = [...]string{"undecided", directiveResume, directiveRestart, directiveStop, directiveEscalate}

func (v verdict) String() string { return verdictNames[v] }

// startsAgain reports whether a child that has ended is started again. There is
// nothing left of it to resume.
func (v verdict) startsAgain() bool { return v == restart || v == resume }

// verdict decides about an end by the child's rules, then by its restart type.
// It is a function of the plan and the end alone.
func (p *childPlan) verdict(x actor.Exit) verdict {
	if x.Kind.Abnormal() {
		for _, r := range p.rules {
			if r.match(x.Err) {
				return r.then
			}
		}
	}
	if p.restart.After(x.Kind) {
		return restart
	}
	return stop
}

// match asks the error, which is the user's: a panic in it is no match.
func (r Rule) match(err error) bool {
	defer func() { _ = recover() }()
	return r.matches(err)
}
