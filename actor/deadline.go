package actor

import (
	"context"
	"sync"
	"time"
)

// deadlineContext is a handler's context under an ask with a deadline. Few
// handlers wait, so the timer is made only for those that look at Done.
type deadlineContext struct {
	context.Context // the incarnation
	by              time.Time

	// mu protects what follows.
	mu       sync.Mutex
	inner    context.Context // made on demand
	cancel   context.CancelFunc
	released bool
}

func withDeadline(parent context.Context, by time.Time) *deadlineContext {
	return &deadlineContext{Context: parent, by: by}
}

// Deadline implements context.Context.
func (d *deadlineContext) Deadline() (time.Time, bool) { return d.by, true }

// Done implements context.Context.
func (d *deadlineContext) Done() <-chan struct{} { return d.real().Done() }

// Err implements context.Context.
func (d *deadlineContext) Err() error { return d.real().Err() }

// Value implements context.Context. The real context is asked once it exists,
// so that contexts derived from this one attach to it without a goroutine.
func (d *deadlineContext) Value(key any) any {
	d.mu.Lock()
	inner := d.inner
	d.mu.Unlock()
	if inner != nil {
		return inner.Value(key)
	}
	return d.Context.Value(key)
}

func (d *deadlineContext) real() context.Context {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.inner == nil {
		d.inner, d.cancel = context.WithDeadline(d.Context, d.by)
		if d.released {
			d.cancel()
		}
	}
	return d.inner
}

// release ends the context with the turn that it was made for. Nil is valid.
func (d *deadlineContext) release() {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.released = true
	if d.cancel != nil {
		d.cancel()
	}
}
