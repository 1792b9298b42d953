package actor

import (
	"context"
	"time"

	"github.com/understudy-go/understudy/monitoring"
)

// An Assignment is a [Question] whose answer is that its message was handled.
// It is what a queue of work that several actors share gives each of them:
// delivered by [Target.DeliverAsk], which never waits for an Assignment, it ends
// with exactly one of Handled and Fail, unless DeliverAsk returns an error. One
// that comes to no end at one actor, because its address has ended for instance,
// is no dead letter, since Fail gives it back.
//
// The methods are called by the actor, or by whoever ends it; they must not block.
type Assignment interface {
	Question
	// Taken says that the message is about to be handled.
	Taken()
	// Handled says that Receive has returned nil.
	Handled()
}

// assigned is an assignment in a mailbox.
type assigned struct{ Assignment }

func (a *assigned) carry(*core) *meta { return nil }
func (a *assigned) take(*incarnation) { a.Taken() }
func (a *assigned) open() bool        { return false } // the actor need not keep it
func (a *assigned) pressing() bool    { return false }
func (a *assigned) keep() bool        { return false }
func (a *assigned) fail(cause error)  { a.Fail(cause) }
func (a *assigned) release()          {}

// assigned returns the assignment that came with a message, or nil.
func (m *meta) assigned() *assigned {
	if m == nil {
		return nil
	}
	a, _ := m.ask.(*assigned)
	return a
}

// metaOf is what travels with a question that is none of this package's, or with
// an assignment.
func metaOf(ctx context.Context, q Question) *meta {
	m := new(meta)
	m.deadline, _ = q.Deadline()
	if m.from = monitoring.Sampled(ctx); !m.from.IsZero() {
		m.sent = time.Now()
	}
	if a, ok := q.(Assignment); ok {
		m.ask = &assigned{a}
	} else {
		m.ask = &foreign{q}
	}
	return m
}
