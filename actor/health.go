package actor

import "context"

// Health is how a child says it fares. The zero value is [Healthy]. Values can
// be compared.
type Health struct {
	level  healthLevel
	reason string
}

type healthLevel uint8

const (
	healthy healthLevel = iota
	degraded
	failed
)

// Healthy is the health of a child with nothing to complain of.
var Healthy Health

// Degraded is the health of a child that works, but not as well as it should.
func Degraded(reason string) Health { return Health{degraded, reason} }

// Failed is the health of a child that does not work.
func Failed(reason string) Health { return Health{failed, reason} }

// IsHealthy reports whether there is nothing to complain of.
func (h Health) IsHealthy() bool { return h.level == healthy }

// IsFailed reports whether the child does not work.
func (h Health) IsFailed() bool { return h.level == failed }

// Reason returns what is wrong, empty if nothing is.
func (h Health) Reason() string { return h.reason }

// String returns "healthy", or what is wrong.
func (h Health) String() string {
	switch h.level {
	case degraded:
		return "degraded: " + h.reason
	case failed:
		return "failed: " + h.reason
	}
	return "healthy"
}

// A Checker is a child that can be asked how it fares. Check never blocks: the
// answer is given to report, once, on whatever goroutine, or never if the child
// is stuck, has ended or is about to, or if ctx is done first. report does not
// block either.
//
// *Process is one. The question travels in the actor's control lane and is
// answered between two messages, so that an actor which does not come back from
// Receive gives no answer. What it answers is up to the actor, see
// [HealthReporter].
type Checker interface {
	Check(ctx context.Context, report func(Health))
}

// A HealthReporter is an actor that says how it fares; every other one that
// handles messages is healthy. Health is called like Receive, between two
// messages, and should return soon. ctx is the incarnation's, and ends with
// that of the question as well. A panic in Health is the answer [Failed], and
// the actor goes on.
type HealthReporter interface {
	Health(ctx context.Context) Health
}
