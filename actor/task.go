package actor

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/understudy-go/understudy/internal/effect"
)

// A Task is a function that runs beside an actor; see [Async].
type Task struct{ t *task }

// Cancel cancels the function's context and gives its result up: no message
// comes any more, even if it was queued. The function is waited for all the same
// when the actor ends, and a panic in it still counts.
func (t *Task) Cancel() {
	if !t.t.inc.fence.isCut() {
		t.t.unwanted.Store(true)
		t.t.cancel(context.Canceled)
	}
}

// Async runs f on a goroutine of its own, beside the actor, and has its result
// handled: on makes a message of it, which comes ahead of those in the mailbox.
// f must not touch the actor's state.
//
// The task belongs to the incarnation. Its context is cancelled when that ends,
// or when Cancel is called; then its result has no effect. The end waits for the
// task as for a child, last started first, and with the same time; a task that
// does not return by then is abandoned like a handler, and the end is an
// abandonment that names it. Only a renewal does not wait, see [Renews]: there
// the next end does.
//
// An error that f returns is a result. A panic in it, or runtime.Goexit, is the
// actor's, as if it had come from Receive.
func Async[R, M any](self *Self[M], f func(context.Context) (R, error), on func(R, error) M) *Task {
	inc := self.inc()
	t := &task{caller: caller{core: inc.core}, inc: inc, code: reflect.ValueOf(f).Pointer()}
	ctx, cancel := context.WithCancelCause(inc)
	t.cancel = cancel
	var value R
	var err error
	t.kid = &kid{child: t}
	t.kid.inc.Store(inc)
	t.kid.ears = listen(func(now *incarnation, e Event) bool {
		switch {
		case now != inc: // it was renewed meanwhile
			return true
		case e.Exit.Err != nil:
			e.Exit.Incarnation = inc.number
			self.process().recordError(inc, e.Exit)
			return self.process().failed(e.Exit)
		case t.unwanted.Load():
			return true
		default:
			return self.process().receiveOne(inc, func() M { return on(value, err) })
		}
	})
	if inc.fence.isCut() || inc.addKid(t.kid) != nil {
		cancel(ErrShutdown)
		return &Task{t}
	}
	if inc.runtime().tell != nil {
		inc.effect(effect.Task, runtime.FuncForPC(t.code).Name(), 0)
	}
	Go(func() error {
		value, err = f(taskContext{ctx, &t.caller})
		return nil
	}, t.finish)
	t.kid.catchUp()
	return &Task{t}
}

// listen makes a listener of a function.
type listen func(*incarnation, Event) (mine bool)

func (l listen) notify(inc *incarnation, e Event) (mine bool) { return l(inc, e) }

// task is a function as a child of the actor that it runs beside.
type task struct {
	caller
	inc      *incarnation
	kid      *kid
	code     uintptr // of the function, for its name
	cancel   context.CancelCauseFunc
	unwanted atomic.Bool // it was cancelled
	over     atomic.Bool // it has returned or was abandoned, whichever came first

	// deadline protects itself.
	deadline struct {
		sync.Mutex
		timer *time.Timer
	}
}

// Name implements [Child].
func (t *task) Name() string { return "task" }

// Start implements [Child]. A task runs from the beginning.
func (t *task) Start(context.Context, Host) {}

// Stop implements [Child]. One that heeds its context needs a moment even if
// there is no time.
func (t *task) Stop(within time.Duration) {
	t.cancel(ErrShutdown)
	if within == Forever {
		return
	}
	asked := time.Now()
	t.deadline.Lock()
	defer t.deadline.Unlock()
	if t.deadline.timer != nil {
		t.deadline.timer.Stop()
	}
	t.deadline.timer = time.AfterFunc(max(within, hookGrace), func() { t.abandon(asked) })
}

// finish comes when the function has returned, or could not.
func (t *task) finish(trouble error) {
	if !t.over.CompareAndSwap(false, true) {
		return
	}
	t.cancel(nil)
	t.deadline.Lock()
	if t.deadline.timer != nil {
		t.deadline.timer.Stop()
	}
	t.deadline.Unlock()
	exit := Exit{Err: trouble, At: time.Now()}
	switch {
	case trouble == ErrGoexit: //nolint:errorlint // it was made by Go
		exit.Kind = Goexit
	case trouble != nil:
		exit.Kind = Panic
	}
	t.kid.Ended(exit)
}

// abandon cuts the function off, which has not returned in time.
func (t *task) abandon(asked time.Time) {
	if !t.over.CompareAndSwap(false, true) {
		return
	}
	t.mu.Lock()
	t.fence.shut()
	t.freeSenders()
	t.mu.Unlock()
	t.kid.Ended(Exit{Kind: Abandoned, At: time.Now(), Err: &AbandonedError{
		Path:        t.core.Path(),
		Incarnation: t.inc.number,
		State:       "running a task",
		Message:     runtime.FuncForPC(t.code).Name(),
		For:         time.Since(asked),
	}})
}

// mourn adds to the end of an incarnation how one of its tasks has ended, if
// that was not in order.
func (i *incarnation) mourn(task Exit) {
	if task.Kind == Abandoned {
		i.exit.Kind = Abandoned
	}
	if task.Err != nil {
		i.exit.Err = errors.Join(i.exit.Err, task.Err)
	}
}

// taskContext is the context of a task. What comes from it comes from the task,
// not from the handler of the actor.
type taskContext struct {
	context.Context
	caller *caller
}

// Value implements context.Context.
func (c taskContext) Value(key any) any {
	if key == (turnKey{}) {
		return c.caller
	}
	return c.Context.Value(key)
}
