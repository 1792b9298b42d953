package supervision

import (
	"cmp"
	"context"
	"time"

	"github.com/understudy-go/understudy/actor"
)

const (
	defaultHealthInterval  = 30 * time.Second
	defaultHealthTimeout   = 5 * time.Second
	defaultHealthThreshold = 3
)

// HealthCheck has a running child asked how it fares, again and again. The zero
// HealthCheck is valid.
//
// An answer that the child has failed counts, and so does none within Timeout; a
// healthy one sets the count back to zero, a degraded one only makes an event.
// When the count reaches Threshold the child is stopped and its end taken for a
// failure with a [*HealthError], which its restart type, its rules and the
// limits decide on like on any other. It has the time of its shutdown policy to
// stop, [Infinity] standing for Timeout here; after that it is abandoned.
type HealthCheck struct {
	// Interval is the time from an answer, from the end of the time for one that
	// has not come, or from the child's start, to the next question. Zero means
	// 30 s.
	Interval time.Duration
	// Timeout is how long an answer may take. Zero means 5 s.
	Timeout time.Duration
	// Threshold is how many failed checks, with no healthy one between them,
	// mean that the child has failed. Zero means 3.
	Threshold int
	// Check, if set, is asked instead of the child, on a goroutine of its own;
	// ctx is done after Timeout. A panic in it counts as a failed check. As long
	// as a call has not returned no other one is made, and the checks that are
	// due meanwhile have failed.
	//
	// Nil means that the child is asked, if it is an [actor.Checker]; other
	// children are taken for healthy.
	Check func(ctx context.Context) actor.Health
}

// resolved returns the check with its defaults filled in; nil stays nil.
func (h *HealthCheck) resolved() *HealthCheck {
	if h == nil {
		return nil
	}
	return &HealthCheck{
		Interval:  cmp.Or(h.Interval, defaultHealthInterval),
		Timeout:   cmp.Or(h.Timeout, defaultHealthTimeout),
		Threshold: cmp.Or(h.Threshold, defaultHealthThreshold),
		Check:     h.Check,
	}
}
