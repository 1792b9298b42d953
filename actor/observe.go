package actor

import (
	"context"
	"time"

	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/monitoring"
)

// telemetry returns the telemetry of the actor's system, or nil, which is
// valid and does nothing.
func (c *core) telemetry() *monitoring.Telemetry {
	if s := c.scope.Load(); s != nil {
		return s.runtime.telemetry
	}
	return nil
}

// event is an event of the actor with what all have in common.
func (c *core) event(kind monitoring.ActorKind, inc *incarnation) monitoring.ActorEvent {
	return monitoring.ActorEvent{
		Time:        time.Now(),
		Kind:        kind,
		ID:          c.ID(),
		Path:        c.Path(),
		Type:        c.Type(),
		Incarnation: inc.number,
	}
}

// observeStarted records a start, if anybody wants to know. An event needs much room
// on the stack, which a goroutine that is new does not have: so it has a function of
// its own.
func (c *core) observeStarted(inc *incarnation) {
	if c.telemetry().ObservesActors() {
		c.recordStarted(inc)
	}
}

func (c *core) recordStarted(inc *incarnation) {
	t := c.telemetry()
	if inc.number == 1 {
		t.Actor(c.event(monitoring.Spawned, inc))
	}
	t.Actor(c.event(monitoring.Started, inc))
}

// observeStopped is observeStarted for an end.
func (c *core) observeStopped(inc *incarnation) {
	if inc.created && c.telemetry().ObservesActors() {
		c.recordStopped(inc)
	}
}

func (c *core) recordStopped(inc *incarnation) {
	t := c.telemetry()
	e := c.event(monitoring.Stopped, inc)
	e.Reason, e.Err = inc.exit.Kind.String(), inc.exit.Err
	t.Actor(e)
}

// observeRegistered records that the actor's name was taken or given back.
func (c *core) observeRegistered(kind monitoring.SystemKind) {
	c.telemetry().System(monitoring.SystemEvent{Time: time.Now(), Kind: kind, Name: c.registered(), Path: c.Path()})
}

// What an actor asks of those who send to it, as bits of one word: a message
// that is nothing special costs its sender one look at it.
const (
	timeNext   uint32 = 1 << iota // put the time into the next message; see metrics.go
	recordNext                    // record each message: a monitor watches mailboxes
	refuseAll                     // refuse each message: the declaration is wrong
)

// watches reports whether a monitor records each message, and has senders
// record theirs.
func (c *core) watches() bool {
	t := c.telemetry()
	if t.ObservesMailboxes() {
		c.asks.Or(recordNext)
	}
	return t.ObservesActors() || t.ObservesMailboxes()
}

// trace begins the span of a message that was sent in a sampled one.
func (p *Process[M]) trace(ctx context.Context, inc *incarnation, env envelope[M]) (context.Context, *monitoring.ProcessSpan) {
	return p.telemetry().StartProcess(ctx, env.meta.from, monitoring.ProcessInfo{
		Path:        p.Path(),
		Type:        p.Type(),
		Message:     env.name(),
		Incarnation: inc.number,
		Depth:       p.queue.Len(),
		Wait:        time.Since(env.meta.sent),
		Ask:         env.meta.ask != nil,
	})
}

// recordReceived records that a message is going to be handled, and returns
// when, if that will be asked for.
func (p *Process[M]) recordReceived(inc *incarnation, env envelope[M]) (began time.Time) {
	if !inc.watched {
		return
	}
	t := p.telemetry()
	if t.ObservesMailboxes() {
		t.Mailbox(p.mailboxEvent(monitoring.Dequeued, env))
	}
	if t.ObservesActors() {
		e := p.event(monitoring.MessageReceived, inc)
		e.Message, began = env.name(), e.Time
		t.Actor(e)
	}
	return began
}

func (p *Process[M]) recordProcessed(inc *incarnation, env envelope[M], began time.Time) {
	if began.IsZero() {
		return
	}
	e := p.event(monitoring.MessageProcessed, inc)
	e.Message, e.Duration = env.name(), e.Time.Sub(began)
	p.telemetry().Actor(e)
}

func (p *Process[M]) recordError(inc *incarnation, exit Exit) {
	if t := p.telemetry(); t.ObservesActors() {
		e := p.event(monitoring.ErrorOccurred, inc)
		e.Message, e.Err, e.Reason = exit.Message, exit.Err, exit.Kind.String()
		t.Actor(e)
	}
}

// recordTrouble records that a user's function apart from the actor's own
// failed.
func (c *core) recordTrouble(err error) {
	c.telemetry().Actor(monitoring.ActorEvent{
		Time: time.Now(),
		Kind: monitoring.ErrorOccurred,
		ID:   c.ID(),
		Path: c.Path(),
		Type: c.Type(),
		Err:  err,
	})
}

func (p *Process[M]) mailboxEvent(kind monitoring.MailboxKind, env envelope[M]) monitoring.MailboxEvent {
	return monitoring.MailboxEvent{
		Time:     time.Now(),
		Kind:     kind,
		Path:     p.Path(),
		Type:     p.Type(),
		Message:  env.name(),
		Depth:    p.queue.Len(),
		Capacity: p.queue.Cap(),
	}
}

// recordEnqueued records that a message is in the mailbox. A run that is on may
// have taken it by then.
func (p *Process[M]) recordEnqueued(env envelope[M]) {
	p.telemetry().Mailbox(p.mailboxEvent(monitoring.Enqueued, env))
}

// recordFull records what a message that found the mailbox full led to.
func (p *Process[M]) recordFull(env envelope[M], outcome mailbox.Outcome) {
	t := p.telemetry()
	if !t.ObservesMailboxes() {
		return
	}
	t.Mailbox(p.mailboxEvent(monitoring.CapacityReached, env))
	switch outcome {
	case mailbox.Full:
		t.Mailbox(p.mailboxEvent(monitoring.BackpressureApplied, env))
	case mailbox.DroppedNewest, mailbox.DroppedOldest:
		e := p.mailboxEvent(monitoring.MessageDropped, env)
		e.Reason = ReasonOverflow.String()
		t.Mailbox(e)
	}
}

// recordLost records a dead letter.
func (p *Process[M]) recordLost(env envelope[M], reason DropReason) {
	s := p.scope.Load()
	if s == nil {
		return // never started: nobody else to tell
	}
	e := p.mailboxEvent(monitoring.DeadLetter, env)
	e.Reason = reason.String()
	if env.meta != nil {
		e.Trace = env.meta.from
	}
	s.runtime.letters.add(LetterRecord{To: e.Path, Type: e.Type, Message: e.Message, Reason: reason, At: e.Time})
	s.runtime.telemetry.Mailbox(e)
}

// lateReply records an answer that came too late.
func (c *core) lateReply() {
	c.rarely().late.Add(1)
	s := c.scope.Load()
	if s == nil {
		return
	}
	r := LetterRecord{To: c.Path(), Type: c.Type(), Message: "reply", Reason: ReasonLateReply, At: time.Now()}
	s.runtime.letters.add(r)
	s.runtime.telemetry.Mailbox(monitoring.MailboxEvent{
		Time:    r.At,
		Kind:    monitoring.DeadLetter,
		Path:    r.To,
		Type:    r.Type,
		Message: r.Message,
		Reason:  r.Reason.String(),
	})
}
