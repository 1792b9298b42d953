package main

import (
	"context"
	"strings"
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
   0 ms  ann: 5 of 7 allowed, the next in 100 ms
   0 ms  bob: 2 of 2 allowed, the next in 0 ms
 250 ms  ann: 2 of 3 allowed, the next in 50 ms
 250 ms  buckets: [ann bob]
 600 ms  buckets: [ann]
 900 ms  buckets: []
 900 ms  ann: 5 of 7 allowed, the next in 100 ms
`

// In virtual time the output is exact, and nobody waits for it.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		require.NoError(t, run(t.Context(), &out))
		assert.Equal(t, strings.TrimPrefix(want, "\n"), out.String())
	})
}

// Whoever asks at the moment at which a bucket goes gets an answer all the same.
func TestNoQuestionIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		limiter := actor.New(actor.Spec[Msg]{Name: "limiter", New: NewLimiter})
		sys, err := system.Start(ctx, system.Config{
			Name: "api",
			Root: supervision.Spec{Children: []supervision.Child{{Process: limiter}}},
		})
		require.NoError(t, err)
		for range 1000 {
			v, err := actor.Ask(ctx, limiter.Ref, func(r actor.Reply[Verdict]) Msg { return Allow{"ann", r} })
			require.NoError(t, err)
			assert.True(t, v.Allowed)
			time.Sleep(full) // the bucket has its time out now, too
		}
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
