package mailbox

import (
	"sync"
	"sync/atomic"
)

// An Unbounded is a first-in, first-out queue without a bound: nobody is ever made
// to wait or refused, and memory is the only limit. It is for those who can neither
// wait nor lose anything, and know from elsewhere that not too much will come.
//
// Any number of goroutines may offer; one at a time may take. The zero Unbounded is
// ready for use. It must not be copied after first use.
//
// Elements stand in rings: a small one at first, and behind one that is full a
// large one. A Take that finds nothing leaves the small one at most; an Unbounded that
// never holds more than that fits allocates nothing.
//
// # Synchronization
//
// Producers have mu, write the element into the last ring, and then set stored,
// which is how many elements there have been. The consumer has no lock: it looks
// whether stored is more than what it has taken, and then reads the element, so that
// it reads what was written before. It sets taken when it has, and a producer writes
// into that place only when it has seen taken. All rings are given up only while all
// elements have been taken, with mu held.
//
// Each side remembers what it has seen of the other's counter, and looks again when
// that is not enough. So a consumer that is behind takes a batch without touching
// what producers write, and they fill a ring without touching what it writes.
type Unbounded[T any] struct {
	// The producers' side.
	mu     sync.Mutex
	last   *ring[T]      // protected by mu
	spare  *ring[T]      // protected by mu: a large one that has been taken empty
	stored atomic.Uint64 // written with mu held
	left   uint64        // protected by mu: what taken was when a producer last looked
	peak   atomic.Int64  // written with mu held: the largest depth seen

	_ [16]byte // the consumer writes what follows for every element

	// The consumer's side.
	taken atomic.Uint64
	known uint64                  // owned by the consumer: what stored was when it last looked
	first atomic.Pointer[ring[T]] // written by the consumer, and by a producer when there is none
}

// A ring holds elements from number base on, up to the base of the next one, at
// their numbers modulo its size.
type ring[T any] struct {
	base uint64
	next atomic.Pointer[ring[T]]
	at   []T
}

const (
	smallRing = 16
	largeRing = 256
)

// Offer stores v. The outcome is always [Accepted].
func (u *Unbounded[T]) Offer(v T) (outcome Outcome, evicted T) {
	u.mu.Lock()
	defer u.mu.Unlock()
	n, r := u.stored.Load(), u.last
	if r == nil || n-max(r.base, u.left) == uint64(len(r.at)) {
		r = u.room(n)
	}
	r.at[n%uint64(len(r.at))] = v
	u.stored.Store(n + 1)
	return Accepted, evicted
}

// room returns the ring for element n, for which the last one seems to have no room.
// Called with mu held.
func (u *Unbounded[T]) room(n uint64) *ring[T] {
	u.seen(n)
	if r := u.last; r != nil && n-max(r.base, u.left) < uint64(len(r.at)) {
		return r
	}
	if u.last == nil {
		u.last = &ring[T]{base: n, at: make([]T, smallRing)}
		u.first.Store(u.last)
		return u.last
	}
	r := u.spare
	u.spare = nil
	if r == nil {
		r = &ring[T]{at: make([]T, largeRing)}
	}
	r.base = n
	u.last.next.Store(r)
	u.last = r
	return r
}

// seen looks at what has been taken, and notes the depth when n elements have been
// stored. Called with mu held.
func (u *Unbounded[T]) seen(n uint64) {
	u.left = u.taken.Load()
	u.peak.Store(max(u.peak.Load(), int64(n-u.left)))
}

// C returns nil: nobody has to wait.
func (u *Unbounded[T]) C() chan<- T { return nil }

// Take removes and returns the element that has been queued longest, or returns
// false if there is none. It never blocks. Only one goroutine at a time may take.
func (u *Unbounded[T]) Take() (v T, ok bool) {
	n := u.taken.Load()
	if u.known == n && !u.more() {
		u.shrink(n)
		return v, false
	}
	r := u.first.Load()
	if next := r.next.Load(); next != nil && next.base == n {
		r = u.leave(r, next)
	}
	var none T
	at := &r.at[n%uint64(len(r.at))]
	v, *at = *at, none
	u.taken.Store(n + 1)
	return v, true
}

// more looks whether more elements have been stored than the consumer knows of.
func (u *Unbounded[T]) more() bool {
	known := u.known
	u.known = u.stored.Load()
	return u.known > known
}

// leave goes on to the next ring after r, which has been taken empty.
func (u *Unbounded[T]) leave(r, next *ring[T]) *ring[T] {
	u.first.Store(next)
	u.mu.Lock()
	defer u.mu.Unlock()
	u.seen(u.stored.Load())
	if len(r.at) == largeRing {
		r.next.Store(nil)
		u.spare = r
	}
	return next
}

// shrink gives a large ring up if all elements, n of them, have been taken.
func (u *Unbounded[T]) shrink(n uint64) {
	if r := u.first.Load(); r == nil || len(r.at) < largeRing {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.stored.Load() == n {
		u.last, u.spare = nil, nil
		u.first.Store(nil)
	}
}

// Len returns the number of elements queued.
func (u *Unbounded[T]) Len() int {
	taken := u.taken.Load() // first: so it is never more than what was stored
	return int(u.stored.Load() - taken)
}

// Cap returns zero: there is no bound.
func (u *Unbounded[T]) Cap() int { return 0 }

// Stats returns the queue's counters. It stops the consumer at no time. MaxDepth
// is looked at when a ring is full or empty, and by Stats: short of that it may
// be too low by what fits into a ring. Capacity is zero.
func (u *Unbounded[T]) Stats() Stats {
	u.mu.Lock()
	defer u.mu.Unlock()
	stored := u.stored.Load()
	u.seen(stored)
	taken := u.taken.Load()
	return Stats{Enqueued: stored, Dequeued: taken, Depth: int(stored - taken), MaxDepth: int(u.peak.Load())}
}
