package actortest

import (
	"sync"
	"testing"
	"time"

	"github.com/understudy-go/understudy/actor"
)

// An Ask is a question that a test asks by hand: its Reply goes into a message,
// and what is answered there comes here. So a method Receive that answers
// questions is tested like any other method:
//
//	get := actortest.NewAsk[int](t)
//	err := counter.Receive(ctx, Get{get.Reply})
//	n := get.Value()
//
// The Reply belongs to no ask, so an actor that ends without an answer does not
// make it fail; where that matters ask a [Solo], or an actor of a [System], by
// actor.Ask.
//
// Value and Err fail the test at once, as testing.TB's Fatalf does, so they
// belong to the test's own goroutine.
type Ask[R any] struct {
	// Reply is where the answer goes. Only the first one counts.
	Reply actor.Reply[R]
	// Within is how long Value and Err wait for the answer. Zero means 3
	// seconds.
	Within time.Duration

	t        testing.TB
	answered bell

	mu    sync.Mutex
	over  bool  // protected by mu: there is an answer
	value R     // protected by mu
	err   error // protected by mu
}

// NewAsk returns a question that nobody has been asked yet.
func NewAsk[R any](t testing.TB) *Ask[R] {
	a := &Ask[R]{t: t, answered: newBell()}
	a.Reply = actor.NewReply(func(value R, err error) {
		a.mu.Lock()
		a.over, a.value, a.err = true, value, err
		a.mu.Unlock()
		a.answered.ring()
	})
	return a
}

// Answered reports whether there is an answer.
func (a *Ask[R]) Answered() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.over
}

// Value waits for the answer and returns it. An answer by Reply.Fail fails the
// test.
func (a *Ask[R]) Value() R {
	a.t.Helper()
	value, err := a.wait()
	if err != nil {
		a.t.Fatalf("actortest: the question was answered with an error\n\tgot:  %s\n\twant: a value", show(err))
	}
	return value
}

// Err waits for the answer and returns the error with which it was given. An
// answer by Reply.Send fails the test.
func (a *Ask[R]) Err() error {
	a.t.Helper()
	value, err := a.wait()
	if err == nil {
		a.t.Fatalf("actortest: the question was answered with a value\n\tgot:  %s\n\twant: an error", show(value))
	}
	return err
}

func (a *Ask[R]) wait() (R, error) {
	a.t.Helper()
	if !a.answered.wait(a.Within, a.Answered) {
		a.t.Fatalf("actortest: the question was not answered within %v", orPatience(a.Within))
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.value, a.err
}
