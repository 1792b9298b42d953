package benchmarks

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// contests are the cases in which operations are counted, by name.
var contests = map[string]contest{
	"Tell1to1": tell1to1,
	"Tell8to1": tell8to1,
	"AskSeq":   askSeq,
	"Ask64":    ask64,
	"PingPong": pingPong,
	"Restart":  restart,
}

func TestEveryMessageIsHandled(t *testing.T) {
	for name, c := range contests {
		for _, system := range contenders {
			setup := c.setup(system)
			if setup == nil {
				continue
			}
			t.Run(name+"/"+system.name, func(t *testing.T) {
				b := newBout(t, c.workers, setup)
				for _, n := range []int{1, 7, 3 * capacity, 1} { // less than workers, more than fit, and again
					require.NoError(t, b.prepare(n)())
					assert.NoError(t, b.tally.check())
					assert.EqualValues(t, n, b.tally.count)
				}
			})
		}
	}
}

func TestEveryCrashMakesAFreshActor(t *testing.T) {
	for _, system := range contenders {
		if system.restart == nil {
			continue
		}
		t.Run(system.name, func(t *testing.T) {
			b := newBout(t, 1, system.restart)
			require.NoError(t, b.prepare(1)()) // the first start is over
			require.NoError(t, b.prepare(100)())
			assert.NoError(t, b.tally.check())
			assert.EqualValues(t, 100, b.tally.starts)
		})
	}
}

func TestEveryActorIsMadeUsedAndStopped(t *testing.T) {
	for _, system := range contenders {
		if system.spawn == nil {
			continue
		}
		t.Run(system.name, func(t *testing.T) {
			for _, n := range []int{1, 2, 1000} {
				l, err := live(t, system, n, func(spawn func() error) error { return spawn() })
				require.NoError(t, err)
				assert.Equal(t, n, l.one+l.rest)
			}
		})
	}
}

// The tally itself has to see what goes wrong.
func TestTallyFindsFaults(t *testing.T) {
	tests := map[string][]message{
		"lost":    {{seq: 0}, {seq: 2}},
		"doubled": {{seq: 0}, {seq: 0}},
		"swapped": {{seq: 1}, {seq: 0}},
		"missing": {{seq: 0}},
	}
	for name, messages := range tests {
		t.Run(name, func(t *testing.T) {
			tally := newTally()
			tally.reset(2)
			for _, m := range messages {
				tally.handle(m)
			}
			assert.Error(t, tally.check())
		})
	}
	t.Run("stale", func(t *testing.T) {
		tally := newTally()
		tally.reset(2)
		f := newFragile(tally, make(chan struct{}, 2))
		f.handle(message{seq: 0})
		f.handle(message{seq: 1})
		assert.Error(t, tally.check())
	})
	t.Run("none", func(t *testing.T) {
		tally := newTally()
		tally.reset(2)
		assert.False(t, tally.handle(message{seq: 0}))
		assert.True(t, tally.handle(message{seq: 1}))
		require.NoError(t, tally.wait())
		assert.NoError(t, tally.check())
	})
}
