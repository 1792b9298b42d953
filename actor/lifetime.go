package actor

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// A lifetime is the context of an incarnation. Few actors wait for the end of
// theirs or derive contexts from it, and only for those a context is made that can
// be cancelled.
type lifetime struct {
	base context.Context //nolint:containedctx // what the incarnation was started with; it is never done

	real  atomic.Pointer[cancellable] // made on demand
	ended atomic.Bool

	making sync.Mutex // held to make real, and to end
}

// cancellable is a context with its cancellation.
type cancellable struct {
	context.Context
	cancel context.CancelCauseFunc
}

// Deadline implements context.Context.
func (l *lifetime) Deadline() (deadline time.Time, ok bool) { return l.base.Deadline() }

// Done implements context.Context.
func (l *lifetime) Done() <-chan struct{} { return l.context().Done() }

// Err implements context.Context.
func (l *lifetime) Err() error {
	if c := l.real.Load(); c != nil {
		return c.Err()
	}
	if l.ended.Load() {
		return context.Canceled
	}
	return nil
}

// Value implements context.Context. The real context is asked once it exists, so
// that contexts derived from this one attach to it without a goroutine; and once
// it is over, since the cause of that is a value too.
func (l *lifetime) Value(key any) any {
	if c := l.real.Load(); c != nil {
		return c.Value(key)
	}
	if l.ended.Load() {
		return l.context().Value(key)
	}
	return l.base.Value(key)
}

// context returns the real context.
func (l *lifetime) context() *cancellable {
	if c := l.real.Load(); c != nil {
		return c
	}
	l.making.Lock()
	defer l.making.Unlock()
	c := l.real.Load()
	if c == nil {
		ctx, cancel := context.WithCancelCause(l.base)
		if l.ended.Load() {
			cancel(ErrShutdown)
		}
		c = &cancellable{ctx, cancel}
		l.real.Store(c)
	}
	return c
}

// cancel ends the lifetime. The cause is ErrShutdown.
func (l *lifetime) cancel() {
	l.making.Lock()
	l.ended.Store(true)
	c := l.real.Load()
	l.making.Unlock()
	if c != nil {
		c.cancel(ErrShutdown)
	}
}
