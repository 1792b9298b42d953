package supervision

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/understudy-go/understudy/actor"
)

// Alarms come in the order of their time, and of two at one time the older first. The
// timer is set only for one that is earlier than all others.
func TestAlarmsComeInOrder(t *testing.T) {
	var s alarms
	var set []time.Duration
	began := time.Now()
	at := func(seconds int) time.Time { return began.Add(time.Duration(seconds) * time.Second) }
	after := func(when time.Time) *actor.Timer {
		set = append(set, when.Sub(began)/time.Second)
		return new(actor.Timer)
	}
	s.set(alarm{"a", 1}, at(3), after)
	s.set(alarm{"b", 2}, at(5), after)
	s.set(alarm{"c", 3}, at(3), after)
	s.set(alarm{"d", 4}, at(4), after)
	s.set(alarm{"e", 5}, at(3), after)
	s.set(alarm{"f", 6}, at(3), after)
	assert.Equal(t, []time.Duration{3}, set)
	s.cancel(4)
	s.cancel(4)
	s.cancel(99)

	var got []string
	ring := func(now int) {
		s.rang()
		for a, ok := s.due(at(now)); ok; a, ok = s.due(at(now)) {
			got = append(got, a.id)
		}
		s.wind(after)
	}
	ring(2)
	assert.Empty(t, got)
	ring(3)
	assert.Equal(t, []string{"a", "c", "e", "f"}, got)
	assert.Equal(t, []time.Duration{3, 3, 5}, set)
	ring(6)
	assert.Equal(t, []string{"a", "c", "e", "f", "b"}, got)
	assert.Empty(t, s.byToken)
	assert.Empty(t, s.order)
	assert.Equal(t, []time.Duration{3, 3, 5}, set, "none is left to be waited for")
}
