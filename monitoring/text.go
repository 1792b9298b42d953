package monitoring

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What goes into spans and logs is bounded, so that no error and no name can
// fill an exporter's buffers, and valid UTF-8, since one bad byte makes a
// whole OTLP batch unencodable.
const (
	maxName     = 256      // bytes of a name or a type
	maxPath     = 1 << 10  // bytes of a path
	maxText     = 1 << 10  // bytes of an error's text
	maxStack    = 16 << 10 // bytes of a stack trace
	maxAffected = 32       // names in a list
)

const ellipsis = "…"

// clip returns s as valid UTF-8 of at most limit bytes. What was cut ends in
// an ellipsis.
func clip(s string, limit int) string {
	whole := len(s) <= limit
	if !whole {
		s = s[:limit] // first, so that a huge text is not gone through
	}
	s = strings.ToValidUTF8(s, string(utf8.RuneError))
	if whole && len(s) <= limit {
		return s
	}
	end := min(len(s), limit-len(ellipsis))
	for end > 0 && end < len(s) && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + ellipsis
}

// shorten returns names, or the first of them and how many more there are.
func shorten(names []string) []string {
	n := min(len(names), maxAffected)
	out := make([]string, 0, n+1)
	for _, name := range names[:n] {
		out = append(out, clip(name, maxName))
	}
	if more := len(names) - n; more > 0 {
		out = append(out, "and "+strconv.Itoa(more)+" more")
	}
	return out
}

// errorText returns the text of an error, whatever its method does.
func errorText(err error) (text string) {
	if err == nil {
		return ""
	}
	defer func() {
		if recover() != nil {
			text = "(the text of the error is not available: its Error method panicked)"
		}
	}()
	return err.Error()
}

// stacker is an error that knows where it happened.
type stacker interface {
	error
	Stack() string
}

// errorStack returns the stack trace of an error, "" if it has none.
func errorStack(err error) (stack string) {
	defer func() {
		if recover() != nil {
			stack = ""
		}
	}()
	if s, ok := errors.AsType[stacker](err); ok {
		return s.Stack()
	}
	return ""
}

// wrapsOnly holds the types that say nothing about an error but that it wraps
// another.
var wrapsOnly = map[string]bool{"*fmt.wrapError": true, "*fmt.wrapErrors": true, "*errors.joinError": true}

// errorType returns the Go type of an error, without the wrappers that the
// standard library puts around it.
func errorType(err error) (name string) {
	if err == nil {
		return ""
	}
	defer func() {
		if recover() != nil {
			name = fmt.Sprintf("%T", err)
		}
	}()
	for {
		name = fmt.Sprintf("%T", err)
		if !wrapsOnly[name] {
			return name
		}
		var inner error
		switch e := err.(type) { //nolint:errorlint // one layer is taken off at a time
		case interface{ Unwrap() error }:
			inner = e.Unwrap()
		case interface{ Unwrap() []error }:
			inner = e.Unwrap()[0]
		}
		if inner == nil {
			return name
		}
		err = inner
	}
}

// redactor bounds the texts of errors and passes them through the user's hook.
type redactor struct{ hook func(string) string }

// error returns the text of an error, ready to be shown.
func (r redactor) error(err error) string { return r.text(errorText(err), maxText) }

// stack returns the stack trace of an error, ready to be shown.
func (r redactor) stack(err error) string { return r.text(errorStack(err), maxStack) }

// text never returns what the hook has not seen. The hook gets more than is
// shown, so that a secret at the edge is not cut in two before it.
func (r redactor) text(s string, limit int) (shown string) {
	if s == "" || r.hook == nil {
		return clip(s, limit)
	}
	defer func() {
		if recover() != nil {
			shown = "(withheld: the redaction hook panicked)"
		}
	}()
	return clip(r.hook(clip(s, 2*maxStack)), limit)
}
