package main

import (
	"context"
	"errors"
	"log"
	"time"

	"github.com/understudy-go/understudy/actor"
)

const (
	patience  = 50 * time.Millisecond  // how long the backend may take
	threshold = 3                      // so many failures in a row open the breaker
	coolDown  = 300 * time.Millisecond // how long it stays open
)

// ErrOpen is what a call is refused with, without the backend being asked.
var ErrOpen = errors.New("the breaker is open")

type Msg interface{ breaker() }

// Call is a request that goes through the breaker.
type Call struct{ Reply actor.Reply[string] }

// Came is what came of a call.
type Came struct {
	Call  Call
	Text  string
	Err   error
	Trial bool // whether it was let through to see how the backend fares
}

// CoolDown says that the breaker has been open for long enough.
type CoolDown struct{}

func (Call) breaker()     {}
func (Came) breaker()     {}
func (CoolDown) breaker() {}

// A State is one of three; in each the breaker handles messages differently.
type State string

const (
	Closed   State = "closed"
	Open     State = "open"
	HalfOpen State = "half open"
)

// A Breaker never waits for the backend: it asks, and handles what comes of it
// as a message. So it can refuse some while others wait.
type Breaker struct {
	self     *actor.Self[Msg]
	backend  actor.Ref[Request]
	log      *log.Logger
	failures int  // in a row
	trying   bool // the trial is under way
}

func declare(backend actor.Ref[Request], l *log.Logger) *actor.Process[Msg] {
	return actor.New(actor.Spec[Msg]{
		Name: "breaker",
		Type: "Breaker", // that of the value is the machine's
		New: func(_ context.Context, self *actor.Self[Msg]) (actor.Actor[Msg], error) {
			b := &Breaker{self: self, backend: backend, log: l}
			return actor.NewMachine(self, Closed, map[State]actor.State[State, Msg]{
				Closed:   {Receive: b.closed},
				Open:     {Receive: b.open, Timeout: coolDown, OnTimeout: CoolDown{}},
				HalfOpen: {Receive: b.halfOpen},
			}), nil
		},
	})
}

func (b *Breaker) closed(ctx context.Context, msg Msg) (State, error) {
	switch msg := msg.(type) {
	case Call:
		b.forward(ctx, msg, false)
	case Came:
		defer msg.answer() // when what it leads to is done
		if msg.Err == nil {
			b.failures = 0
		} else if b.failures++; b.failures == threshold {
			return b.becomes(Open), nil
		}
	}
	return Closed, nil
}

func (b *Breaker) open(_ context.Context, msg Msg) (State, error) {
	switch msg := msg.(type) {
	case Call:
		msg.Reply.Fail(ErrOpen)
	case Came: // a call that was let through before
		msg.answer()
	case CoolDown:
		b.trying = false
		return b.becomes(HalfOpen), nil
	}
	return Open, nil
}

func (b *Breaker) halfOpen(ctx context.Context, msg Msg) (State, error) {
	switch msg := msg.(type) {
	case Call:
		if b.trying {
			msg.Reply.Fail(ErrOpen)
			break
		}
		b.trying = true
		b.forward(ctx, msg, true)
	case Came:
		defer msg.answer()
		switch {
		case !msg.Trial:
		case msg.Err != nil:
			return b.becomes(Open), nil
		default:
			b.failures = 0
			return b.becomes(Closed), nil
		}
	}
	return HalfOpen, nil
}

func (b *Breaker) becomes(s State) State {
	b.log.Printf("      the breaker is %s", s)
	return s
}

// forward asks the backend, with a limit of time.
func (b *Breaker) forward(ctx context.Context, c Call, trial bool) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel() // the question keeps the deadline
	actor.AskAsync(ctx, b.self, b.backend,
		func(r actor.Reply[string]) Request { return Request{r} },
		func(text string, err error) Msg { return Came{c, text, err, trial} })
}

func (c Came) answer() {
	if c.Err != nil {
		c.Call.Reply.Fail(c.Err)
		return
	}
	c.Call.Reply.Send(c.Text)
}
