package supervision

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/understudy-go/understudy/actor"
)

func TestR16RuleString(t *testing.T) {
	long := errors.New(strings.Repeat("x", 1000))
	for want, r := range map[string]Rule{
		`errors.Is("supervision: unhealthy"): stop`:               When(ErrUnhealthy).Stop(),
		`errors.Is("two\nlines"): resume`:                         When(errors.New("two\nlines")).Resume(),
		`errors.Is("` + strings.Repeat("x", 100) + `"): escalate`: When(long).Escalate(),
		`errors.As(*fs.PathError): restart`:                       WhenType[*fs.PathError]().Restart(),
		`errors.As(error): stop`:                                  WhenType[error]().Stop(),
		": undecided":                                             {},
		": stop":                                                  When(nil).Stop(),
	} {
		assert.Equal(t, want, r.String())
	}
	assert.Contains(t, When(silentError{}).Stop().String(), "PANIC", "that of an error without a text")
	assert.NotPanics(t, func() { When((*actor.PanicError)(nil)).Stop() })
}

// silentError is an error that cannot tell what it is.
type silentError struct{}

func (silentError) Error() string { panic("no comment") }

// rudeAsError panics when it is asked for another type.
type rudeAsError struct{ error }

func (rudeAsError) As(any) bool { panic("mind your own business") }

// manyErrors is an error that cannot be compared.
type manyErrors []error

func (manyErrors) Error() string { return "many" }

func TestR16RuleMatches(t *testing.T) {
	boom := errors.New("boom")
	path := &fs.PathError{Op: "open", Path: "x", Err: boom}
	for _, c := range []struct {
		rule Rule
		err  error
		want bool
	}{
		{When(boom).Stop(), boom, true},
		{When(boom).Stop(), fmt.Errorf("a: %w", fmt.Errorf("b: %w", boom)), true},
		{When(boom).Stop(), errors.Join(errors.New("other"), boom), true},
		{When(boom).Stop(), path, true},
		{When(boom).Stop(), errors.New("boom"), false},
		{When(boom).Stop(), nil, false},
		{When(actor.ErrFatal).Stop(), &SpecError{Err: boom}, true}, // a class
		{When(manyErrors{boom}).Stop(), manyErrors{boom}, false},
		{When(boom).Stop(), &actor.PanicError{Value: boom}, true},
		{WhenType[*fs.PathError]().Stop(), fmt.Errorf("a: %w", path), true},
		{WhenType[*fs.PathError]().Stop(), boom, false},
		{WhenType[*actor.PanicError]().Stop(), &actor.PanicError{Value: 7}, true},
		{WhenType[error]().Stop(), boom, true},
		{WhenType[error]().Stop(), nil, false},
		{When(boom).Stop(), rudeError{}, false},
		{WhenType[*fs.PathError]().Stop(), rudeAsError{boom}, false},
	} {
		assert.Equal(t, c.want, c.rule.match(c.err), "%v of %v", c.rule, c.err)
	}
}

func TestR16RuleIsValidOnlyWhole(t *testing.T) {
	assert.True(t, When(ErrUnhealthy).Resume().valid())
	assert.False(t, Rule{}.valid())
	assert.False(t, When(nil).Stop().valid())
	assert.False(t, Rule{Condition: When(ErrUnhealthy)}.valid())
}
