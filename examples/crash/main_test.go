package main

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/examples/internal/audit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func Example() {
	if err := run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// before: 3
	// crash:  panic: told to crash at 3
	// after:  0
	// the supervisor:
	//   child started: counter
	//   child failed: counter: panic: told to crash at 3
	//   strategy applied: one_for_one to [counter]
	//   child restarted: counter, number 1
	//   child stopped: counter: shutdown
}

func TestProgramIsTyped(t *testing.T) {
	found, err := audit.Untyped(t.Context(), ".")
	require.NoError(t, err)
	assert.Empty(t, found)
}
