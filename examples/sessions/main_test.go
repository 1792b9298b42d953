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
	// opened /chat/sessions/ann
	// opened /chat/sessions/bernard
	// opened /chat/sessions/carla
	// dora is refused; later may do: true
	// Bonjour bernard, number 1
	// bernard crashes: panic: bad manners
	// Bonjour bernard, number 1
	// bernard has left: actor: stopped
	// ann has been asked to leave: actor: stopped
	// there is carla, running
	// there is dora, running
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
