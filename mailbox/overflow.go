package mailbox

import "fmt"

// Overflow is what a mailbox does with an element that finds it full.
type Overflow uint8

const (
	// Block lets the producer wait: [Mailbox.Put] waits until there is room
	// or its context is done, and [Mailbox.Offer], which never waits, answers
	// [Full]. It is the zero value, because it loses nothing.
	Block Overflow = iota

	// Reject refuses the element and tells the producer.
	Reject

	// DropNewest discards the arriving element.
	DropNewest

	// DropOldest evicts the element that has been queued longest, hands it to
	// the producer, and stores the arriving one. It may do so although the
	// consumer has made room after the producer found none, and the consumer may
	// find the mailbox without either of them in between.
	DropOldest
)

// String returns the policy in words, such as "drop oldest".
func (o Overflow) String() string {
	switch o {
	case Block:
		return "block"
	case Reject:
		return "reject"
	case DropNewest:
		return "drop newest"
	case DropOldest:
		return "drop oldest"
	}
	return fmt.Sprintf("Overflow(%d)", uint8(o))
}
