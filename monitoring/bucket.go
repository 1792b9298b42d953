package monitoring

import (
	"sync"
	"time"
)

// bucket is a token bucket: it lets rate things a second pass, and burst at
// once after a pause.
type bucket struct {
	rate, burst float64

	mu     sync.Mutex // protects what follows
	tokens float64
	last   time.Time
}

func newBucket(rate, burst float64) *bucket {
	return &bucket{rate: rate, burst: burst, tokens: burst}
}

// take tells whether one more may pass now.
func (b *bucket) take(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.last.IsZero() {
		if passed := now.Sub(b.last); passed > 0 {
			b.tokens = min(b.burst, b.tokens+passed.Seconds()*b.rate)
		}
	}
	b.last = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
