package mailbox

import "fmt"

// Kind says how much a mailbox can hold.
type Kind uint8

const (
	// Bounded mailboxes hold as many elements as their capacity says. It is the
	// zero value: what has no bound ends by taking all the memory there is.
	Bounded Kind = iota

	// NoBound mailboxes hold whatever comes; see [Unbounded].
	NoBound
)

// String returns the kind in words.
func (k Kind) String() string {
	switch k {
	case Bounded:
		return "bounded"
	case NoBound:
		return "no bound"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}
