package main

import (
	"errors"
	"fmt"
)

// An account is what became of messages, and of incarnations.
type account struct {
	sent, handled, dead, rejected uint64
	asked, unanswered, late       uint64
	started, hooked               uint64
}

func (a *account) add(b account) {
	a.sent += b.sent
	a.handled += b.handled
	a.dead += b.dead
	a.rejected += b.rejected
	a.asked += b.asked
	a.unanswered += b.unanswered
	a.late += b.late
	a.started += b.started
	a.hooked += b.hooked
}

// settle compares what the senders and the incarnations of a member have counted
// with what the framework has. It is called when nobody sends to the member any
// more and its address has ended.
func (m *member) settle() (account, error) {
	i := m.Info()
	a := account{
		sent: m.sent.Load(), handled: m.handled.Load(), dead: m.dead.Load(), rejected: i.Rejected,
		asked: m.asked.Load(), unanswered: m.unanswered.Load(), late: i.LateReplies,
		started: m.started.Load(), hooked: m.hooked.Load(),
	}
	refused := m.refused.Load()
	var errs []error
	check := func(right bool, format string, args ...any) {
		if !right {
			errs = append(errs, fmt.Errorf(m.String()+": "+format, args...))
		}
	}
	check(i.Depth == 0, "%d messages are left", i.Depth)
	check(a.handled == i.Handled, "it has handled %d messages, and is said to have handled %d", a.handled, i.Handled)
	check(a.dead == i.DeadLettered, "it was given %d dead letters, and is said to have had %d", a.dead, i.DeadLettered)
	// Of an ask that was not answered nobody knows whether it was refused.
	check(i.Rejected >= refused && i.Rejected <= refused+a.unanswered,
		"its senders were refused %d to %d times, and are said to have been %d times", refused, refused+a.unanswered, i.Rejected)
	check(a.sent == a.handled+a.dead+a.rejected, "%d messages were sent, but %d handled, %d dead letters, %d rejected",
		a.sent, a.handled, a.dead, a.rejected)
	return a, errors.Join(errs...)
}
