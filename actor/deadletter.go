package actor

import (
	"context"
	"fmt"
	"time"

	"github.com/understudy-go/understudy/monitoring"
)

// A DropReason says why a message became a dead letter.
type DropReason uint8

const (
	// ReasonStopped: the actor's address ended before the message was handled.
	ReasonStopped DropReason = iota
	// ReasonOverflow: the mailbox was full and its policy drops.
	ReasonOverflow
	// ReasonLateReply: an answer came after its ask was over.
	ReasonLateReply
	// ReasonRestart: the incarnation ended before it came to the message, and
	// Spec.DropWaiting keeps none for the next one.
	ReasonRestart
	// ReasonFailed: the message was handled as often as it may be, and the actor
	// failed each time; see package pool.
	ReasonFailed
)

var reasonNames = [...]string{"stopped", "overflow", "late_reply", "restart", "failed"}

// String returns the reason as it stands in events and metrics.
func (r DropReason) String() string {
	if int(r) < len(reasonNames) {
		return reasonNames[r]
	}
	return fmt.Sprintf("DropReason(%d)", uint8(r))
}

// A DeadLetter is a message that was accepted, or dropped by the mailbox, and
// will not be handled. A question is one as well, beside what its asker is told.
// The message at which an actor fails is none: it was handled.
type DeadLetter[M any] struct {
	To     Ref[M]
	Msg    M // zero if it came through an adapter, which is not asked any more
	Reason DropReason
	At     time.Time
	Type   string // the name of the type that was sent
	Err    error  // what an asker is told
}

// DeadLetter makes a dead letter of a message which was to be handled by the
// actor, or by others in its name, and has never been in its mailbox: it is
// counted, recorded, and given to Spec.DeadLetters, for which DeadLetter waits.
// ctx says which trace it belongs to. Packages that keep messages for an actor
// outside of it account for them so.
func (p *Process[M]) DeadLetter(ctx context.Context, msg M, reason DropReason, cause error) {
	p.deadLetter(envelope[M]{msg: msg, meta: &meta{from: monitoring.Sampled(ctx)}}, reason, cause)
}

// deadLetter disposes of a message that will not be handled: its ask fails with
// cause, it is counted, recorded, and given to the declared function. An
// assignment is no dead letter: whoever has made it is told by its Fail.
func (p *Process[M]) deadLetter(env envelope[M], reason DropReason, cause error) {
	env.meta.fail(cause)
	if env.meta.assigned() != nil { // it has gone back to whom it came from
		p.rarely().refused.Add(1)
		return
	}
	r := p.rarely()
	r.lost.Add(1)
	p.recordLost(env, reason)
	if r.deadLetters == nil {
		return
	}
	// On a goroutine of its own, for runtime.Goexit in it must end neither the
	// run loop nor the sender.
	letter := DeadLetter[M]{To: p.Ref, Msg: env.msg, Reason: reason, At: time.Now(), Type: env.name(), Err: cause}
	over := make(chan struct{})
	Go(func() error {
		r.deadLetters(letter)
		return nil
	}, func(err error) {
		if err != nil {
			p.recordTrouble(fmt.Errorf("dead letters: %w", err))
		}
		close(over)
	})
	<-over
}
