package benchmarks

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryMessageIsHandled(t *testing.T) {
	for name, c := range contests {
		for _, system := range contenders {
			setup := c.setup(system)
			if setup == nil {
				continue
			}
			t.Run(name+"/"+system.name, func(t *testing.T) {
				if fault := system.faults[name]; fault != "" {
					t.Skip(fault)
				}
				b := newBout(t, c.workers, setup)
				for _, n := range c.sizes() {
					require.NoError(t, b.prepare(n)())
					assert.NoError(t, b.tally.check())
					assert.EqualValues(t, n, b.tally.count)
				}
			})
		}
	}
}

// sizes are less than the workers, more than fit, and one again.
func (c contest) sizes() []int {
	if c.few {
		return []int{1, 7, 1}
	}
	return []int{1, 7, 3 * capacity, 1}
}

func TestEveryCrashMakesAFreshActor(t *testing.T) {
	for _, system := range contenders {
		if system.restart == nil {
			continue
		}
		t.Run(system.name, func(t *testing.T) {
			if fault := system.faults["Restart"]; fault != "" {
				t.Skip(fault)
			}
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

func TestEveryQuestionIsAnswered(t *testing.T) {
	sieges := map[string]func() siege{
		"idle":    idle,
		"flooded": flooded,
		"busy":    func() siege { return busy(20) },
		"blocked": func() siege { return blocked(200) },
		"nested":  func() siege { return nested(16) },
	}
	for name, siege := range sieges {
		for _, system := range contenders {
			if system.wire == nil {
				continue
			}
			t.Run(name+"/"+system.name, func(t *testing.T) {
				l, err := siege().answers(t, system.wire, 100, func(ask func() error) error { return ask() })
				require.NoError(t, err)
				assert.Len(t, l.all, 100)
				for _, took := range l.all {
					assert.Positive(t, took)
				}
			})
		}
	}
}

func TestEveryMessageOfAFloodIsHandled(t *testing.T) {
	for _, system := range contenders {
		if system.wire == nil {
			continue
		}
		t.Run(system.name, func(t *testing.T) {
			f, err := flood(t, system.wire, 3*capacity, func(run func() error) error { return run() })
			require.NoError(t, err)
			assert.Zero(t, f.lost)
			assert.Zero(t, f.wrong)
			assert.Positive(t, f.peak)
		})
	}
}

func TestEveryLeafIsCounted(t *testing.T) {
	for _, system := range contenders {
		if system.skynet == nil {
			continue
		}
		t.Run(system.name, func(t *testing.T) {
			grow := system.skynet(t)
			for _, n := range []int{1, 2, 10, 999, 1000} {
				require.NoError(t, growOne(grow, n))
			}
		})
	}
}

func TestQuantile(t *testing.T) {
	var l latencies
	for i := range 1000 {
		l.all = append(l.all, time.Duration(i+1))
	}
	assert.EqualValues(t, 500, l.quantile(500))
	assert.EqualValues(t, 990, l.quantile(990))
	assert.EqualValues(t, 1000, l.quantile(1000))
	l.all = l.all[:1]
	assert.EqualValues(t, 1, l.quantile(500))
}
