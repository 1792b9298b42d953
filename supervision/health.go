package supervision

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
