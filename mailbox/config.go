package mailbox

import (
	"errors"
	"fmt"
)

const (
	// DefaultCapacity is the capacity of a mailbox whose Config names none.
	DefaultCapacity = 64

	// MaxCapacity is the largest capacity that Validate lets pass. A
	// mailbox's buffer is allocated whole: at this bound one word an element
	// makes 128 MiB, and a larger figure is far more often a slip than a wish.
	MaxCapacity = 1 << 24
)

// A Config says how large a mailbox is and what it does when it is full.
// The zero value is valid.
type Config struct {
	// Kind is whether there is a bound at all. Zero means Bounded. With NoBound
	// the other fields must be zero.
	Kind Kind

	// Capacity is the number of elements the mailbox holds.
	// Zero means DefaultCapacity; negative is invalid, for a mailbox that
	// holds nothing cannot be offered anything.
	Capacity int

	// Overflow is what happens to an element that finds the mailbox full.
	// Zero means Block.
	Overflow Overflow
}

// Validate reports every field that cannot be used, joined into one error
// that wraps [ErrInvalidConfig], or nil.
func (c Config) Validate() error {
	var kind, capacity, overflow error
	switch {
	case c.Kind > NoBound:
		kind = fmt.Errorf("%w: Kind: %v is not a kind", ErrInvalidConfig, c.Kind)
	case c.Kind == NoBound && c.Overflow != 0:
		kind = fmt.Errorf("%w: Overflow: nothing overflows without a bound", ErrInvalidConfig)
	}
	switch {
	case c.Kind == NoBound && c.Capacity != 0:
		capacity = fmt.Errorf("%w: Capacity: there is none without a bound", ErrInvalidConfig)
	case c.Capacity < 0:
		capacity = fmt.Errorf("%w: Capacity: %d is negative", ErrInvalidConfig, c.Capacity)
	case c.Capacity > MaxCapacity:
		capacity = fmt.Errorf("%w: Capacity: %d is more than %d", ErrInvalidConfig, c.Capacity, MaxCapacity)
	}
	if c.Overflow > DropOldest {
		overflow = fmt.Errorf("%w: Overflow: %v is not a policy", ErrInvalidConfig, c.Overflow)
	}
	return errors.Join(kind, capacity, overflow)
}
