// Package effect lets a test see what an actor asks of the framework through
// its Self. Package actor tells of it when the context that an actor is started
// with says so, which only package actortest does, and only of an actor that
// belongs to no system.
package effect

import (
	"context"
	"time"
)

// A Kind tells effects apart.
type Kind uint8

// What an actor can ask for.
const (
	Start    Kind = iota + 1 // of a child
	Stop                     // of a child
	Watch                    // of another's end
	Unwatch                  // of another's end
	Link                     // to another's life
	Unlink                   // from another's life
	After                    // a message once
	Every                    // a message at a fixed rate
	Repeat                   // a message with a fixed delay
	Cancel                   // a timer with a key
	Idle                     // a message when it is idle
	Passive                  // its end when it is idle
	Continue                 // a message ahead of all others
	Task                     // a function beside it
)

// An Effect is one thing that an actor has asked for.
type Effect struct {
	By      string // path of the actor
	Kind    Kind
	Of      string        // the child's name, or the other's path
	For     time.Duration // how long the timer takes, the period, the time to stop
	Message any           // what will be handled; nil if that is not known yet
}

type key struct{}

// To returns a context for the start of an actor that belongs to no system: what it
// and its children ask for is told to tell, on any goroutine and with locks held,
// so tell must not call back.
func To(ctx context.Context, tell func(Effect)) context.Context {
	return context.WithValue(ctx, key{}, tell)
}

// From returns what To was given, or nil.
func From(ctx context.Context) func(Effect) {
	tell, _ := ctx.Value(key{}).(func(Effect))
	return tell
}
