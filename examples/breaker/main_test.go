package main

import (
	"context"
	"errors"
	"log"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/examples/internal/audit"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const want = `
   1: fine, after 0 ms
   2: fine, after 0 ms
   3: context deadline exceeded, after 50 ms
   4: context deadline exceeded, after 50 ms
      the breaker is open
   5: context deadline exceeded, after 50 ms
   6: the breaker is open, after 0 ms
   7: the breaker is open, after 0 ms
   8: the breaker is open, after 0 ms
      the breaker is half open
      the breaker is open
   9: context deadline exceeded, after 50 ms
  10: the breaker is open, after 0 ms
  11: the breaker is open, after 0 ms
  12: the breaker is open, after 0 ms
      the breaker is half open
      the breaker is closed
  13: fine, after 0 ms
  14: fine, after 0 ms
14 calls, of which the backend has seen 8
`

// In virtual time the output is exact, and nobody waits for it.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		require.NoError(t, run(t.Context(), &out))
		assert.Equal(t, strings.TrimPrefix(want, "\n"), out.String())
	})
}

// When it is half open one call at a time goes through, and the others are
// refused meanwhile.
func TestOneTrialAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		var down atomic.Bool
		down.Store(true)
		backend := actor.New(actor.Spec[Request]{
			Name: "backend",
			New:  actor.Make(func() Backend { return Backend{&down} }),
		})
		breaker := declare(backend.Ref, log.New(t.Output(), "", 0))
		sys, err := system.Start(ctx, system.Config{
			Name: "shop",
			Root: supervision.Spec{Children: []supervision.Child{{Process: backend}, {Process: breaker}}},
		})
		require.NoError(t, err)

		// together asks so many times at once and returns how many were refused.
		together := func(n int) int {
			var refused atomic.Int64
			var wg sync.WaitGroup
			for range n {
				wg.Go(func() {
					_, err := actor.Ask(ctx, breaker.Ref, func(r actor.Reply[string]) Msg { return Call{r} })
					if errors.Is(err, ErrOpen) {
						refused.Add(1)
					} else {
						assert.ErrorIs(t, err, context.DeadlineExceeded)
					}
				})
			}
			wg.Wait()
			return int(refused.Load())
		}
		assert.Zero(t, together(5), "closed: all ask the backend")
		assert.Equal(t, 5, together(5), "open: nobody does")
		time.Sleep(coolDown)
		synctest.Wait()
		assert.Equal(t, 4, together(5), "half open: one does")
		assert.Equal(t, 5, together(5), "and has found that it is still down")
		require.NoError(t, sys.Shutdown(ctx))
	})
}

func TestProgramIsTyped(t *testing.T) {
	found, err := audit.Untyped(t.Context(), ".")
	require.NoError(t, err)
	assert.Empty(t, found)
}

func TestRunTellsWhyItFailed(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, run(ctx, t.Output()), context.Canceled)
}
