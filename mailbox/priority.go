package mailbox

import "sync"

// A Priority is a queue without a bound whose elements leave in the order of their
// priorities, the largest first; those of one priority in the order in which they
// came. Elements of a low priority may wait for ever while others come.
//
// Make one with [NewPriority]. Any number of goroutines may offer and take. It must
// not be copied after first use. Offer and Take cost a time that grows with the
// logarithm of the number queued.
type Priority[T any] struct {
	of func(T) int

	mu       sync.Mutex
	queue    ranking[T] // protected by mu
	enqueued uint64     // protected by mu
	dequeued uint64     // protected by mu
	peak     int        // protected by mu
}

// keepRanked is the number of elements for which a queue that is empty keeps room.
const keepRanked = 64

// NewPriority returns an empty queue. of is called once for each element, by the
// goroutine that offers it.
func NewPriority[T any](of func(T) int) *Priority[T] { return &Priority[T]{of: of} }

// Offer stores v. The outcome is always [Accepted].
func (p *Priority[T]) Offer(v T) (outcome Outcome, evicted T) {
	priority := p.of(v)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queue.push(ranked[T]{priority, p.enqueued, v})
	p.enqueued++
	p.peak = max(p.peak, len(p.queue))
	return Accepted, evicted
}

// C returns nil: nobody has to wait.
func (p *Priority[T]) C() chan<- T { return nil }

// Take removes and returns the element that is next, or returns false if there is
// none. It waits for nothing but its turn.
func (p *Priority[T]) Take() (v T, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queue) == 0 {
		return v, false
	}
	v = p.queue.pop()
	p.dequeued++
	if len(p.queue) == 0 && cap(p.queue) > keepRanked {
		p.queue = nil
	}
	return v, true
}

// Len returns the number of elements queued.
func (p *Priority[T]) Len() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.queue)
}

// Cap returns zero: there is no bound.
func (p *Priority[T]) Cap() int { return 0 }

// Stats returns the queue's counters, exactly. Capacity is zero.
func (p *Priority[T]) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return Stats{Enqueued: p.enqueued, Dequeued: p.dequeued, Depth: len(p.queue), MaxDepth: p.peak}
}

// ranked is an element in a heap.
type ranked[T any] struct {
	priority int
	number   uint64 // of its arrival
	v        T
}

func (r *ranked[T]) before(other *ranked[T]) bool {
	if r.priority != other.priority {
		return r.priority > other.priority
	}
	return r.number < other.number
}

// A ranking is a binary heap. That of package container/heap would put each element
// into an interface, which allocates.
type ranking[T any] []ranked[T]

func (r *ranking[T]) push(x ranked[T]) {
	*r = append(*r, x)
	h := *r
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h[i].before(&h[up]) {
			return
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
}

func (r *ranking[T]) pop() T {
	h := *r
	v, last := h[0].v, len(h)-1
	h[0], h[last] = h[last], ranked[T]{}
	h = h[:last]
	*r = h
	for i := 0; ; {
		down := 2*i + 1
		if down+1 < last && h[down+1].before(&h[down]) {
			down++
		}
		if down >= last || !h[down].before(&h[i]) {
			return v
		}
		h[i], h[down] = h[down], h[i]
		i = down
	}
}
