package actor

import (
	"context"
	"strconv"
	"sync/atomic"

	"github.com/understudy-go/understudy/internal/effect"
	"github.com/understudy-go/understudy/monitoring"
)

// A Runtime is what the actors of one system share: identities, the registry,
// telemetry, dead letters. Package system makes one for each system; actors
// find it in the context that they are started with.
type Runtime struct {
	ids       *monitoring.IDs
	telemetry *monitoring.Telemetry
	registry  registry
	letters   letters
	names     atomic.Uint64
	types     typeNames
	crew      crew
	tell      func(effect.Effect) // what actors ask of their Self; nil but in tests of one alone
	asks      keeper
	deadlines deadlines
	labels    bool // set before anything is started
}

// NewRuntime returns the runtime of a new system. telemetry may be nil.
func NewRuntime(ids *monitoring.IDs, telemetry *monitoring.Telemetry) *Runtime {
	return &Runtime{ids: ids, telemetry: telemetry}
}

// Employ lets the runtime keep a few goroutines ready for its actors, until
// Dismiss. Without it each run of an actor has a new one.
func (r *Runtime) Employ() { r.crew.employ() }

// Dismiss ends the goroutines that wait for work. It returns when they have gone
// and no actor is doing anything any more, or with ctx's cause when ctx is done.
// Code that was abandoned is not waited for.
func (r *Runtime) Dismiss(ctx context.Context) error { return r.crew.dismiss(ctx) }

// Context returns the context with which the actors at the top of a system are
// started. It has ctx's values, but neither its cancellation nor its span: what
// actors do later is no part of what their starter was doing.
func (r *Runtime) Context(ctx context.Context) context.Context {
	ctx = monitoring.Untraced(context.WithoutCancel(ctx))
	return context.WithValue(ctx, scopeKey{}, &scope{runtime: r})
}

// A scope is a place in a system's tree: that of the children of one actor.
// It never changes.
type scope struct {
	runtime *Runtime
	path    string // of the parent; empty at the top
}

type scopeKey struct{}

func (s *scope) pathOf(name string) string { return s.path + "/" + name }

// scopeOf returns the place that ctx says. An actor that is started outside of
// any system is one of its own.
func scopeOf(ctx context.Context) *scope {
	if s, ok := ctx.Value(scopeKey{}).(*scope); ok {
		return s
	}
	r := NewRuntime(monitoring.NewIDs(), nil)
	r.tell = effect.From(ctx)
	return &scope{runtime: r}
}

// nursery is the place of the children of an actor that has been started.
func (c *core) nursery() *scope {
	s := c.scope.Load()
	return &scope{runtime: s.runtime, path: s.pathOf(c.name)}
}

// nursery is the context in which the incarnation's children are started. It
// does not derive from the incarnation's own, for cancelling that must not
// reach the children: they are stopped one after another.
func (i *incarnation) nursery() context.Context {
	i.mu.Lock()
	defer i.mu.Unlock()
	t := i.family()
	if t.nursery == nil {
		t.nursery = context.WithValue(i.life.base, scopeKey{}, i.core.nursery())
	}
	return t.nursery
}

// runtime returns the incarnation's system.
func (i *incarnation) runtime() *Runtime { return i.core.scope.Load().runtime }

// Caller returns the path of the actor whose handler ctx belongs to, or the
// empty string.
func Caller(ctx context.Context) string {
	if inc := callerOf(ctx); inc != nil {
		return inc.core.Path()
	}
	return ""
}

// IsAbandoned reports whether ctx belongs to an actor's code that was abandoned.
// What that sends must have no effect any more: whoever takes messages without an
// actor's mailbox refuses it with [ErrAbandoned].
func IsAbandoned(ctx context.Context) bool {
	from := callerOf(ctx)
	return from != nil && from.fence.isCut()
}

// NextName returns a name that no other actor of the system is given by it.
func (r *Runtime) NextName() string {
	return "actor#" + strconv.FormatUint(r.names.Add(1), 10)
}
