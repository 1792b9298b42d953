package supervision

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestBackoffDelay(t *testing.T) {
	const s = time.Second
	for name, c := range map[string]struct {
		b    Backoff
		want []time.Duration
	}{
		"IP-08":        {Backoff{Base: s, Max: 10 * s}, []time.Duration{s, 2 * s, 4 * s, 8 * s, 10 * s, 10 * s}},
		"zero":         {Backoff{}, []time.Duration{s / 10, s / 5, s * 2 / 5, s * 4 / 5}},
		"constant":     {Backoff{Base: s, Max: s}, []time.Duration{s, s, s}},
		"no overflow":  {Backoff{Base: math.MaxInt64 / 3, Max: math.MaxInt64}, []time.Duration{math.MaxInt64 / 3, math.MaxInt64 / 3 * 2, math.MaxInt64}},
		"both longest": {Backoff{Base: math.MaxInt64, Max: math.MaxInt64}, []time.Duration{math.MaxInt64, math.MaxInt64}},
	} {
		t.Run(name, func(t *testing.T) {
			for n, want := range c.want {
				assert.Equal(t, want, c.b.Delay(n), "after %d", n)
			}
		})
	}
	b := Backoff{Base: 1, Max: math.MaxInt64}
	assert.EqualValues(t, 1<<10, b.Delay(10))
	assert.EqualValues(t, 1<<10, b.Delay(11), "does not grow any more")
	assert.EqualValues(t, 1<<10, b.Delay(math.MaxInt), "however often")
	assert.EqualValues(t, 1, b.Delay(-1))
	assert.EqualValues(t, 6, Backoff{Base: 3, Max: 7}.Delay(1), "twice as long, for it is within Max")
}

func TestBackoffJitterStaysBetweenBaseAndMax(t *testing.T) {
	for _, b := range []Backoff{
		{Base: time.Second, Max: 10 * time.Second, Jitter: 0.2},
		{Base: time.Second, Max: 10 * time.Second, Jitter: 1},
		{Base: time.Second, Max: time.Second, Jitter: 1},
		{Base: 1, Max: math.MaxInt64, Jitter: 1},
		{Base: math.MaxInt64 - 1, Max: math.MaxInt64, Jitter: 1},
	} {
		for n := range 12 {
			for _, chance := range []float64{0, 0.25, 0.5, 0.999999} {
				d := b.spread(n, chance)
				assert.GreaterOrEqual(t, d, b.Base)
				assert.LessOrEqual(t, d, b.Max)
			}
		}
	}
	b := Backoff{Base: time.Second, Max: 100 * time.Second, Jitter: 0.2}
	assert.Equal(t, 3600*time.Millisecond, b.spread(2, 0), "4 s less a tenth")
	assert.Equal(t, 4*time.Second, b.spread(2, 0.5))
	assert.Equal(t, time.Second, b.spread(0, 0), "never below Base")
	b.Jitter = 1
	assert.Equal(t, 2*time.Second, b.spread(2, 0), "4 s less a half")
	b.Jitter = 0
	assert.Equal(t, 4*time.Second, b.spread(2, 0.9))
}

func TestBackoffResetAfter(t *testing.T) {
	assert.Equal(t, 5500*time.Millisecond, Backoff{Base: time.Second, Max: 10 * time.Second}.resetAfter())
	assert.Equal(t, 30050*time.Millisecond, Backoff{}.resetAfter())
	assert.Equal(t, time.Minute, Backoff{ResetAfter: time.Minute}.resetAfter())
	assert.Positive(t, Backoff{Base: math.MaxInt64, Max: math.MaxInt64}.resetAfter())
}

// TestBackoffLeavesToChanceWhatItsJitterSays asks the machine for a delay.
func TestBackoffLeavesToChanceWhatItsJitterSays(t *testing.T) {
	asked := 0
	m := newMachine(&plan{chance: func() float64 { asked++; return 0.75 }})
	delay := func(jitter float64) time.Duration {
		b := &Backoff{Base: 10 * time.Second, Max: time.Minute, Jitter: jitter}
		d, ok := m.backoff(&child{childPlan: childPlan{backoff: b}, attempts: 1})
		assert.True(t, ok)
		return d
	}
	assert.Equal(t, 21*time.Second, delay(0.2))
	assert.Equal(t, 1, asked)
	assert.Equal(t, 20*time.Second, delay(0))
	assert.Equal(t, 1, asked, "without jitter there is nothing to ask for")
	m.plan.chance = nil
	assert.Equal(t, 18*time.Second, delay(0.2), "without a source of chance: the shortest")
}
