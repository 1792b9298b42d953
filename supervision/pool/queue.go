package pool

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
)

// A queue is what the workers share under Pull. Each has at most one job at a
// time, in its mailbox or in hand. Whatever can change who may have which job
// looks for pairs of them afterwards (see match), under mu, so that no job waits
// while a worker is free.
//
// The queue has a place among the workers' siblings, where its dead letters are
// counted, and whose end is its own.
type queue[M any] struct {
	process  *actor.Process[M]
	router   *router[M]
	attempts int
	jobs     *mailbox.Mailbox[*job[M]] // in the order in which they were sent

	mu    sync.Mutex
	again []*job[M]    // protected by mu: came back from a worker; ahead of jobs
	free  []*worker[M] // protected by mu: those that may have a job, the longest free first
	over  bool         // protected by mu: the pool's address has ended
}

// A seat is a worker's place at the queue. It is protected by queue.mu.
type seat[M any] struct {
	job         *job[M] // that it was given; nil without one
	free        bool    // it is in queue.free
	incarnation uint64  // that is free
}

func newQueue[M any](r *router[M]) *queue[M] {
	q := &queue[M]{router: r, attempts: r.spec.Attempts}
	q.jobs, _ = mailbox.New[*job[M]](mailbox.Config{Capacity: r.spec.Capacity}) // it has been validated
	q.process = actor.New(actor.Spec[M]{
		Name:        "queue",
		Type:        "Queue",
		DeadLetters: r.spec.Worker.DeadLetters,
		Owns:        []actor.Child{&ending{q.end}},
		New: func(context.Context, *actor.Self[M]) (actor.Actor[M], error) {
			q.begin()
			return &entrance[M]{q}, nil
		},
	})
	return q
}

// child declares the queue to the workers' supervisor.
func (q *queue[M]) child() supervision.Child {
	return supervision.Child{Process: q.process, Restart: supervision.Permanent, Decider: []supervision.Rule{}}
}

// put takes a message into the queue.
func (q *queue[M]) put(p *parcel[M]) error {
	switch {
	case actor.IsAbandoned(p.ctx):
		return actor.ErrAbandoned
	case p.q != nil && p.ctx.Err() != nil: // nobody would wait for the answer
		return context.Cause(p.ctx)
	}
	if err := q.refuses(); err != nil {
		return err
	}
	j := &job[M]{queue: q, msg: p.msg, asker: p.q}
	j.ctx = monitoring.Sampled(p.ctx).Context(context.Background())
	if err := q.enqueue(p, j); err != nil {
		return err
	}
	q.match()
	return nil
}

// refuses says why nothing can be sent, if that is so.
func (q *queue[M]) refuses() error {
	q.mu.Lock()
	over := q.over
	q.mu.Unlock()
	if over {
		return actor.ErrStopped
	}
	for _, w := range *q.router.set.Load() {
		if !w.ended() {
			return nil
		}
	}
	return q.router.none()
}

// enqueue waits for room, if it may. A worker does not wait for others to take
// what it sends: all of them could.
func (q *queue[M]) enqueue(p *parcel[M], j *job[M]) error {
	outcome, _ := q.jobs.Offer(j)
	if outcome == mailbox.Accepted {
		return nil
	}
	if !p.wait || strings.HasPrefix(actor.Caller(p.ctx), q.router.Path()+"/") {
		return actor.ErrMailboxFull
	}
	_, _, err := q.jobs.Put(p.ctx, j)
	return err
}

// match gives jobs to those who are free, until there are none left of either.
func (q *queue[M]) match() {
	for {
		q.mu.Lock()
		if q.over {
			q.mu.Unlock()
			q.clear()
			return
		}
		w, j := q.pair()
		q.mu.Unlock()
		if j == nil {
			return
		}
		if err := w.DeliverAsk(j.ctx, j.msg, j); err != nil && !q.refused(w, j, err) {
			return
		}
	}
}

// refused puts a job back that a worker did not take, and reports whether another
// one may: the worker has ended. If somebody has filled its mailbox, past the
// queue, there is no use in trying on.
func (q *queue[M]) refused(w *worker[M], j *job[M], err error) (goOn bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	j.by, w.seat.job = nil, nil
	q.again = slices.Insert(q.again, 0, j)
	if errors.Is(err, actor.ErrStopped) {
		return true
	}
	q.release(w, w.seat.incarnation)
	return false
}

// pair finds a worker that is free and a job for it. It is called with mu held.
func (q *queue[M]) pair() (*worker[M], *job[M]) {
	for len(q.free) > 0 {
		w := q.free[0]
		if !w.canWork() { // it will be back when it has been restarted
			w.seat.free = false
			q.free = q.free[1:]
			continue
		}
		j := q.take()
		if j == nil {
			return nil, nil
		}
		q.free = q.free[1:]
		w.seat.free, w.seat.job = false, j
		j.by, j.taken = w, false
		return w, j
	}
	q.free = nil
	return nil, nil
}

// take returns the next job, or nil. It is called with mu held.
func (q *queue[M]) take() *job[M] {
	if len(q.again) > 0 {
		j := q.again[0]
		q.again[0] = nil
		if q.again = q.again[1:]; len(q.again) == 0 {
			q.again = nil
		}
		return j
	}
	j, _ := q.jobs.Take()
	return j
}

// canWork reports whether the incarnation that is free takes messages, or is about
// to: it is free from the end of its New on. It is called with queue.mu held.
func (w *worker[M]) canWork() bool {
	if w.drained.Load() || w.Incarnation() != w.seat.incarnation {
		return false
	}
	state := w.State()
	return state == "receiving" || state == "starting"
}

// arrive is called when an incarnation of a worker is ready for a job, unless the
// mailbox still has the one that it was given.
func (q *queue[M]) arrive(w *worker[M], incarnation uint64) {
	q.mu.Lock()
	q.release(w, incarnation)
	q.mu.Unlock()
	q.match()
}

// release lets a worker be given a job. It is called with mu held.
func (q *queue[M]) release(w *worker[M], incarnation uint64) {
	w.seat.incarnation = incarnation
	if w.seat.job == nil && !w.seat.free {
		w.seat.free = true
		q.free = append(q.free, w)
	}
}

// begin lets the queue be used, again if it has ended.
func (q *queue[M]) begin() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.over = false
}

// end is called when the address of the pool ends. What waits becomes dead
// letters.
func (q *queue[M]) end() {
	q.mu.Lock()
	q.over = true
	for _, w := range q.free {
		w.seat.free = false
	}
	q.free = nil
	q.mu.Unlock()
	q.clear()
}

// clear makes dead letters of what waits when the queue is over.
func (q *queue[M]) clear() {
	for {
		q.mu.Lock()
		j := q.take()
		q.mu.Unlock()
		if j == nil {
			return
		}
		j.bury(actor.ReasonStopped, actor.ErrStopped)
	}
}

// An entrance is the actor in the queue's place. What is sent to it directly goes
// where all messages go.
type entrance[M any] struct{ q *queue[M] }

// Receive implements [actor.Actor].
func (e *entrance[M]) Receive(ctx context.Context, msg M) error {
	j := &job[M]{queue: e.q, msg: msg, ctx: monitoring.Sampled(ctx).Context(context.Background())}
	e.q.mu.Lock()
	e.q.again = append(e.q.again, j)
	e.q.mu.Unlock()
	e.q.match()
	return nil
}

// An ending is owned by the queue's place, so that it is retired with it.
type ending struct{ end func() }

// Name implements [actor.Child].
func (e *ending) Name() string { return "ending" }

// Start implements [actor.Child]. There is nothing to start.
func (e *ending) Start(_ context.Context, h actor.Host) { h.Started(actor.ErrIgnore) }

// Stop implements [actor.Child].
func (e *ending) Stop(time.Duration) {}

// Retire implements [actor.Retirer].
func (e *ending) Retire(error) { e.end() }
