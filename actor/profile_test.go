package actor

import (
	"bytes"
	"context"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"strings"
	"testing"
	"testing/synctest"

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

// A goroutine that waits for work is nobody's.
func TestGoroutinesAreLabelledForARunOnly(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		rt := NewRuntime(monitoring.NewIDs(), nil)
		rt.Employ()
		rt.Label()
		p, h := doer("p", func(s *Spec[do]) { s.Type = "Idler" }), newHost()
		p.Start(rt.Context(ctx), h)
		require.NoError(t, <-h.started)
		synctest.Wait()
		const label = `labels: {"actor.type":"Idler"}`
		during, err := call(ctx, p, func(context.Context) string { return goroutines() })
		require.NoError(t, err)
		require.Contains(t, during, label)
		requireHands(t, rt, 1, 0)
		assert.NotContains(t, goroutines(), label)
		p.Stop(0)
		<-h.ended
		require.NoError(t, rt.Dismiss(ctx))
	})
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
	turned := acts(func() outcome { return spent })
	assert.Equal(t, spent, turned.turn(nil), "how a turn ends is the same under a trace")
	trace.Stop()
	assert.Contains(t, recorded.String(), "ClerkOfTheRegion")
}
