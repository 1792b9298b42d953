package actor

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Only trusted actors count, and only they are queued: another one gets a hand of its
// own, whoever is busy.
func TestCrewQueuesNobodyWhoIsNotTrusted(t *testing.T) {
	cr := stagedCrew()
	first, second, other := waits(), waits(), &core{}
	cr.start(first)
	require.Len(t, cr.hands, 1)
	assert.Same(t, first, cr.hands[0].first)
	assert.Equal(t, 1, cr.swift)
	assert.EqualValues(t, 1, cr.hands[0].shift)

	cr.start(other)
	assert.False(t, cr.queued.Load())
	require.Len(t, cr.hands, 2)
	assert.Same(t, other, cr.hands[1].first)
	assert.Equal(t, 1, cr.swift)
	assert.EqualValues(t, 1, cr.hands[1].shift)

	cr.start(second)
	assert.True(t, cr.queued.Load())
	require.Len(t, cr.hands, 2)
}

// One that was queued and is given a hand of its own counts as others do, so that the
// next one waits for it.
func TestCrewCountsWhomItSends(t *testing.T) {
	cr := stagedCrew()
	blocked, second, third := cr.busyHand(true), waits(), waits()
	cr.start(second)
	cr.start(third)
	cr.relieve(blocked)
	require.Len(t, cr.hands, 2)
	sent := cr.hands[1]
	assert.Same(t, second, sent.first)
	assert.EqualValues(t, 1, sent.shift)
	assert.True(t, sent.swift)
	assert.True(t, cr.queued.Load())
	cr.relieve(blocked)
	assert.True(t, cr.queued.Load(), "it counted no more already")
	cr.lose(sent)
	require.Len(t, cr.hands, 2)
	assert.Same(t, third, cr.hands[1].first)
	assert.Equal(t, 1, cr.swift)
}

// A run that ends on a goroutine which is none of the crew's takes nobody out of the
// queue.
func TestCrewHasNoWorkForAStranger(t *testing.T) {
	cr := stagedCrew()
	cr.busyHand(true)
	cr.runs = 2
	cr.start(waits())
	next, stays := cr.ran(nil)
	assert.Nil(t, next)
	assert.False(t, stays)
	assert.Equal(t, 2, cr.runs)
	assert.True(t, cr.queued.Load())
	assert.Len(t, cr.hands, 1)
}

// A hand that runs nothing keeps no actor in memory, and so many that have gone are
// kept for later.
func TestCrewKeepsLittle(t *testing.T) {
	cr := stillCrew()
	all := make([]*hand, 1+keepFormer+1)
	for i := range all {
		all[i] = cr.busyHand(true)
		all[i].note.Store(waits())
	}
	cr.overdue()
	cr.processors = 1
	for _, h := range all {
		require.NotNil(t, h.seen.noted)
		cr.ran(h)
		require.Zero(t, h.seen)
	}
	assert.Equal(t, all[:1], cr.idle)
	assert.Equal(t, all[1:1+keepFormer], cr.former)
	assert.Equal(t, all[:1], cr.hands)
}

// How many goroutines wait for work depends on the processors at that time.
func TestCrewIsEmployedForTheProcessorsThereAre(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	cr := new(crew)
	cr.employ()
	assert.Equal(t, 3, cr.processors)
	assert.Equal(t, 3, runtime.GOMAXPROCS(0), "it asks, and does not set")
	require.NoError(t, cr.dismiss(context.Background()))
}
