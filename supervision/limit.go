package supervision

import (
	"fmt"
	"math"
	"time"

	"github.com/understudy-go/understudy/actor"
)

const (
	defaultRestarts = 5
	defaultWindow   = 60 * time.Second
)

// Limit bounds how many restarts a supervisor makes within a sliding window
// before it gives up and ends itself. The zero value allows 5 in 60 seconds;
// [AtMost] makes any other, none at all included.
//
// A unit is one decision to restart, whether it concerns one child or a group,
// and whether the restart then succeeds or fails. Restarts asked for by hand,
// failed starts of children added at run time, and ends after which nothing is
// restarted are not counted. A restart that is exactly as old as the window is
// long still counts.
type Limit struct {
	n   int
	per time.Duration
	set bool
}

// AtMost allows n restarts within any window of length per. AtMost(0, d)
// allows none. With [actor.Forever] the limit holds for the supervisor's
// lifetime. A negative n, or a window that is not positive, is refused by
// Validate.
func AtMost(n int, per time.Duration) Limit { return Limit{n: n, per: per, set: true} }

// Unlimited allows any number of restarts. It is for children with a Backoff that
// are to be tried for as long as it takes: without one, a child that fails at once
// is restarted without end.
func Unlimited() Limit { return AtMost(math.MaxInt, actor.Forever) }

// Restarts returns how many restarts the limit allows in its window.
func (l Limit) Restarts() int {
	if !l.set {
		return defaultRestarts
	}
	return l.n
}

// Window returns the length of the window.
func (l Limit) Window() time.Duration {
	if !l.set {
		return defaultWindow
	}
	return l.per
}

// String returns the limit in words, such as "5 per 1m0s".
func (l Limit) String() string {
	if l.Window() == actor.Forever {
		return fmt.Sprintf("%d ever", l.Restarts())
	}
	return fmt.Sprintf("%d per %v", l.Restarts(), l.Window())
}
