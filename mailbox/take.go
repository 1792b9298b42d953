package mailbox

import "context"

// Take removes and returns the element that has been queued longest, or
// returns false if there is none. It never blocks.
func (m *Mailbox[T]) Take() (v T, ok bool) {
	if !m.ready.Load() {
		return v, false
	}
	select {
	case v = <-m.buffer:
		m.took()
		return v, true
	default:
		return v, false
	}
}

// Receive removes and returns the element that has been queued longest, and
// waits for one if there is none. If ctx is done first, it returns the cause
// of ctx, as [context.Cause] has it.
//
// Elements come before ctx: Receive fails only if ctx is done and the mailbox
// is empty after that. So a consumer that receives until the first error has
// left nothing behind that was there when ctx ended.
func (m *Mailbox[T]) Receive(ctx context.Context) (T, error) {
	if v, ok := m.Take(); ok {
		return v, nil
	}
	select {
	case v := <-m.channel():
		m.took()
		return v, nil
	case <-ctx.Done():
		// An element may have come at the same time, and select picks at random.
		v, ok := m.Take()
		if ok {
			return v, nil
		}
		return v, context.Cause(ctx)
	}
}

// took accounts for an element that was removed, and at every eighth looks at
// the depth: that keeps MaxDepth within eight of the truth, because between
// two looks no more than that can leave, and costs producers nothing. To look
// every time would make an Offer and a Take a tenth slower.
func (m *Mailbox[T]) took() {
	if m.dequeued.Add(1)%8 == 0 {
		m.raise(len(m.buffer))
	}
}
