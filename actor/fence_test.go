package actor

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFenceKnowsTheCallThatRuns(t *testing.T) {
	var f fence
	assert.Zero(t, f.call())
	assert.False(t, f.abandon(f.call()), "nothing runs")
	f.enter()
	first := f.call()
	assert.NotZero(t, first)
	assert.Equal(t, first, f.last())
	assert.True(t, f.leave())
	assert.Zero(t, f.call())
	assert.Equal(t, first, f.last())
	f.enter()
	second := f.call()
	assert.NotContains(t, []uint64{0, first}, second)
	assert.False(t, f.isCut())
	assert.False(t, f.abandon(first), "it is over")
	assert.True(t, f.abandon(second))
	assert.True(t, f.isCut())
	assert.Zero(t, f.call(), "what was abandoned is no call any more")
	assert.Equal(t, second, f.last())
	assert.False(t, f.abandon(second), "once")
	assert.False(t, f.abandon(f.call()))
	assert.False(t, f.leave())
}
