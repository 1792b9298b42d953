package actor

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/monitoring"
)

// kinded says itself what kind of end it means.
type kinded struct {
	error
	kind Kind
}

func (k kinded) ExitKind() Kind { return k.kind }
func (k kinded) Unwrap() error  { return k.error }

// hostile is an error whose methods fail.
type hostile struct{ do func() }

func (hostile) Error() string     { return "hostile" }
func (h hostile) Is(_ error) bool { h.do(); return false }

func TestG2Classification(t *testing.T) {
	stray, cancel := context.WithCancel(context.Background())
	cancel()
	for _, test := range []struct {
		name string
		err  error
		want Kind
		text string // of the exit
	}{
		{"stop", ErrStop, Normal, "normal"},
		{"stop, wrapped", fmt.Errorf("done: %w", ErrStop), Normal, "normal on do: done: actor: stop"},
		{"stop, joined", errors.Join(errBoom, ErrStop), Normal, ""},
		{"shutdown", ErrShutdown, Shutdown, "shutdown"},
		{"shutdown, wrapped", fmt.Errorf("with info: %w", ErrShutdown), Shutdown, ""},
		{"failure", errBoom, Failure, "failure on do: boom"},
		{"stray cancellation", stray.Err(), Failure, ""},
		{"stray deadline", context.DeadlineExceeded, Failure, ""},
		{"ignore", ErrIgnore, Failure, ""},
		{"kinder", kinded{errBoom, Shutdown}, Shutdown, ""},
		{"kinder, whatever it wraps", kinded{ErrStop, Abandoned}, Abandoned, ""},
		{"methods that panic", hostile{func() { panic(errBoom) }}, Panic, "panic on do: panic: boom"},
		{"methods that exit", hostile{runtime.Goexit}, Goexit, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				p := doer("p")
				h := start(t, p)
				for range 2 { // a message, and a question
					require.NoError(t, p.Send(ctx, func(context.Context) error { return test.err }))
					exit := <-h.ended
					assert.Equal(t, test.want, exit.Kind)
					assert.Equal(t, "do", exit.Message)
					if test.text != "" {
						assert.Contains(t, []string{test.text, test.want.String()}, exit.String())
					}
					again(t, p, h)
					_, err := question(ctx, p, func(context.Context, Reply[int]) error { return test.err })
					require.Error(t, err)
					assert.Equal(t, test.want, (<-h.ended).Kind)
					again(t, p, h)
				}
				p.Retire(test.err)
				p.Stop(Forever)
				<-p.Done()
			})
		})
	}
}

func TestG2OwnCancellationIsAShutdown(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		h := start(t, p)
		for _, wait := range []do{
			func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
			func(ctx context.Context) error { <-ctx.Done(); return fmt.Errorf("query: %w", ctx.Err()) },
			func(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) },
		} {
			require.NoError(t, p.Send(ctx, wait))
			synctest.Wait()
			p.Stop(time.Second)
			exit := <-h.ended
			assert.Equal(t, Shutdown, exit.Kind)
			assert.False(t, exit.Kind.Abnormal())
			again(t, p, h)
		}
		end(p, h)
	})
}

func TestKindNames(t *testing.T) {
	for k, want := range map[Kind]string{
		Normal: "normal", Shutdown: "shutdown", Failure: "failure", Panic: "panic",
		Goexit: "goexit", Abandoned: "abandoned", Abandoned + 1: "Kind(6)",
	} {
		assert.Equal(t, want, k.String())
		assert.Equal(t, k > Shutdown, k.Abnormal())
	}
	assert.Equal(t, "failure: boom", Exit{Kind: Failure, Err: errBoom}.String())
	for r, want := range map[DropReason]string{
		ReasonStopped: "stopped", ReasonOverflow: "overflow", ReasonLateReply: "late_reply", ReasonRestart: "restart",
		ReasonFailed: "failed", ReasonFailed + 1: "DropReason(5)",
	} {
		assert.Equal(t, want, r.String())
	}
}

func TestFailureOf(t *testing.T) {
	at := time.Now()
	span := monitoring.NewSpanRef()
	exit := Exit{Kind: Panic, Err: errBoom, Message: "m", Incarnation: 3, At: at, Depth: 4, Trace: span}
	want := monitoring.Failure{
		Path: "deaf", Name: "deaf", Type: "deaf", Incarnation: 3, Message: "m",
		Kind: "panic", Err: errBoom, At: at, Depth: 4, Trace: span,
	}
	assert.Equal(t, want, FailureOf(&deafChild{}, exit), "a child that tells neither path nor type")
	bubble(t, func(t *testing.T, _ context.Context) {
		p := doer("x", func(s *Spec[do]) { s.Type = "X" })
		h := start(t, p)
		want.Path, want.Name, want.Type = "/x", "x", "X"
		assert.Equal(t, want, FailureOf(p, exit))
		end(p, h)
	})
}

func TestErrorsBelongToClasses(t *testing.T) {
	for class, errs := range map[error][]error{
		ErrRetryable: {ErrMailboxFull, ErrDropped, ErrStartTimeout, ErrNoReply},
		ErrFatal:     {ErrStopped, ErrAbandoned, ErrDeadlock, ErrInvalidSpec, &DeadlockError{}, &AbandonedError{}},
	} {
		for _, err := range errs {
			assert.ErrorIs(t, err, class)
		}
	}
	assert.NotErrorIs(t, ErrStopped, ErrRetryable)
	assert.ErrorIs(t, &NameTakenError{}, ErrNameTaken)
}
