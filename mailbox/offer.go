package mailbox

import "context"

// Offer stores v if it can do so without waiting, and otherwise does what the
// mailbox's [Overflow] policy says. It never blocks, and it allocates nothing
// but the buffer, once.
//
// The outcome tells what became of v. The second result is the zero value
// unless the outcome is [DroppedOldest]: then it is the element that was
// evicted, and the caller is the only one who still holds it. A call evicts
// one element at most, however many producers there are.
func (m *Mailbox[T]) Offer(v T) (outcome Outcome, evicted T) {
	ch := m.channel()
	if m.overflow == DropOldest {
		return m.offerFresh(ch, v)
	}
	select {
	case ch <- v:
		return Accepted, evicted
	default:
		return m.full(), evicted
	}
}

// Put stores v, waiting for room if the policy is [Block], and otherwise does
// what [Mailbox.Offer] does.
//
// The error is nil unless the outcome is [Rejected]. It is [ErrFull] if the
// policy is [Reject], and the cause of ctx, as [context.Cause] has it, if ctx
// was done before there was room. An element that [DropNewest] discards is
// no error: the user asked for that. Put looks at ctx only if it has to wait.
func (m *Mailbox[T]) Put(ctx context.Context, v T) (outcome Outcome, evicted T, err error) {
	outcome, evicted = m.Offer(v)
	switch outcome {
	case Full:
		outcome, err = m.wait(ctx, v)
	case Rejected:
		err = ErrFull
	}
	return outcome, evicted, err
}

// C returns the channel into which a waiting producer sends, for use in a
// select with whatever else it waits for. The send does what a successful Put
// does, and is counted like one; a select that goes another way leaves no
// trace in the mailbox.
//
// Only under [Block] is there anything to wait for. Under any other policy
// C returns nil, a channel that is never ready.
func (m *Mailbox[T]) C() chan<- T {
	if m.overflow != Block {
		return nil
	}
	return m.channel()
}

// wait sends v when there is room, or gives up when ctx is done.
func (m *Mailbox[T]) wait(ctx context.Context, v T) (Outcome, error) {
	select {
	case m.buffer <- v:
		return Accepted, nil
	case <-ctx.Done():
		m.overflowed.Add(1)
		return Rejected, context.Cause(ctx)
	}
}

// full accounts for an element that found no room and will not be stored now.
func (m *Mailbox[T]) full() Outcome {
	m.raise(m.Cap())
	switch m.overflow {
	case Reject:
		m.overflowed.Add(1)
		return Rejected
	case DropNewest:
		m.overflowed.Add(1)
		return DroppedNewest
	default:
		return Full
	}
}

// offerFresh is Offer under DropOldest.
//
// Every send of such a mailbox is made here, with mu held: C is nil, and Put
// never gets as far as to wait. So while mu is held elements can only leave.
// Once there is room it stays, the last send below cannot block, and no call
// has to evict twice.
//
// The alternative, to evict and send in a loop without a lock, lets a second
// producer slip into the room that the first has made. The first then evicts
// again, and has several elements to return.
func (m *Mailbox[T]) offerFresh(ch chan T, v T) (outcome Outcome, evicted T) {
	m.mu.Lock()
	defer m.mu.Unlock()
	select {
	case ch <- v:
		return Accepted, evicted
	default:
	}
	m.raise(m.Cap())
	select {
	case evicted = <-ch:
		m.overflowed.Add(1)
		outcome = DroppedOldest
	default: // the consumer has taken everything in between
	}
	ch <- v
	return outcome, evicted
}
