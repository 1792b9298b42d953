package supervision

import (
	"math"
	"time"

	"github.com/understudy-go/understudy/actor"
)

// Shutdown says how long a child is given to stop. Values can be compared.
// The zero value takes what the supervisor's [Defaults] say; if they say
// nothing, a child has 5 seconds, and a child that is a supervisor has
// [Infinity], because its own children's times add up below it.
type Shutdown time.Duration

const (
	// Immediate gives a child no time: what it does at that moment is
	// abandoned. The stop hook of an idle child still runs.
	Immediate Shutdown = -1
	// Infinity waits for the child as long as it takes. A deadline for the
	// whole tree still holds.
	Infinity = Shutdown(actor.Forever)

	// refused stands for a duration that no policy can have; Validate finds it.
	refused Shutdown = math.MinInt64
	// defaultShutdown is a worker's time to stop.
	defaultShutdown = Shutdown(5 * time.Second)
)

// Graceful gives a child d to stop before it is abandoned. A duration of zero
// or less makes a Shutdown that Validate refuses; say [Immediate] instead.
func Graceful(d time.Duration) Shutdown {
	if d <= 0 {
		return refused
	}
	return Shutdown(d)
}

// String returns "inherit", "immediate", "infinity", or the time given.
func (s Shutdown) String() string {
	switch {
	case s == 0:
		return "inherit"
	case s == Immediate:
		return "immediate"
	case s == Infinity:
		return "infinity"
	case !s.valid():
		return "invalid"
	}
	return "graceful(" + time.Duration(s).String() + ")"
}

// within is the policy as the time that a stop action carries.
func (s Shutdown) within() time.Duration { return max(0, time.Duration(s)) }

func (s Shutdown) valid() bool { return s >= Immediate }
