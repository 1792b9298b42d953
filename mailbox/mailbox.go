package mailbox

import (
	"cmp"
	"fmt"
	"sync"
	"sync/atomic"
)

// A Mailbox is a bounded first-in, first-out queue with a policy for what
// happens when it is full. Make one with [New]; the zero Mailbox is ready
// for use too and is the one that the zero [Config] describes.
//
// A Mailbox must not be copied after first use.
type Mailbox[T any] struct {
	// Read for every element that comes in or goes out, and written once.
	//
	// ready is set, under mu, after buffer is. A goroutine that loads true
	// may read buffer without holding mu: the store synchronizes before the
	// load.
	ready    atomic.Bool
	overflow Overflow
	buffer   chan T // never closed

	capacity int // zero means DefaultCapacity; set by New and never changed

	// mu protects the allocation of buffer. Under DropOldest it is held for
	// every send as well: see offerFresh.
	mu sync.Mutex

	// overflowed counts the elements that were refused, discarded or evicted.
	// A mailbox has one policy for life, and that says which of these it is.
	overflowed atomic.Uint64

	// The consumer writes dequeued for every element it takes. The padding
	// puts it 64 bytes after what every producer reads, or each side would
	// wait for the other's cache line.
	_ [24]byte

	dequeued atomic.Uint64
	peak     atomic.Int64 // the largest depth seen, written only to make it larger
}

// New returns an empty mailbox. Its error, if any, is that of
// [Config.Validate], or says that a Mailbox has a bound.
func New[T any](c Config) (*Mailbox[T], error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.Kind != Bounded {
		return nil, fmt.Errorf("%w: Kind: New makes bounded ones, NewQueue any", ErrInvalidConfig)
	}
	return &Mailbox[T]{capacity: c.Capacity, overflow: c.Overflow}, nil
}

// Len returns the number of elements queued. Producers that wait in Put or
// on C are not counted.
func (m *Mailbox[T]) Len() int {
	if !m.ready.Load() {
		return 0
	}
	return len(m.buffer)
}

// Cap returns the number of elements the mailbox holds when it is full.
func (m *Mailbox[T]) Cap() int { return cmp.Or(m.capacity, DefaultCapacity) }

// Overflow returns what the mailbox does when it is full.
func (m *Mailbox[T]) Overflow() Overflow { return m.overflow }

// channel returns the buffer and allocates it on first use.
//
// After that it costs one atomic load. A sync.Once would load as little, but
// the function passed to Do would be allocated anew for every element.
func (m *Mailbox[T]) channel() chan T {
	if !m.ready.Load() {
		m.allocate()
	}
	return m.buffer
}

func (m *Mailbox[T]) allocate() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.ready.Load() {
		m.buffer = make(chan T, m.Cap())
		m.ready.Store(true)
	}
}
