package monitoring

// Monitor records events of one type. All methods may be called at once from
// any goroutine.
//
// The framework calls Record of a Memory, and of a Tee of such, on the
// goroutine on which the event happened, so that it can be seen at once. Any
// other monitor is fed by a goroutine of the Telemetry: it may block or panic
// without holding up or failing an actor; what then does not fit into the
// queue is counted and lost.
type Monitor[E Event] interface {
	// Record takes note of an event.
	Record(event E)
	// Snapshot returns what has been recorded since the last Reset.
	Snapshot() Snapshot[E]
	// Reset forgets everything recorded so far.
	Reset()
}

// Snapshot is what a Monitor had recorded at one moment. Its slice is the
// caller's to keep.
type Snapshot[E Event] struct {
	Counts Counts
	Recent []E // oldest first
}

// Counts is a number of events for each severity.
type Counts [severities]uint64

// Of returns how many events of a severity there were.
func (c Counts) Of(s Severity) uint64 {
	if int(s) >= len(c) {
		return 0
	}
	return c[s]
}

// AtLeast returns how many events of a severity, or of a higher one, there were.
func (c Counts) AtLeast(s Severity) uint64 {
	var n uint64
	for i := int(s); i < len(c); i++ {
		n += c[i]
	}
	return n
}

// Total returns how many events there were.
func (c Counts) Total() uint64 { return c.AtLeast(0) }

// Monitors is the set of monitors of an actor system. A nil one is off, and
// costs nothing; so does a Noop.
type Monitors struct {
	Supervision Monitor[SupervisionEvent]
	Actor       Monitor[ActorEvent]
	Mailbox     Monitor[MailboxEvent]
	System      Monitor[SystemEvent]
	Topic       Monitor[TopicEvent]
}

// Noop is a monitor that records nothing.
type Noop[E Event] struct{}

// Record does nothing.
func (Noop[E]) Record(E) {}

// Snapshot returns an empty snapshot.
func (Noop[E]) Snapshot() Snapshot[E] { return Snapshot[E]{} }

// Reset does nothing.
func (Noop[E]) Reset() {}
