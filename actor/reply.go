package actor

import (
	"context"
	"sync/atomic"
	"time"
)

// A Reply is where the answer to one question goes. It may be kept, and
// answered later or by another goroutine; but when the incarnation that
// handled the question ends without an answer, the ask fails.
//
// One that is sent on to another actor, in a message, stays with the first: if
// the other ends without an answer the asker is not told. An actor that wants
// it told asks the other by [AskAsync], and gives what comes of that to Answer.
//
// Only the first answer counts. One that comes after the ask is over is
// counted as a dead letter and reaches nobody, least of all a later ask. The zero
// Reply is nobody's: answers to it have no effect.
type Reply[R any] struct {
	p *pending[R]
}

// NewReply returns a Reply that belongs to no ask: answered is called with the
// first answer, on the goroutine that gives it, and a further one has no effect.
// It is for those who pass a question on from elsewhere, and for tests; see
// package actortest.
func NewReply[R any](answered func(R, error)) Reply[R] {
	p := new(pending[R])
	p.then = func() { answered(p.value, p.err) }
	return Reply[R]{p}
}

// Send answers with a value.
func (r Reply[R]) Send(value R) { r.answer(value, nil) }

// Fail answers with an error, which Ask returns. A nil error counts as
// [ErrNoReply].
func (r Reply[R]) Fail(err error) {
	if err == nil {
		err = ErrNoReply
	}
	var none R
	r.answer(none, err)
}

// Answer answers with what a function has returned, or an ask: by Fail if err is
// not nil, otherwise by Send.
func (r Reply[R]) Answer(value R, err error) {
	if err != nil {
		r.Fail(err)
		return
	}
	r.Send(value)
}

func (r Reply[R]) answer(value R, err error) {
	if r.p == nil {
		return
	}
	if !r.p.settleFor(value, err) && r.p.to != nil {
		r.p.to.lateReply()
	}
}

// ask is a question that an actor of this process has, without the type of its
// answer.
type ask interface { //nolint:interfacebloat // one implementation, without its type parameter
	carry(to *core) *meta // what travels in the envelope
	take(by *incarnation) // an incarnation is about to handle it
	open() bool           // nobody has answered
	pressing() bool       // and the message is queued, or is being handled
	keep() bool           // the handler has returned; false if there is an answer
	fail(cause error)
}

// The states of a pending ask.
const (
	askOpen uint32 = iota
	askKept
	askClaimed // an answer is being written
	askOver
)

// pending is one ask in flight.
type pending[R any] struct {
	meta     meta
	to       *core // set before the message is sent
	state    atomic.Uint32
	taken    atomic.Pointer[incarnation] // who handles it, or holds the Reply
	answered bell                        // rung when value and err are set; nil if then is not
	then     func()                      // called when they are, for an asker who does not wait
	value    R
	err      error
}

func newPending[R any](ctx context.Context) *pending[R] {
	p := new(pending[R])
	p.meta.ask = p
	p.meta.deadline, _ = ctx.Deadline()
	return p
}

func (p *pending[R]) carry(to *core) *meta {
	p.to = to
	return &p.meta
}

func (p *pending[R]) take(by *incarnation) { p.taken.Store(by) }

func (p *pending[R]) open() bool     { return p.state.Load() <= askKept }
func (p *pending[R]) pressing() bool { return p.state.Load() == askOpen }
func (p *pending[R]) keep() bool     { return p.state.CompareAndSwap(askOpen, askKept) }

// fail says that no answer will come, unless there is one.
func (p *pending[R]) fail(cause error) {
	var none R
	p.settle(none, cause)
}

// Fail implements Question.
func (p *pending[R]) Fail(cause error) { p.fail(cause) }

// Deadline implements Question.
func (p *pending[R]) Deadline() (time.Time, bool) {
	return p.meta.deadline, !p.meta.deadline.IsZero()
}

// settleFor is settle for an answer. That of an incarnation which was abandoned
// does not count.
func (p *pending[R]) settleFor(value R, err error) bool {
	if by := p.taken.Load(); by != nil && by.fence.isCut() {
		return false
	}
	return p.settle(value, err)
}

// settle sets the answer if nobody has before.
func (p *pending[R]) settle(value R, err error) bool {
	if !p.claim() {
		return false
	}
	p.value, p.err = value, err
	p.state.Store(askOver)
	if p.then != nil {
		p.then()
	} else {
		p.answered <- struct{}{}
	}
	return true
}

// claim wins the right to settle the ask.
func (p *pending[R]) claim() bool {
	if p.state.CompareAndSwap(askOpen, askClaimed) {
		return true
	}
	if !p.state.CompareAndSwap(askKept, askClaimed) {
		return false
	}
	p.taken.Load().letGo(p)
	return true
}

// wait blocks until there is an answer or ctx is done. Afterwards the bell is not
// rung any more.
func (p *pending[R]) wait(ctx context.Context) error {
	if w := newWait(ctx, p.to, p); w != nil {
		defer w.done()
		if err := w.check(nil); err != nil && p.claim() {
			p.state.Store(askOver)
			return err
		}
	}
	over := ctx.Done()
	if over == nil { // to wait for one thing takes half the time
		<-p.answered
		return p.err
	}
	select {
	case <-p.answered:
		return p.err
	case <-over:
	}
	if p.claim() { // from now on an answer is late
		p.state.Store(askOver)
		return context.Cause(ctx)
	}
	<-p.answered
	return p.err
}

// foreign is a question whose asker lives elsewhere.
type foreign struct{ q Question }

func (f *foreign) carry(*core) *meta { return nil }
func (f *foreign) take(*incarnation) {}
func (f *foreign) open() bool        { return true }
func (f *foreign) pressing() bool    { return false }
func (f *foreign) keep() bool        { return true }
func (f *foreign) fail(cause error)  { f.q.Fail(cause) }

// hold notes a question that was handled and not answered, so that it fails
// when the incarnation ends.
func (i *incarnation) hold(a ask) {
	i.mu.Lock() // until it is noted, letGo waits
	defer i.mu.Unlock()
	if !a.keep() {
		return
	}
	t := i.tied()
	if t.held == nil {
		t.held = make(map[ask]struct{})
	}
	t.held[a] = struct{}{}
}

// letGo forgets a question that is over, lest an idle actor keeps its answer.
func (i *incarnation) letGo(a ask) {
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.tied().held, a)
}

// failHeld fails the questions that nobody has answered.
func (i *incarnation) failHeld(exit *Exit) {
	var held map[ask]struct{}
	i.mu.Lock()
	if t := i.ties; t != nil {
		held, t.held = t.held, nil
	}
	i.mu.Unlock()
	if len(held) != 0 {
		failAll(held, unanswered(exit))
	}
}

//go:noinline // see takePlace
func failAll(held map[ask]struct{}, cause error) {
	for a := range held {
		a.fail(cause)
	}
}

// undone is what the asker is told whose question was in hand at the end.
func undone(exit *Exit) error {
	if exit.Kind.Abnormal() {
		return exit.Err
	}
	return unanswered(exit)
}

// unanswered is what the asker of a held question is told.
func unanswered(exit *Exit) error {
	if exit.Err == nil {
		return ErrNoReply
	}
	return &causedError{ErrNoReply, exit.Err}
}
