package pool

import (
	"context"
	"time"

	"github.com/understudy-go/understudy/actor"
)

// A job is a message under Pull, from when it was sent until it has been handled
// or given up. It implements [actor.Assignment].
type job[M any] struct {
	queue *queue[M]
	msg   M
	ctx   context.Context //nolint:containedctx // has the span that the message was sent in, and nothing else
	asker actor.Question  // nil if nobody asks

	// Protected by queue.mu.
	by       *worker[M] // that was given it; nil while it waits
	taken    bool       // by has begun with it
	attempts int        // how often somebody has
}

// Deadline implements [actor.Question].
func (j *job[M]) Deadline() (time.Time, bool) {
	if j.asker == nil {
		return time.Time{}, false
	}
	return j.asker.Deadline()
}

// Taken implements [actor.Assignment].
func (j *job[M]) Taken() {
	j.queue.mu.Lock()
	defer j.queue.mu.Unlock()
	if !j.taken { // one that was put aside is taken twice
		j.taken = true
		j.attempts++
	}
}

// Handled implements [actor.Assignment].
func (j *job[M]) Handled() {
	if j.asker != nil {
		j.asker.Fail(actor.ErrNoReply) // has no effect if there is an answer
	}
	q := j.queue
	q.mu.Lock()
	w := j.by
	j.by, w.seat.job = nil, nil
	q.release(w, w.Incarnation())
	q.mu.Unlock()
	q.match()
}

// Fail implements [actor.Question]: the worker has failed at the job, or has ended
// before it came to it.
func (j *job[M]) Fail(cause error) {
	q := j.queue
	q.mu.Lock()
	w := j.by
	if w == nil {
		q.mu.Unlock()
		return
	}
	j.by, w.seat.job = nil, nil
	if w.up() { // its supervisor has it go on; otherwise it arrives when it is back
		q.release(w, w.Incarnation())
	}
	spent := j.attempts >= q.attempts
	if !spent {
		q.again = append(q.again, j)
	}
	q.mu.Unlock()
	if spent {
		j.bury(actor.ReasonFailed, &JobError{j.attempts, cause})
	}
	q.match()
}

// bury gives the job up.
func (j *job[M]) bury(reason actor.DropReason, cause error) {
	if j.asker != nil {
		j.asker.Fail(cause)
	}
	j.queue.process.DeadLetter(j.ctx, j.msg, reason, cause)
}
