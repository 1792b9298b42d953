package actor

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A turner is an actor of which nothing but its turns is looked at.
type turner struct {
	body
	lasts time.Duration // what a turn takes
	ends  outcome
}

func (t *turner) receive(*incarnation) outcome {
	time.Sleep(t.lasts)
	return t.ends
}

// inTurns runs a test in virtual time, of an actor that a hand runs, whose note is
// open.
func inTurns(t *testing.T, f func(c *core, actor *turner, h *hand)) {
	t.Helper()
	bubble(t, func(*testing.T, context.Context) {
		actor, h := &turner{ends: more}, &hand{}
		h.note.Store(blank)
		f(&core{body: actor}, actor, h)
	})
}

func TestTrustIsEarnedByQuickTurns(t *testing.T) {
	inTurns(t, func(c *core, actor *turner, h *hand) {
		actor.lasts = quickTurn
		for n := range trusted {
			require.EqualValues(t, n, c.quick.Load())
			require.Equal(t, more, c.handle(h))
		}
		for range 2 * timedTurn {
			require.EqualValues(t, trusted, c.quick.Load(), "there is no more of it")
			require.Equal(t, more, c.handle(h))
		}

		// One turn in so many is looked at, and a slow one is enough.
		actor.lasts++
		for range timedTurn - 1 {
			c.handle(h)
			require.True(t, c.trusted())
		}
		c.handle(h)
		assert.Zero(t, c.quick.Load())
		c.handle(h)
		assert.Zero(t, c.quick.Load())
	})
}

func TestWhatNoHandRunsEarnsNothing(t *testing.T) {
	inTurns(t, func(c *core, actor *turner, _ *hand) {
		actor.ends = spent
		assert.Equal(t, spent, c.handle(nil))
		assert.Zero(t, c.quick.Load())
		assert.Zero(t, c.turns)
	})
}

// The watch closes the note of a hand that it finds held up. An actor that was cut
// off is another goroutine's by now.
func TestTrustIsLostWithTheNote(t *testing.T) {
	for name, turns := range map[string]uint8{"timed": timedTurn - 1, "not timed": 0} {
		t.Run(name, func(t *testing.T) {
			inTurns(t, func(c *core, actor *turner, h *hand) {
				h.note.Store(nil)
				for ends, quick := range map[outcome]int{gone: trusted, idle: 0} {
					c.turns = turns
					c.quick.Store(trusted)
					actor.ends = ends
					assert.Equal(t, ends, c.handle(h))
					assert.EqualValues(t, quick, c.quick.Load())
				}
			})
		})
	}
}
