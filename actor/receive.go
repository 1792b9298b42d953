package actor

import (
	"context"
	"time"

	"github.com/understudy-go/understudy/monitoring"
)

// budget is how many messages a run handles before it lets others run. At 60
// to 100 ns a message a turn lasts a few microseconds; a slow handler's turn
// is bounded by the scheduler's own preemption.
const budget = 256

// receive implements body: it handles messages until there are none, a signal
// comes, the incarnation ends, or the budget is used up.
//
// One deferred function serves the whole batch, which costs a message nothing.
func (p *Process[M]) receive(inc *incarnation) (o outcome) {
	returned := false
	defer func() {
		if !returned {
			o = p.unwound(inc, recover())
		}
	}()
	a, batch, h := p.actor, budget, p.runner.Load()
	if inc.noticed() {
		if batch = min(budget, p.ahead(inc)); batch == 0 {
			returned = true
			return p.after(p.announce(inc))
		}
	}
	for range batch {
		if p.lane.waiting.Load() != 0 {
			returned = true
			return more
		}
		if inc.drain == 0 {
			returned = true
			return p.after(p.conclude(Exit{Kind: Shutdown}))
		}
		env, ok := p.queue.Take()
		if !ok { // there was none, or it was evicted for one that is about to come
			returned = true
			return idle
		}
		if h != nil && h.noted() {
			h.free()
		}
		p.hand = env
		if p.until--; p.until == 0 {
			p.want()
		}
		inc.drain--
		var kind Kind // of err
		var err error
		var mine bool
		if env.meta == nil && !inc.heeded {
			inc.fence.enter()
			if err = a.Receive(inc, env.msg); err != nil {
				kind = classify(inc, err)
			}
			mine = inc.fence.leave()
		} else {
			mine, kind, err = p.observed(inc, a, env)
		}
		switch {
		case !mine:
			returned = true
			return gone
		case err != nil:
			returned = true
			return p.after(p.fallen(inc, kind, err))
		}
		p.hand = envelope[M]{}
	}
	returned = true
	return spent
}

// fallen is failed for an end in Receive, of which this is known.
//
//go:noinline // see takePlace
func (p *Process[M]) fallen(inc *incarnation, kind Kind, err error) (mine bool) {
	return p.failed(p.blame(inc, Exit{Kind: kind, Err: err}))
}

// after is the outcome of a batch that ended the incarnation.
func (p *Process[M]) after(mine bool) outcome {
	if mine {
		return more
	}
	return gone
}

// observed handles a message that is an ask, is traced, is timed, came through an
// adapter, is recorded by a monitor, or keeps the actor from being idle. It returns
// the error that Receive has returned, and of which kind that is.
func (p *Process[M]) observed(inc *incarnation, a Actor[M], env envelope[M]) (mine bool, kind Kind, err error) {
	ctx := context.Context(inc)
	m := env.meta
	if m == nil {
		m = &meta{}
	}
	if !m.deadline.IsZero() {
		p.limited = withDeadline(ctx, m.deadline)
		ctx = p.limited
	}
	m.stashed = false
	if m.ask != nil {
		m.ask.take(inc)
	}
	if !m.from.IsZero() {
		ctx, p.span = p.trace(ctx, inc, env)
	}
	began := p.recordReceived(inc, env)
	var called time.Time
	if m.timed {
		called = time.Now()
	}

	msg := env.msg
	if m.adapted != nil {
		inc.fence.enter()
		msg = m.adapted.(adaptedTo[M]).message() //nolint:errcheck,forcetypeassert // an adapter of this actor made it
		if !inc.fence.leave() {                  // what was abandoned in there must not go on to Receive
			return false, Normal, nil
		}
	}
	inc.fence.enter()
	if err = a.Receive(ctx, msg); err != nil {
		kind = classify(inc, err)
	}
	if !inc.fence.leave() {
		return false, Normal, nil
	}
	if m.timed {
		p.meter.Timed(m.sent, called, time.Now(), p.span.Ref())
	}
	if err != nil { // the deadline's context ends when the message is given up
		return true, kind, err
	}
	p.recordProcessed(inc, env, began)
	inc.idle().touch()
	p.span.End(nil)
	p.span = nil
	held := m.ask != nil && !m.stashed && m.ask.open()
	if held {
		inc.hold(m.ask) // what works on the answer may need the deadline's context still
	} else {
		p.limited.release()
	}
	p.limited = nil
	if a := m.assigned(); a != nil && !m.stashed {
		a.Handled()
	}
	if m.ask != nil && !m.stashed && !held {
		m.ask.release() // m may be another ask's from here on
	}
	return true, Normal, nil
}

// receiveOne handles one message that came through the control lane.
func (p *Process[M]) receiveOne(inc *incarnation, message func() M) (mine bool) {
	// Two calls, for p.hand is the run loop's: user code that was abandoned in
	// message must not come back and set it.
	var msg M
	p.control = true
	exit, mine := p.call(inc, func() error {
		msg = message()
		return nil
	})
	if mine && exit == nil {
		a := p.actor
		p.hand = envelope[M]{msg: msg}
		exit, mine = p.call(inc, func() error { return a.Receive(inc, msg) })
	}
	switch {
	case !mine:
		return false
	case exit != nil:
		return p.fallen(inc, exit.Kind, exit.Err)
	default:
		p.hand, p.control = envelope[M]{}, false
		return true
	}
}

// unwound is called by the deferred function of receive when user code did not
// return: it panicked or called runtime.Goexit.
func (p *Process[M]) unwound(inc *incarnation, recovered any) outcome {
	exit := unwind(recovered)
	switch {
	case !inc.fence.leave():
		return gone // it was abandoned before
	case exit.Kind == Goexit:
		go p.resume(inc, exit)
		return gone
	default:
		return p.after(p.failed(p.blame(inc, exit)))
	}
}

// blame implements body: it completes the end with what is known of the
// message in hand, and ends the message's span. The ask, if it is one, fails
// when everything else has ended.
func (p *Process[M]) blame(inc *incarnation, exit Exit) Exit {
	p.retract(inc)
	exit.Message = p.hand.name()
	exit.At = time.Now()
	if left, ok := exit.Err.(*AbandonedError); ok { //nolint:errorlint // it was made here
		left.Message = exit.Message // nobody has seen it yet
	}
	exit.Trace = p.span.Ref()
	if !exit.Kind.Abnormal() {
		p.span.End(nil)
		return exit
	}
	p.recordError(inc, exit)
	if p.span != nil {
		f := FailureOf(p, exit)
		p.span.End(&f)
	}
	return exit
}

// FailureOf describes the end of a child as monitoring knows it.
func FailureOf(child Child, exit Exit) monitoring.Failure {
	return monitoring.Failure{
		Path:        pathOf(child),
		Name:        child.Name(),
		Type:        typeOf(child),
		Incarnation: exit.Incarnation,
		Message:     exit.Message,
		Kind:        exit.Kind.String(),
		Err:         exit.Err,
		At:          exit.At,
		Depth:       exit.Depth,
		Trace:       exit.Trace,
	}
}

// pathOf is the child's path where it tells one, its name otherwise.
func pathOf(child Child) string {
	if p, ok := child.(interface{ Path() string }); ok {
		return p.Path()
	}
	return child.Name()
}
