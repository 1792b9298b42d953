package mailbox

// Stats is what has gone through a mailbox since it was made, and what it
// holds now.
//
// Enqueued = Dequeued + DroppedOldest + Depth holds in every Stats: Enqueued
// is not counted but computed, which spares producers a shared counter. So
// while elements are being removed it may be short by those that have left
// the queue and are not yet counted, at most one for each goroutine inside
// Take, Receive, or an Offer or Put that evicts; and under heavy traffic also
// by those removed while Stats itself was reading. It may therefore be lower
// than it was a moment earlier. The other counters only grow. All are exact
// whenever no other method is running.
//
// MaxDepth is looked at now and then, not kept on every Offer. It is never
// more than the mailbox has held, and Capacity once the mailbox has been full
// when an element arrived; short of that it may be up to eight too low.
type Stats struct {
	Enqueued      uint64 // elements stored, also those evicted since
	Dequeued      uint64 // elements removed by Take and Receive
	Rejected      uint64 // elements refused: outcome Rejected
	DroppedNewest uint64 // elements discarded on arrival: outcome DroppedNewest
	DroppedOldest uint64 // elements evicted: outcome DroppedOldest

	Depth    int // elements queued now
	MaxDepth int // the largest depth seen; see above
	Capacity int // the largest depth there can be
}

// Stats returns the mailbox's counters. It stops neither producers nor
// consumers.
func (m *Mailbox[T]) Stats() Stats {
	dequeued, overflowed, depth := m.account()
	m.raise(depth)
	s := Stats{
		Dequeued: dequeued,
		Depth:    depth,
		MaxDepth: int(m.peak.Load()),
		Capacity: m.Cap(),
	}
	switch m.overflow {
	case Block, Reject:
		s.Rejected = overflowed
	case DropNewest:
		s.DroppedNewest = overflowed
	case DropOldest:
		s.DroppedOldest = overflowed
	}
	s.Enqueued = s.Dequeued + s.DroppedOldest + uint64(s.Depth)
	return s
}

// account reads the counters and the depth of one moment: if both counters
// are the same after the depth was read as before, nothing that is counted
// left in between. A busy consumer can make it fail, but rarely four times:
// an account is several times shorter than a Take.
func (m *Mailbox[T]) account() (dequeued, overflowed uint64, depth int) {
	for range 4 {
		dequeued, overflowed = m.dequeued.Load(), m.overflowed.Load()
		depth = m.Len()
		if m.dequeued.Load() == dequeued && m.overflowed.Load() == overflowed {
			break
		}
	}
	return dequeued, overflowed, depth
}

// raise makes peak at least depth. While the mailbox does not set a new
// record, this is a load and a comparison.
func (m *Mailbox[T]) raise(depth int) {
	if d := int64(depth); d > m.peak.Load() {
		m.raiseTo(d)
	}
}

func (m *Mailbox[T]) raiseTo(depth int64) {
	for {
		peak := m.peak.Load()
		if depth <= peak || m.peak.CompareAndSwap(peak, depth) {
			return
		}
	}
}
