package main

import (
	"bytes"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/examples/internal/audit"
	"github.com/understudy-go/understudy/examples/internal/collector"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The first of the trees stands in the README.
func TestOutput(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, ""))
	got := regexp.MustCompile(` \(\S+s\)`).ReplaceAllString(out.String(), "")
	got = regexp.MustCompile(`trace [0-9a-f]{32}`).ReplaceAllString(got, "trace ID")
	assert.Equal(t, `POST /orders: 500 Internal Server Error
POST /orders: 201 Created
trace ID
POST /orders ERROR panic: out of ink
└ ask Desk/Place ERROR panic: out of ink
  └ process Desk/Place
    ├ ask Stock/Reserve
    │ └ process Stock/Reserve
    └ ask Printer/Print ERROR panic: out of ink
      └ process Printer/Print ERROR panic: out of ink
        └ supervise printer strategy=one_for_all decision=restart restarts=1 window=1m0s
          ├ stop stock reason=sibling_failed
          ├ restart stock
          │ └ start stock
          └ restart printer
            └ start printer
trace ID
POST /orders
└ ask Desk/Place
  └ process Desk/Place
    ├ ask Stock/Reserve
    │ └ process Stock/Reserve
    └ ask Printer/Print
      └ process Printer/Print
trace ID
shutdown shop decision=shutdown
└ stop shop reason=shutdown
  ├ stop http reason=shutdown
  ├ stop desk reason=shutdown
  └ stop office reason=shutdown
    ├ stop printer reason=shutdown
    └ stop stock reason=shutdown
`, got)
}

func TestOTLP(t *testing.T) {
	c, address := collector.Listen(t)
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, address))
	assert.Contains(t, out.String(), "the traces are at "+address)
	assert.Equal(t, 2, c.Count("tracing: POST /orders"))
	assert.Equal(t, 1, c.Count("tracing: supervise printer"))
	assert.Equal(t, 1, c.Count("tracing: shutdown shop"))
}

func TestProgramIsTyped(t *testing.T) {
	found, err := audit.Untyped(t.Context(), ".")
	require.NoError(t, err)
	assert.Empty(t, found)
}
