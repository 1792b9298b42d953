package main

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
)

// deed is what a message has its actor do.
type deed uint8

const (
	work         deed = iota
	slow              // take a while
	forward           // send a message on
	question          // answer
	fail              // return an error
	hiccup            // return an error over which a rule passes
	corrupt           // return an error that a rule escalates
	panics            // panic
	goexit            // end the goroutine
	finish            // end normally
	stick             // do not come back before being cut off
	stickForEver      // do not come back before everything is over
)

var (
	errFail    = errors.New("soak: failed")
	errHiccup  = errors.New("soak: hiccup")
	errCorrupt = errors.New("soak: corrupt")
)

// A job is the message of all actors here.
type job struct {
	do    deed
	to    *member // of forward
	reply actor.Reply[uint64]
}

// A member is one of the actors, and what its senders and its incarnations have
// counted. The framework's own count is its Info.
type member struct {
	*actor.Process[job]
	overflow mailbox.Overflow

	sent, refused     atomic.Uint64 // with asks in sent, but not in refused
	asked, unanswered atomic.Uint64
	handled, dead     atomic.Uint64
	started, hooked   atomic.Uint64 // incarnations made, stop hooks run
}

// declare declares a member. n decides about its mailbox: small ones of every
// policy.
func (s *soaking) declare(name string, n int) *member {
	m := &member{overflow: mailbox.Overflow(n % 4)}
	m.Process = actor.New(actor.Spec[job]{
		Name:    name,
		Type:    "Member",
		Mailbox: mailbox.Config{Capacity: 1 + n%7, Overflow: m.overflow},
		New: func(_ context.Context, self *actor.Self[job]) (actor.Actor[job], error) {
			m.started.Add(1)
			return &life{m, s, self.Incarnation()}, nil
		},
		DeadLetters: func(actor.DeadLetter[job]) { m.dead.Add(1) },
	})
	return m
}

// send sends a message, and counts.
func (m *member) send(ctx context.Context, j job) error {
	m.sent.Add(1)
	return m.count(m.Send(ctx, j))
}

// trySend is send that does not wait.
func (m *member) trySend(j job) error {
	m.sent.Add(1)
	return m.count(m.TrySend(j))
}

// count counts a message that was refused. One that was dropped is a dead
// letter.
func (m *member) count(err error) error {
	if err != nil && !errors.Is(err, actor.ErrDropped) {
		m.refused.Add(1)
	}
	return err
}

// ask asks a question. If no answer comes, the asker cannot tell whether it was
// refused.
func (m *member) ask(ctx context.Context, do deed) error {
	m.sent.Add(1)
	m.asked.Add(1)
	_, err := actor.Ask(ctx, m.Ref, func(r actor.Reply[uint64]) job { return job{do: do, reply: r} })
	if err != nil {
		m.unanswered.Add(1)
	}
	return err
}

// A life is one incarnation of a member.
type life struct {
	*member
	soak   *soaking
	number uint64
}

const (
	slowness    = 2 * time.Millisecond
	forwardTime = 5 * time.Millisecond
)

// Receive does what the message says.
func (l *life) Receive(ctx context.Context, j job) error {
	l.handled.Add(1)
	switch j.do {
	case slow:
		time.Sleep(slowness)
	case forward:
		ctx, cancel := context.WithTimeout(ctx, forwardTime)
		defer cancel()
		_ = j.to.send(ctx, job{}) // counted there
	case question:
		j.reply.Send(l.number)
	case fail:
		return errFail
	case hiccup:
		return errHiccup
	case corrupt:
		return errCorrupt
	case panics:
		panic("soak: panics")
	case goexit:
		runtime.Goexit()
	case finish:
		return actor.ErrStop
	case stick, stickForEver:
		l.soak.stuck.stick(ctx, l, j.do == stickForEver)
	}
	return nil
}

// Stopped is the stop hook.
func (l *life) Stopped(context.Context, actor.Exit) error {
	l.hooked.Add(1)
	return nil
}
