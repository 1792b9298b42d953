package monitoring

import (
	"strconv"
	"sync/atomic"

	"github.com/google/uuid"
)

// ID names one thing of one run of an actor system: the system itself, or an
// actor in it. No two IDs made by IDs are equal, also across processes. IDs
// can be compared and used as map keys; the zero ID names nothing.
type ID struct {
	system   uuid.UUID
	sequence uint64
}

// IsZero tells whether the ID names nothing.
func (id ID) IsZero() bool { return id == ID{} }

// Sequence returns the ID's number within its system, in the order in which
// they were made. The system itself has number zero.
func (id ID) Sequence() uint64 { return id.sequence }

// String returns the system's UUID and, unless it is zero, the sequence
// number after a dash. It returns the empty string for the zero ID.
func (id ID) String() string {
	if id.IsZero() {
		return ""
	}
	if id.sequence == 0 {
		return id.system.String()
	}
	return id.system.String() + "-" + strconv.FormatUint(id.sequence, 10)
}

// MarshalText returns the same text as String.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// IDs makes the IDs of one actor system. Only making the source needs random
// numbers; each further ID costs one atomic addition.
type IDs struct {
	system uuid.UUID
	last   atomic.Uint64
}

// NewIDs returns a source of IDs with a UUID of its own.
func NewIDs() *IDs { return &IDs{system: uuid.New()} }

// System returns the ID of the system itself.
func (s *IDs) System() ID { return ID{system: s.system} }

// ID returns the ID whose number is sequence, one of those that Next has made.
func (s *IDs) ID(sequence uint64) ID { return ID{system: s.system, sequence: sequence} }

// Next returns an ID that has not been returned before.
func (s *IDs) Next() ID { return ID{system: s.system, sequence: s.last.Add(1)} }
