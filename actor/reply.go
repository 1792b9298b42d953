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
	p    *pending[R]
	turn uint64 // which of the asks that p has been
	to   *core  // who was asked; nil: p knows, if anybody does
}

// NewReply returns a Reply that belongs to no ask: answered is called with the
// first answer, on the goroutine that gives it, and a further one has no effect.
// It is for those who pass a question on from elsewhere, and for tests; see
// package actortest.
func NewReply[R any](answered func(R, error)) Reply[R] {
	p := new(pending[R])
	p.then = func() { answered(p.value, p.err) }
	return Reply[R]{p: p}
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
	if r.p == nil || r.p.settleFor(r.turn, value, err) {
		return
	}
	to := r.to
	if to == nil {
		to = r.p.to
	}
	if to != nil {
		to.lateReply()
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
	release() // whoever has handled the message looks at it no more
}

// The states of a pending ask. Its turn, which stands above them in the same word,
// tells one ask from the next that uses the same memory.
const (
	askOpen uint64 = iota
	askKept
	askClaimed // an answer is being written
	askOver
)

const (
	askTurn  = 4
	askState = askTurn - 1
)

// pending is one ask in flight.
type pending[R any] struct {
	meta     meta
	to       *core                       // set before the message is sent
	state    atomic.Uint64               // and the turn
	users    atomic.Int32                // the asker, and the actor; who leaves last may keep it for another ask
	taken    atomic.Pointer[incarnation] // who handles it, or holds the Reply
	answered chan struct{}               // rung when value and err are set; nil if then is not
	then     func()                      // called when they are, for an asker who does not wait
	keeper   *keeper                     // that it goes back to; nil: none
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

func (p *pending[R]) open() bool     { return p.state.Load()&askState <= askKept }
func (p *pending[R]) pressing() bool { return p.state.Load()&askState == askOpen }

func (p *pending[R]) keep() bool {
	turn := p.turn()
	return p.state.CompareAndSwap(turn+askOpen, turn+askKept)
}

// turn is the present one. It is for those who use the ask: it is the same while
// anybody does.
func (p *pending[R]) turn() uint64 { return p.state.Load() &^ askState }

// fail says that no answer will come, unless there is one.
func (p *pending[R]) fail(cause error) {
	var none R
	p.settle(p.turn(), none, cause)
}

// Fail implements Question.
func (p *pending[R]) Fail(cause error) { p.fail(cause) }

// Deadline implements Question.
func (p *pending[R]) Deadline() (time.Time, bool) {
	return p.meta.deadline, !p.meta.deadline.IsZero()
}

// settleFor is settle for an answer. That of an incarnation which was abandoned
// does not count.
func (p *pending[R]) settleFor(turn uint64, value R, err error) bool {
	if by := p.taken.Load(); by != nil && by.fence.isCut() {
		return false
	}
	return p.settle(turn, value, err)
}

// settle sets the answer if nobody has before.
func (p *pending[R]) settle(turn uint64, value R, err error) bool {
	if !p.claim(turn) {
		return false
	}
	p.value, p.err = value, err
	p.state.Store(turn + askOver)
	if p.then != nil {
		p.then()
	} else {
		p.answered <- struct{}{} // it has room for one
	}
	return true
}

// claim wins the right to settle the ask, if it still is the one of that turn.
func (p *pending[R]) claim(turn uint64) bool {
	if p.state.CompareAndSwap(turn+askOpen, turn+askClaimed) {
		return true
	}
	if !p.state.CompareAndSwap(turn+askKept, turn+askClaimed) {
		return false
	}
	p.taken.Load().letGo(p)
	return true
}

// callOff ends the ask, unless there is an answer: from now on one is late.
func (p *pending[R]) callOff() bool {
	turn := p.turn()
	if !p.claim(turn) {
		return false
	}
	p.state.Store(turn + askOver)
	return true
}

// wait blocks until there is an answer or ctx is done, and returns what Ask does.
func (p *pending[R]) wait(ctx context.Context) (value R, err error) {
	if w := newWait(ctx, p.to, p); w != nil {
		defer w.done()
		if err := w.check(nil); err != nil && p.callOff() {
			return value, err
		}
		return p.hear(ctx) // others may look at w, and through it at p, for a while
	}
	value, err = p.hear(ctx)
	p.release()
	return value, err
}

// hear is wait for whom no deadlock is to be looked for. Afterwards the bell is not
// rung any more.
func (p *pending[R]) hear(ctx context.Context) (value R, err error) {
	over := ctx.Done()
	if over == nil { // to wait for one thing takes half the time
		<-p.answered
		return p.value, p.err
	}
	select {
	case <-p.answered:
		return p.value, p.err
	case <-over:
	}
	if p.callOff() {
		return value, context.Cause(ctx)
	}
	<-p.answered
	return p.value, p.err
}

// foreign is a question whose asker lives elsewhere.
type foreign struct{ q Question }

func (f *foreign) carry(*core) *meta { return nil }
func (f *foreign) take(*incarnation) {}
func (f *foreign) open() bool        { return true }
func (f *foreign) pressing() bool    { return false }
func (f *foreign) keep() bool        { return true }
func (f *foreign) release()          {}
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
