package actor

import "context"

// A wait is one handler that is about to block on another actor: for the
// answer to an ask, or for room in a full mailbox. Only then is it made. Each
// actor has at most one, so that the waits form chains, and a chain that leads
// back to its start is a deadlock: each of its members handles one message at
// a time and will not get to the next.
type wait struct {
	caller *caller
	call   uint64 // the caller's call of user code; another one means the wait is over
	to     *core
	ask    ask // the question, or nil for a full mailbox

	// probes takes the question "are you still blocked?" of another handler
	// that believes to have found a deadlock; closing what was sent says yes.
	// Nobody but the blocked goroutine itself can tell: its send may have gone
	// through without it having run since.
	probes chan chan struct{}
	ended  chan struct{} // closed when the wait is over
	passed bool          // the message went through; owned by the waiting goroutine
}

// newWait notes that the handler which ctx belongs to is about to wait for an
// actor. It returns nil for callers that are not handlers, and for goroutines
// that a handler has left behind.
func newWait(ctx context.Context, to *core, q ask) *wait {
	caller := callerOf(ctx)
	if caller == nil || to == nil { // or whom it waits for lives elsewhere
		return nil
	}
	caller.core.block()
	call := caller.fence.call()
	if call == 0 {
		return nil
	}
	w := &wait{caller: caller, call: call, to: to, ask: q}
	w.probes = make(chan chan struct{})
	w.ended = make(chan struct{})
	waits := &caller.core.rarely().waits
	old := waits.Load()
	if old != nil && old.holds() || !waits.CompareAndSwap(old, w) {
		return nil // another goroutine of the handler is waiting too
	}
	return w // in place of one that an abandoned handler may have left
}

// waitsFor returns what the actor's handler is waiting for, or nil.
func (c *core) waitsFor() *wait {
	if r := c.rare.Load(); r != nil {
		return r.waits.Load()
	}
	return nil
}

// done says that the wait is over.
func (w *wait) done() {
	if w == nil {
		return
	}
	w.caller.core.rarely().waits.CompareAndSwap(w, nil)
	close(w.ended)
}

// holds reports whether the wait may still be on.
func (w *wait) holds() bool {
	if w.caller.fence.call() != w.call {
		return false
	}
	return w.ask == nil || w.ask.pressing()
}

// cycle returns the waits from w around to w's caller, or nil. Each member of
// a real cycle notes its own wait before it walks, so that the last one sees
// the others.
func (w *wait) cycle() []*wait {
	path := []*wait{w}
	for at := w; at.to != w.caller.core; {
		next := at.to.waitsFor()
		if next == nil || !next.holds() || len(path) > maxCycle {
			return nil
		}
		path = append(path, next)
		at = next
	}
	return path
}

// maxCycle bounds the walk; chains that change meanwhile could go on.
const maxCycle = 1 << 10

// check returns a *DeadlockError if to wait would be to wait for ever. sent
// tries to send once more, for waits on a full mailbox; if that succeeds,
// w.passed is set.
func (w *wait) check(sent func() bool) error {
	if w == nil {
		return nil
	}
	path := w.cycle()
	if path == nil {
		return nil
	}
	for _, other := range path[1:] {
		if !w.confirm(other, sent) {
			return nil
		}
		if w.passed {
			return nil
		}
	}
	if w.ask != nil && !w.ask.pressing() {
		return nil
	}
	e := &DeadlockError{Path: make([]string, 0, len(path)+1)}
	for _, at := range path {
		e.Path = append(e.Path, at.caller.core.Path())
	}
	e.Path = append(e.Path, w.caller.core.Path())
	return e
}

// confirm asks a member of the cycle whether it is still blocked. Questions to
// w itself are answered meanwhile, since two may ask each other.
func (w *wait) confirm(other *wait, sent func() bool) bool {
	if other.ask != nil {
		return other.holds()
	}
	ack := make(chan struct{})
	probes := other.probes
	for {
		select {
		case probes <- ack:
			probes = nil // now wait for the answer
		case <-ack:
			return true
		case <-other.ended:
			return false
		case theirs := <-w.probes:
			if sent != nil && sent() {
				w.passed = true
				return false
			}
			close(theirs)
		}
	}
}
