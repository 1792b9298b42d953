package main

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/examples/internal/audit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func Example() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// harbour: 12
	// market: 65
	// bridge: 30
	// broken is given up: failed
	// after 3 attempts, the last: panic: runtime error: index out of range [0] with length 0
	// empty: pool: given up after 3 attempts: panic: runtime error: index out of range [0] with length 0
	// left is /gallery/viewers/viewer-1
	// dead letters: 2
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
