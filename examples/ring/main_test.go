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
	if err := run(context.Background(), os.Stdout, 1000, 1); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1000 nodes agree on 1000
	// 8325 messages, of which 1000 told the others
}

func TestSmallRings(t *testing.T) {
	for n := 1; n <= 8; n++ {
		for seed := range uint64(8) {
			require.NoError(t, run(t.Context(), t.Output(), n, seed), "%d nodes, seed %d", n, seed)
		}
	}
	assert.ErrorContains(t, run(t.Context(), t.Output(), 0, 1), "one node at least")
}

func TestProgramIsTyped(t *testing.T) {
	found, err := audit.Untyped(t.Context(), ".")
	require.NoError(t, err)
	assert.Empty(t, found)
}

func TestRunTellsWhyItFailed(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, run(ctx, t.Output(), 10, 1), context.Canceled)
}
