package mailbox

import "fmt"

// Outcome is what became of an element that was offered.
type Outcome uint8

const (
	// Accepted means the element is in the mailbox and nothing left it for that.
	Accepted Outcome = iota

	// Full means the mailbox is full, its policy is [Block], and the element
	// was not stored. Nothing has been decided or counted: the caller still
	// holds the element and may wait with [Mailbox.Put] or [Mailbox.C], or
	// give up. Only [Mailbox.Offer] has this outcome.
	Full

	// Rejected means the element was refused and not stored: by [Reject], or
	// under [Block] because the context of a [Mailbox.Put] was done first.
	Rejected

	// DroppedNewest means the element itself was discarded, by [DropNewest].
	DroppedNewest

	// DroppedOldest means the element is in the mailbox and an older one was
	// evicted for it, by [DropOldest].
	DroppedOldest
)

// Stored reports whether the offered element is in the mailbox.
func (o Outcome) Stored() bool { return o == Accepted || o == DroppedOldest }

// String returns the outcome in words, such as "dropped oldest".
func (o Outcome) String() string {
	switch o {
	case Accepted:
		return "accepted"
	case Full:
		return "full"
	case Rejected:
		return "rejected"
	case DroppedNewest:
		return "dropped newest"
	case DroppedOldest:
		return "dropped oldest"
	}
	return fmt.Sprintf("Outcome(%d)", uint8(o))
}
