package pool

import (
	"context"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
)

// A Pool is workers of one kind under a supervisor of their own, and an address
// for all of them: what is sent to the Ref gets to one of the workers, or to each,
// as Spec.Route says. It may be sent to and asked like an actor, from anywhere.
type Pool[M any] struct {
	// Ref is the address of the pool. The choice among the workers is the
	// sender's: nothing stands between it and the worker's mailbox. It cannot be
	// watched; Supervisor's can.
	actor.Ref[M]

	// Supervisor is what runs: put it into a spec, as the Process of a Child.
	Supervisor *actor.Process[supervision.Message]

	r *router[M]
}

// New declares a pool. It cannot fail: what is wrong with the spec is told by the
// Supervisor's Validate, by the start, and by every Send, as
// [supervision.ErrInvalidSpec].
//
// The workers of the spec are static children: their addresses are valid at
// once, and messages wait for the first start. Those that Resize adds are gone
// when the pool's supervisor is restarted, and those that it took are back.
func New[M any](spec Spec[M]) *Pool[M] {
	spec.Supervisor.Invalid = spec.validate()
	invalid := spec.Supervisor.Invalid != nil
	spec = spec.withDefaults()
	r := &router[M]{spec: spec, route: spec.Route, key: spec.Key, resizing: make(chan struct{}, 1)}
	up := spec.Supervisor
	up.Name, up.Children, up.MaxChildren, up.Strategy = spec.Name, nil, 0, supervision.OneForOne
	var first []*worker[M]
	if !invalid {
		if spec.Route == Pull {
			r.queue = newQueue(r)
			up.Children = append(up.Children, r.queue.child())
		}
		for n := range spec.Size {
			w := r.newWorker(n + 1)
			first = append(first, w)
			up.Children = append(up.Children, r.child(w))
		}
	}
	r.set.Store(&first)
	if up.AutoShutdown == supervision.Never {
		r.supervisor = supervision.NewDynamic(up)
	} else {
		r.supervisor = supervision.New(up)
	}
	r.invalid = r.supervisor.Validate()
	return &Pool[M]{Ref: actor.NewRef[M](r), Supervisor: r.supervisor, r: r}
}

// Size is how many workers there are, the ones being restarted among them.
func (p *Pool[M]) Size() (n int) {
	for range p.All() {
		n++
	}
	return n
}

// All goes through the addresses of the workers, in the order of their numbers.
func (p *Pool[M]) All() iter.Seq[actor.Ref[M]] {
	return func(yield func(actor.Ref[M]) bool) {
		for _, w := range *p.r.set.Load() {
			if !w.ended() && !yield(w.Ref) {
				return
			}
		}
	}
}

// A router is the pool as its senders see it. It implements [actor.Target].
type router[M any] struct {
	// Never changed after New.
	spec       Spec[M]
	route      Route
	key        func(M) string
	invalid    error
	supervisor *actor.Process[supervision.Message]
	queue      *queue[M] // under Pull

	// set is the workers by their numbers. Senders read it without a lock; each
	// change makes a new one. Some of them may have ended.
	set atomic.Pointer[[]*worker[M]]

	_    [64]byte // next is written by each sender
	next atomic.Uint64
	_    [56]byte

	mu       sync.Mutex         // held while set is changed
	leaving  map[int]*worker[M] // protected by mu: those that Resize has taken from the set, by number
	resizing chan struct{}      // holds a token while a Resize is on
}

// Path implements [actor.Target].
func (r *router[M]) Path() string { return r.supervisor.Path() }

// ID implements [actor.Target].
func (r *router[M]) ID() monitoring.ID { return r.supervisor.ID() }

// child declares a worker to the supervisor.
func (r *router[M]) child(w *worker[M]) supervision.Child {
	return supervision.Child{Process: w, Significant: r.spec.Supervisor.AutoShutdown != supervision.Never}
}

// join adds a worker to the set, unless it is there, in place of those that have
// ended. One that is leaving stays away, unless the pool has been restarted
// meanwhile, which begins with all workers of the spec.
func (r *router[M]) join(w *worker[M]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.leaving[w.number] == w {
		if w.taken == r.supervisor.Incarnation() {
			return
		}
		delete(r.leaving, w.number)
	}
	w.drained.Store(false)
	old := *r.set.Load()
	set := make([]*worker[M], 0, len(old)+1)
	for _, other := range old {
		if other == w {
			return
		}
		if !other.ended() {
			set = append(set, other)
		}
	}
	i := 0
	for i < len(set) && set[i].number < w.number {
		i++
	}
	set = append(set[:i], append([]*worker[M]{w}, set[i:]...)...)
	r.set.Store(&set)
}

// A worker is an actor of a pool, as its supervisor's child.
type worker[M any] struct {
	*actor.Process[M]
	number  int
	drained atomic.Bool // it is to handle what waits before it ends
	taken   uint64      // protected by router.mu: by a Resize, in this incarnation of the supervisor

	seat seat[M] // under Pull
}

// newWorker declares the worker of a number. It joins the set when it starts.
func (r *router[M]) newWorker(number int) *worker[M] {
	w := &worker[M]{number: number}
	spec := r.spec.Worker
	spec.Name = workerName(spec.Name, number)
	create := spec.New
	spec.New = func(ctx context.Context, self *actor.Self[M]) (actor.Actor[M], error) {
		a, err := create(ctx, self)
		if err == nil {
			r.join(w)
			if r.queue != nil {
				r.queue.arrive(w, self.Incarnation())
			}
		}
		return a, err
	}
	w.Process = actor.New(spec)
	return w
}

// Stop implements [actor.Child]: a worker that a Resize has taken handles what
// waits before it ends.
func (w *worker[M]) Stop(within time.Duration) {
	if w.drained.Load() {
		w.Drain(within)
		return
	}
	w.Process.Stop(within)
}

// up reports whether the worker takes messages now.
func (w *worker[M]) up() bool { return w.State() == "receiving" }

// ended reports whether the worker's address has ended.
func (w *worker[M]) ended() bool { return w.State() == "stopped" }
