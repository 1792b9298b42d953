package supervision

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/understudy-go/understudy/actor"
)

func TestWindow(t *testing.T) {
	const s = time.Second
	for name, c := range map[string]struct {
		limit Limit
		at    []time.Duration
		want  []bool
	}{
		"none":             {AtMost(0, s), []time.Duration{0}, []bool{false}},
		"edge counts":      {AtMost(1, s), []time.Duration{0, s}, []bool{true, false}},
		"just over":        {AtMost(1, s), []time.Duration{0, s + 1}, []bool{true, true}},
		"slides":           {AtMost(2, s), []time.Duration{0, s / 2, s + 1, s + 2}, []bool{true, true, true, false}},
		"same instant":     {AtMost(3, s), []time.Duration{0, 0, 0, 0}, []bool{true, true, true, false}},
		"default":          {Limit{}, []time.Duration{0, 1, 2, 3, 60 * s, 60 * s}, []bool{true, true, true, true, true, false}},
		"lifetime":         {AtMost(2, actor.Forever), []time.Duration{0, math.MaxInt64 / 2, math.MaxInt64 - 1}, []bool{true, true, false}},
		"longest but one":  {AtMost(1, actor.Forever-1), []time.Duration{0, 1e18}, []bool{true, false}},
		"none ever":        {AtMost(0, actor.Forever), []time.Duration{0}, []bool{false}},
		"shortest":         {AtMost(1, 1), []time.Duration{0, 1, 3}, []bool{true, false, true}},
		"unlimited":        {Unlimited(), []time.Duration{0, 0, 0, 0, 0, 0, 0}, []bool{true, true, true, true, true, true, true}},
		"nothing overflow": {AtMost(math.MaxInt, s), []time.Duration{0, 0, 0}, []bool{true, true, true}},
	} {
		t.Run(name, func(t *testing.T) {
			w, start := newWindow(c.limit), time.Now()
			for i, d := range c.at {
				assert.Equal(t, c.want[i], w.add(start.Add(d)), "at %v", d)
			}
		})
	}
}

// The ring wraps, grows, and never takes more room than the limit asks for.
func TestWindowRing(t *testing.T) {
	w, now := newWindow(AtMost(7, 10)), time.Now()
	var model []time.Time
	for i := range 1000 {
		now = now.Add(time.Duration(i * 7 % 5))
		for len(model) > 0 && now.Sub(model[0]) > 10 {
			model = model[1:]
		}
		allowed := len(model) < 7
		if allowed {
			model = append(model, now)
		}
		assert.Equal(t, allowed, w.add(now))
		assert.Equal(t, len(model), w.inWindow(now))
	}
	assert.Len(t, w.ring, 7)
}

// What was written over the end of the ring, to its start, is kept as it grows.
func TestWindowGrowsOnceWrapped(t *testing.T) {
	w, start := newWindow(AtMost(8, 10)), time.Now()
	for _, at := range []time.Duration{0, 1, 2, 3, 11, 11} {
		assert.True(t, w.add(start.Add(at)))
	}
	assert.Len(t, w.ring, 8)
	assert.Equal(t, 2, w.inWindow(start.Add(14)), "those at 11")
}

func TestLimit(t *testing.T) {
	assert.Equal(t, "5 per 1m0s", Limit{}.String())
	assert.Equal(t, "0 per 1s", AtMost(0, time.Second).String())
	assert.Equal(t, "3 ever", AtMost(3, actor.Forever).String())
}
