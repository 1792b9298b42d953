package main

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/actor/actortest"
	"github.com/understudy-go/understudy/examples/internal/audit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func Example() {
	if err := run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: 1
}

// The program stands in the README as it is. It must not grow.
func TestProgramIsShort(t *testing.T) {
	lines, err := audit.Lines("main.go")
	require.NoError(t, err)
	assert.LessOrEqual(t, lines, 55)
}

func TestProgramIsTyped(t *testing.T) {
	found, err := audit.Untyped(t.Context(), ".")
	require.NoError(t, err)
	assert.Empty(t, found)
}

// Receive is a plain method: no system is needed to test it.
func TestReceive(t *testing.T) {
	c := NewCounter()
	require.NoError(t, c.Receive(t.Context(), Inc{By: 2}))
	require.NoError(t, c.Receive(t.Context(), Inc{By: 3}))
	get := actortest.NewAsk[int](t)
	require.NoError(t, c.Receive(t.Context(), Get{get.Reply}))
	assert.Equal(t, 5, get.Value())
}

func TestRunTellsWhyItFailed(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, run(ctx), context.Canceled)
}
