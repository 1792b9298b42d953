package actor

import (
	"bytes"
	"context"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/monitoring"
)

// goroutines is the profile of all goroutines with their labels.
func goroutines() string {
	var profile bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&profile, 1) // to memory
	return profile.String()
}

func TestGoroutinesAreLabelled(t *testing.T) {
	for _, labels := range []bool{false, true} {
		rt := NewRuntime(monitoring.NewIDs(), nil)
		rt.Employ()
		if labels {
			rt.Label()
		}
		p := doer("p", func(s *Spec[do]) { s.Type = "Clerk" })
		h := newHost()
		p.Start(rt.Context(t.Context()), h)
		require.NoError(t, <-h.started)
		const label = `labels: {"actor.type":"Clerk"}`
		for range 2 {
			during, err := call(t.Context(), p, func(context.Context) string { return goroutines() })
			require.NoError(t, err)
			assert.Equal(t, labels, strings.Contains(during, label))
		}
		p.Stop(Forever)
		<-h.ended
		require.NoError(t, rt.Dismiss(t.Context()))
		assert.NotContains(t, goroutines(), label)
	}
}

// A trace of the execution shows each turn under the actor's type.
func TestTurnsAreRegions(t *testing.T) {
	var recorded bytes.Buffer
	if err := trace.Start(&recorded); err != nil {
		t.Skip("another trace is being recorded: ", err)
	}
	p := doer("p", func(s *Spec[do]) { s.Type = "ClerkOfTheRegion" })
	h := start(t, p)
	_, err := call(t.Context(), p, func(context.Context) int {
		runtime.Gosched()
		return 1
	})
	require.NoError(t, err)
	p.Stop(Forever)
	<-h.ended
	trace.Stop()
	assert.Contains(t, recorded.String(), "ClerkOfTheRegion")
}
