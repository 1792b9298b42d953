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
	// failure 1
	//   payment: terminal has failed
	//   payment: I restart terminal
	//   payment: terminal runs again, restart 1
	//   paid at terminal number 2
	// failure 2
	//   payment: terminal has failed
	//   payment: I restart terminal
	//   payment: terminal runs again, restart 2
	//   paid at terminal number 3
	// failure 3
	//   payment: terminal has failed
	//   payment: more than 2 restarts in 1m0s: I give up
	//   payment: my parent is to decide
	//   orders:  payment has failed
	//   orders:  I restart payment
	//   payment: terminal runs
	//   orders:  payment runs again, restart 1
	//   paid at terminal number 4
	// failure 4
	//   payment: terminal has failed
	//   payment: I restart terminal
	//   payment: terminal runs again, restart 1
	//   paid at terminal number 5
	// failure 5
	//   payment: terminal has failed
	//   payment: I restart terminal
	//   payment: terminal runs again, restart 2
	//   paid at terminal number 6
	// failure 6
	//   payment: terminal has failed
	//   payment: more than 2 restarts in 1m0s: I give up
	//   payment: my parent is to decide
	//   orders:  payment has failed
	//   orders:  more than 1 restarts in 1m0s: I give up
	//   orders:  my parent is to decide
	//   shop:    orders has failed
	//   shop:    I restart orders
	//   payment: terminal runs
	//   orders:  payment runs
	//   shop:    orders runs again, restart 1
	//   paid at terminal number 7
	//
	// one failure, and a rule
	//   payment: terminal has failed
	//   payment: my parent is to decide
	//   orders:  payment has failed
	//   orders:  my parent is to decide
	//   shop:    orders has failed
	//   shop:    my parent is to decide
	// the system has ended, because the ledger is corrupt: true
	//   shop: supervision: escalated: /shop: orders: supervision: escalated: /shop/orders: payment: supervision: escalated: /shop/orders/payment: terminal: the ledger is corrupt
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
