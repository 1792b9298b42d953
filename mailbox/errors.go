package mailbox

import "errors"

var (
	// ErrInvalidConfig is wrapped by every error that [Config.Validate] and
	// [New] return. The text of the error names the field.
	ErrInvalidConfig = errors.New("mailbox: invalid config")

	// ErrFull is returned by [Mailbox.Put] when the mailbox is full and its
	// policy is [Reject].
	ErrFull = errors.New("mailbox: full")
)
