package actor

import (
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strings"
)

// maxPanicText bounds what a panic's value can put into an error's text.
const maxPanicText = 1 << 10

// maxFrames bounds the stack that is kept.
const maxFrames = 64

// A PanicError is a panic of user code, with the stack of the goroutine on
// which it happened.
type PanicError struct {
	Value any // what panic was called with

	frames []uintptr // formatted only when they are read
}

// newPanicError must be called by the function that was deferred around user
// code, while the panic is still on the stack.
func newPanicError(value any) *PanicError {
	var frames [maxFrames]uintptr
	// Skipped: Callers, this function, unwind, the deferred function.
	return &PanicError{Value: value, frames: slices.Clone(frames[:runtime.Callers(4, frames[:])])}
}

// Error returns "panic: " and the value's text, cut at 1 KiB.
func (e *PanicError) Error() string { return "panic: " + e.text() }

// text is the value's text, cut at 1 KiB.
func (e *PanicError) text() string {
	text := panicText(e.Value)
	if len(text) > maxPanicText {
		text = strings.ToValidUTF8(text[:maxPanicText], "") + "…"
	}
	return text
}

// panicText formats what panic was called with; a value whose own methods
// panic is contained by fmt.
func panicText(value any) string {
	switch v := value.(type) {
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// Unwrap returns the value if it is an error, such as a runtime.Error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Stack returns the stack of the panicking goroutine, innermost call first, a
// function and its position to a line pair, like debug.Stack. The calls that
// raise the panic are left out: the first one is the user's.
func (e *PanicError) Stack() string {
	var b strings.Builder
	raised := false // past runtime.gopanic, and past what it was called by
	for f := range e.calls() {
		switch {
		case !raised:
			raised = f.Function == "runtime.gopanic"
			continue
		case b.Len() == 0 && strings.HasPrefix(f.Function, "runtime."):
			continue
		}
		fmt.Fprintf(&b, "%s(...)\n\t%s:%d\n", f.Function, f.File, f.Line)
	}
	return b.String()
}

// calls goes through the stack, innermost call first.
func (e *PanicError) calls() iter.Seq[runtime.Frame] {
	return func(yield func(runtime.Frame) bool) {
		frames := runtime.CallersFrames(e.frames)
		for f, more := frames.Next(); yield(f) && more; {
			f, more = frames.Next()
		}
	}
}

// unwind turns what recover returned in a deferred function that ran without
// its function having returned into the end that it means: nil is a Goexit,
// since a panic with a nil value recovers as a *runtime.PanicNilError.
func unwind(recovered any) Exit {
	if recovered == nil {
		return Exit{Kind: Goexit, Err: ErrGoexit}
	}
	return Exit{Kind: Panic, Err: newPanicError(recovered)}
}
