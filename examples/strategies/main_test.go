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
	// one_for_one: cache crashes
	//   cache stops: panic
	//   cache starts
	// one_for_all: cache crashes
	//   cache stops: panic
	//   web stops: shutdown
	//   api stops: shutdown
	//   database stops: shutdown
	//   database starts
	//   cache starts
	//   api starts
	//   web starts
	// rest_for_one: cache crashes
	//   cache stops: panic
	//   web stops: shutdown
	//   api stops: shutdown
	//   cache starts
	//   api starts
	//   web starts
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
