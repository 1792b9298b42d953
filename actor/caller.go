package actor

import (
	"context"
	"sync"
)

// A caller is whose user code a call comes from: an incarnation's, or a task's.
// Their contexts lead to it, so that what was abandoned can be cut off.
type caller struct {
	core  *core
	fence fence // that of a task is never entered: it holds up no message of the actor

	// mu protects what follows, and more of an incarnation.
	mu      sync.Mutex
	severed chan struct{} // closed when user code is abandoned; made on demand
}

// turnKey finds the caller in a context derived from its own.
type turnKey struct{}

// callerOf returns whose code ctx belongs to, or nil.
func callerOf(ctx context.Context) *caller {
	if i, ok := ctx.(*incarnation); ok {
		return &i.caller
	}
	c, _ := ctx.Value(turnKey{}).(*caller)
	return c
}

// cutOff tells whether the code that ctx belongs to was abandoned.
func cutOff(ctx context.Context) bool {
	if !everCut.Load() {
		return false
	}
	c := callerOf(ctx)
	return c != nil && c.fence.isCut()
}

// severance is closed when the caller's code is abandoned. Only senders that
// have to wait look at it.
func (c *caller) severance() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.severed == nil {
		c.severed = make(chan struct{})
		if c.fence.isCut() {
			close(c.severed)
		}
	}
	return c.severed
}

// freeSenders has those go on that wait to send. It is called with mu held, when
// the code has been cut off.
func (c *caller) freeSenders() {
	if c.severed != nil {
		close(c.severed)
	}
}
