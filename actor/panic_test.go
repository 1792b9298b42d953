package actor

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/mailbox"
)

//go:noinline
func culprit(values []int) int { return values[3] }

func TestG3PanicErrorTellsValueAndStack(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		h := start(t, p)
		require.NoError(t, p.Send(ctx, func(context.Context) error { panic(culprit(nil)) }))
		exit := <-h.ended
		var e *PanicError
		require.ErrorAs(t, exit.Err, &e)
		var cause runtime.Error
		require.ErrorAs(t, exit.Err, &cause, "a runtime error can be looked into")
		assert.EqualError(t, e, "panic: runtime error: index out of range [3] with length 0")
		assert.Equal(t, cause, e.Value)
		lines := strings.Split(e.Stack(), "\n")
		assert.Equal(t, "github.com/understudy-go/understudy/actor.culprit(...)", lines[0], "the user's call comes first")
		assert.Contains(t, lines[1], "panic_test.go:")
		assert.Equal(t, "runtime.goexit(...)", lines[len(lines)-3], "the last of the runtime's")

		again(t, p, h)
		require.NoError(t, p.Send(ctx, func(context.Context) error { panic(strings.Repeat("ä", maxPanicText)) }))
		exit = <-h.ended
		assert.LessOrEqual(t, len(exit.Err.Error()), maxPanicText+len("panic: …"))
		assert.NotErrorIs(t, exit.Err, errBoom)

		whole := strings.Repeat("x", maxPanicText)
		assert.EqualError(t, newPanicError(whole), "panic: "+whole)

		again(t, p, h)
		require.NoError(t, p.Send(ctx, func(context.Context) error { panic(nil) }))
		exit = <-h.ended
		assert.Equal(t, Panic, exit.Kind, "not a Goexit")
		assert.ErrorAs(t, exit.Err, new(*runtime.PanicNilError))
		for range 1000 {
			assert.NotEmpty(t, e.Stack())
			break
		}
	})
}

// The stack of a panic that comes through a deferred function of the user's
// still begins with the user's.
func TestG3PanicInADeferredFunction(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		h := start(t, p)
		require.NoError(t, p.Send(ctx, func(context.Context) error {
			defer func() { panic(culprit([]int{1})) }()
			panic("first")
		}))
		var e *PanicError
		require.ErrorAs(t, (<-h.ended).Err, &e)
		assert.True(t, strings.HasPrefix(e.Stack(), "github.com/understudy-go/understudy/actor.culprit(...)"), e.Stack())
	})
}

func TestG3TroubleInDeadLettersIsHarmless(t *testing.T) {
	for name, trouble := range map[string]func(){"panic": func() { panic(errBoom) }, "goexit": runtime.Goexit} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				calls := 0
				p := doer("p", func(s *Spec[do]) {
					s.Mailbox = mailbox.Config{Capacity: 4, Overflow: mailbox.DropOldest}
					s.DeadLetters = func(DeadLetter[do]) {
						calls++
						trouble()
					}
				})
				for range 5 {
					require.NoError(t, p.Send(ctx, nothing))
				}
				assert.Equal(t, 1, calls, "on the sender's behalf")
				p.Retire(nil)
				<-p.Done()
				assert.Equal(t, 5, calls)
				assert.EqualValues(t, 5, p.Info().DeadLettered)
			})
		})
	}
}

func TestGoTellsHowItWent(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		for want, f := range map[error]func() error{
			nil:       func() error { return nil },
			errBoom:   func() error { return errBoom },
			ErrGoexit: func() error { runtime.Goexit(); return nil },
		} {
			got := make(chan error, 1)
			Go(f, func(err error) { got <- err })
			assert.Equal(t, want, <-got)
		}
		got := make(chan error, 1)
		Go(func() error { panic(errBoom) }, func(err error) { got <- err })
		assert.ErrorAs(t, <-got, new(*PanicError))
		synctest.Wait()
	})
}

// No trouble of one actor's is another's: a thousand fail while one counts.
func TestG3FailuresStayWhereTheyAre(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		steady := doer("steady")
		h := start(t, steady)
		trouble := []do{fails, func(context.Context) error { panic(1) }, func(context.Context) error { runtime.Goexit(); return nil }}
		hosts := newHost()
		for i := range 300 {
			p := doer(strconv.Itoa(i))
			go func() {
				p.Start(ctx, &tellHost{ended: hosts.Ended})
				_ = p.Send(ctx, trouble[i%3])
			}()
			assert.Contains(t, []Kind{Failure, Panic, Goexit}, (<-hosts.ended).Kind)
		}
		n, err := call(ctx, steady, func(context.Context) int { return 7 })
		require.NoError(t, errors.Join(err))
		assert.Equal(t, 7, n)
		end(steady, h)
	})
}
