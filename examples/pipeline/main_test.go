package main

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/examples/internal/audit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const want = `
  4 sent after    0 ms
 20 sent after  100 ms
 40 sent after  300 ms
 60 sent after  500 ms
 80 sent after  700 ms
100 sent after  900 ms
100 done after 1000 ms, the sum of their squares is 338350
never more than 15 under way
quick took 101, lost 0
slow  took 101, lost 0
sink  took 101, lost 0
`

// In virtual time the output is exact, and nobody waits for it.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		require.NoError(t, run(t.Context(), &out))
		assert.Equal(t, strings.TrimPrefix(want, "\n"), out.String())
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
