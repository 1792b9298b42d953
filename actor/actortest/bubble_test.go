package actortest

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// What happens by then has happened, also at the very end.
func TestAdvance(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var n atomic.Int32
		for range 3 {
			time.AfterFunc(time.Hour, func() { n.Add(1) })
		}
		Advance(t, time.Hour-1)
		assert.Zero(t, n.Load())
		Advance(t, 1)
		assert.EqualValues(t, 3, n.Load())
	})
}

// Outside of a bubble no test is to wait.
func TestAdvanceNeedsABubble(t *testing.T) {
	assert.Equal(t, "actortest: Advance needs the virtual time of a testing/synctest bubble: call it in synctest.Test",
		fails(t, func(t testing.TB) { Advance(t, time.Hour) }))
	assert.Equal(t, "actortest: NewSolo needs the virtual time of a testing/synctest bubble: call it in synctest.Test",
		fails(t, func(t testing.TB) { NewSolo(t, counterSpec("a")) }))
}
