package actor

import (
	"context"
	"sync/atomic"
)

// A lifetime is the context of an incarnation. Few actors wait for the end of
// theirs or derive contexts from it, and only for those a context is made that can
// be cancelled.
type lifetime struct {
	base context.Context //nolint:containedctx // what the incarnation was started with; it is never done

	// real is nil at first. Whoever asks for a context that can be cancelled swaps
	// nil for one; the end, if nobody has asked, swaps nil for bygone.
	real atomic.Pointer[cancellable]
}

// cancellable is a context with its cancellation.
type cancellable struct {
	context.Context
	cancel context.CancelCauseFunc
}

// bygone stands for the contexts of all lifetimes that had ended before anybody
// asked for theirs.
var bygone = func() *cancellable {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(ErrShutdown)
	return &cancellable{ctx, cancel}
}()

// Done is that of the incarnation.
func (l *lifetime) Done() <-chan struct{} { return l.context().Done() }

// Err is that of the incarnation.
func (l *lifetime) Err() error {
	if c := l.real.Load(); c != nil {
		return c.Err()
	}
	return nil
}

// Value is that of the incarnation. The real context is asked once it exists, so
// that contexts derived from this one attach to it without a goroutine; and once
// it is over, since the cause of that is a value too.
func (l *lifetime) Value(key any) any {
	switch c := l.real.Load(); c {
	case nil:
	case bygone:
		if v := c.Value(key); v != nil {
			return v
		}
	default:
		return c.Value(key)
	}
	return l.base.Value(key)
}

// context returns the real context.
func (l *lifetime) context() *cancellable {
	if c := l.real.Load(); c != nil {
		return c
	}
	ctx, cancel := context.WithCancelCause(l.base)
	l.real.CompareAndSwap(nil, &cancellable{ctx, cancel}) // else somebody was faster
	return l.real.Load()
}

// cancel ends the lifetime. The cause is ErrShutdown.
func (l *lifetime) cancel() {
	l.real.CompareAndSwap(nil, bygone) // else somebody has asked
	if c := l.real.Load(); c != bygone {
		c.cancel(ErrShutdown)
	}
}
