package main

import (
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
   0 ms  child started: office
   0 ms  child started: courier
 950 ms  courier has failed:
           supervision: unhealthy: /depot/courier: 3 checks failed, the last one for want of an answer in 100ms
           actor: abandoned /depot/courier#1: still receiving Deliver after 50ms
 950 ms  restart [courier]
 950 ms  courier runs again, restart 1
at work: courier number 2
its late receipt: actor: abandoned
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
