package supervision

import "time"

const (
	defaultBackoffBase = 100 * time.Millisecond
	defaultBackoffMax  = 60 * time.Second
	// backoffDoublings is after how many restarts the delay stops growing.
	backoffDoublings = 10
)

// Backoff delays the restarts of a child that keeps failing: twice as long each
// time, until it has run stably for a while. A child has none unless its spec
// or its supervisor's [Defaults] ask for it.
//
// A delayed restart counts against the limits as every other does, from the
// moment when it is decided. So a limit must allow for the delays, which are
// short at first: with the default limit, and the default delays, a supervisor
// gives up three seconds after a child began to fail.
type Backoff struct {
	// Base is the first delay. Zero means 100 ms.
	Base time.Duration
	// Max bounds the delay. Zero means 60 s.
	Max time.Duration
	// Jitter is the share of each delay that is left to chance, from 0 to 1:
	// at 0.2 a delay of 10 s falls between 9 s and 11 s. It never leaves the
	// range from Base to Max. Zero means none.
	Jitter float64
	// ResetAfter is how long the child must run after a restart until the next
	// delay is Base again. Zero means (Base+Max)/2.
	ResetAfter time.Duration
}

// Delay returns the delay before the restart that follows n others:
// Base × 2ⁿ, bounded by Max, with n taken as 10 at most and without jitter.
func (b Backoff) Delay(n int) time.Duration {
	base, limit := b.base(), b.max()
	n = min(max(n, 0), backoffDoublings)
	// Compared before the shift: what would overflow is beyond Max too.
	if base > limit>>n {
		return limit
	}
	return base << n
}

// spread is Delay with its jitter: uniform over the part of the random range
// that lies between Base and Max. chance lies in [0, 1).
func (b Backoff) spread(n int, chance float64) time.Duration {
	d := b.Delay(n)
	if b.Jitter == 0 {
		return d
	}
	half := time.Duration(float64(d) * b.Jitter / 2)
	low := max(b.base(), d-half)
	// Written as a distance from Max, for d+half may not fit.
	high := b.max()
	if high-d > half {
		high = d + half
	}
	if high <= low {
		return d
	}
	return low + time.Duration(float64(high-low)*chance)
}

func (b Backoff) base() time.Duration {
	if b.Base == 0 {
		return defaultBackoffBase
	}
	return b.Base
}

func (b Backoff) max() time.Duration {
	if b.Max == 0 {
		return defaultBackoffMax
	}
	return b.Max
}

func (b Backoff) resetAfter() time.Duration {
	if b.ResetAfter == 0 {
		// Halved first: the sum may not fit.
		return b.base()/2 + b.max()/2
	}
	return b.ResetAfter
}
