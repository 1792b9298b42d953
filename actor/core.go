package actor

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/understudy-go/understudy/internal/yield"
	"github.com/understudy-go/understudy/monitoring"
)

// gate says whether an address takes messages.
const (
	open uint32 = iota
	closed
)

// A body is the part of an actor that knows its message type: the Process. Each method that
// runs user code reports whether the run still belongs to the caller.
type body interface { //nolint:interfacebloat // two halves of one thing, in one package
	Child
	create(inc *incarnation) (failed *Exit, mine bool) // runs New
	receive(inc *incarnation) outcome                  // handles messages
	hooks(inc *incarnation) (mine bool)                // runs the hooks at the end, then closed
	hooksRestarts() bool                               // whether there is a hook for restarts
	newRare() *rare                                    // makes what few actors have
	reporter() HealthReporter                          // the actor if it tells how it fares, or nil
	blame(inc *incarnation, exit Exit) Exit            // an end because of the message in hand
	give(cause error)                                  // gives the message in hand up; its ask fails
	forget()                                           // forgets the state
	bury(reason DropReason, cause error)               // what waits becomes dead letters
	leave(exit *Exit)                                  // what waits is left to the next incarnation, or not
	depth() int                                        // how much waits
	load() monitoring.Load                             // what it counts for the metrics
	taken() uint64                                     // how much has been taken from the mailbox
	watchable
}

// A core is the part of an actor that does not: its life as a child, its run
// loop, its control lane.
type core struct {
	// Read for every message, by those who send or by the run loop, and hardly
	// ever written.
	gate atomic.Uint32 // open or closed
	asks atomic.Uint32 // what senders are to do besides; see observe.go
	lane lane
	handover
	body    body
	scope   atomic.Pointer[scope]       // the place in a system; nil before the first start
	current atomic.Pointer[incarnation] // from Start to the end; nil in between

	// The processors that send and the one that runs the actor would wait for each
	// other's cache lines: wake is written for every message that is sent, so what
	// is on its line is hardly ever read.
	wake     atomic.Uint64 // see "The wake-up protocol"
	name     string
	typ      atomic.Pointer[string] // the actor's type, once it is known
	rare     atomic.Pointer[rare]   // what few actors have; made on demand
	ids      *monitoring.IDs        // where sequence is from; set before scope is, once
	sequence uint64                 // the number in the actor's ID
	starts   atomic.Uint64          // incarnations so far

	// mu protects obit, dead and left, and orders Start against the end of an
	// incarnation.
	mu   sync.Mutex
	obit *obituary // made on demand
	dead bool      // the address has ended
	left bool      // the address has left all groups and joins none, since it ends

	dropWaiting bool // Spec.DropWaiting; never changes

	// Owned by the run loop.
	control bool  // the message in hand did not come from the mailbox; false without one
	until   int32 // messages until one is timed; never becomes 0 without metrics
	inc     *incarnation
	crew    *crew             // that counts the run; nil before the first start
	behind  *core             // protected by the crew's mu: who comes next in its queue
	meter   *monitoring.Meter // from the first start to the end of the address; nil without metrics

	// kid is one of those that parents have for this child: nearly always there is one
	// at most. It is protected by the mu of the parent, from when it is there.
	kid atomic.Pointer[kid]
}

// actual is the actor itself, also behind an adapter.
func (c *core) actual() *core { return c }

// Name returns the name that the actor was declared with.
func (c *core) Name() string { return c.name }

// Type returns the actor's type: Spec.Type if given, else the name of the Go
// type that New returned, else, before the first start, the actor's name.
func (c *core) Type() string {
	if t := c.typ.Load(); t != nil {
		return *t
	}
	return c.name
}

// Path returns the names from the system's root down to the actor, joined by
// slashes; before the first start it is the name alone.
func (c *core) Path() string {
	if s := c.scope.Load(); s != nil {
		return s.pathOf(c.name)
	}
	return c.name
}

// ID returns the actor's identity in its system; zero before the first start.
func (c *core) ID() monitoring.ID {
	if c.scope.Load() == nil {
		return monitoring.ID{}
	}
	return c.ids.ID(c.sequence)
}

// Incarnation counts the actor's starts so far.
func (c *core) Incarnation() uint64 { return c.starts.Load() }

// Validate reports every wrong field of the declaration, joined; each is a
// *[FieldError].
func (c *core) Validate() error {
	if r := c.rare.Load(); r != nil {
		return r.invalid
	}
	return nil
}

// Start implements [Child]. A process that runs already answers with
// [ErrAlreadyStarted], one that was declared wrongly with [ErrInvalidSpec].
func (c *core) Start(ctx context.Context, h Host) {
	if err := c.Validate(); err != nil {
		h.Started(err)
		return
	}
	c.mu.Lock()
	if c.current.Load() != nil {
		c.mu.Unlock()
		h.Started(ErrAlreadyStarted)
		return
	}
	c.join(scopeOf(ctx))
	inc := newIncarnation(ctx, c, h)
	c.hear(begin{inc}, parentOf(h)) // ahead of whatever a Stop of inc tells
	c.current.Store(inc)
	c.mu.Unlock()
}

// join makes the actor part of a system. Called with mu held.
func (c *core) join(s *scope) {
	if c.ids == nil {
		c.ids, c.sequence = s.runtime.ids, s.runtime.ids.Next().Sequence()
	}
	c.scope.Store(s)
}

// Stop implements [Child]: the message in hand is finished, those that wait
// become dead letters unless the actor is started again.
func (c *core) Stop(within time.Duration) { c.end(within, false) }

// Drain is Stop, but the messages that are waiting now are handled first, as
// far as the time allows. The incarnation's context is cancelled when the time
// is over, not at once. A supervisor takes it for an end that it has not asked
// for: a permanent child is started again.
func (c *core) Drain(within time.Duration) { c.end(within, true) }

func (c *core) end(within time.Duration, drain bool) {
	now := time.Now()
	inc := c.current.Load()
	for inc != nil && !inc.limit(within, now, drain) {
		inc = c.current.Load()
	}
	if inc == nil {
		return
	}
	yield.Point()
	inc.expireAsOf(now) // what is running now, not the stop hook that halt leads to
	if drain {
		c.hear(drainage{inc}, parentOf(inc.host))
	} else {
		c.hear(halt{inc}, parentOf(inc.host))
	}
	yield.Point()
	if !drain {
		inc.life.cancel() // last: a handler that sees it returns to find halt
	}
}

// Done returns a channel that is closed when the address has ended: nothing
// that was sent is waiting any more, and no incarnation will come unless the
// actor is started anew. It stays open over restarts.
func (c *core) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := c.obituary()
	if o.done == nil {
		o.done = make(chan struct{})
		if c.dead {
			close(o.done)
		}
	}
	return o.done
}

// Err returns why the address ended: nil before Done is closed and after a
// normal end.
func (c *core) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.obit == nil {
		return nil
	}
	return c.obit.cause
}
