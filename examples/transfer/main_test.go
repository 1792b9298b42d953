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
	// all is well              [withdraw deposit done]: ann 70 bob 80 carl 0
	// too much                 [withdraw refund refunded]: ann 70 bob 80 carl 0
	// frozen                   [withdraw deposit refund refunded]: ann 70 bob 80 carl 0
	// crash after withdrawing  [withdraw refund refunded]: ann 70 bob 80 carl 0
	// crash after depositing   [withdraw deposit refund refunded]: ann 70 bob 80 carl 0
	// crash while giving back  [withdraw deposit refund refund refunded]: ann 70 bob 80 carl 0
	// 300 at once: all have ended, and it is still 150
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
