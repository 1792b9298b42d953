package topic

import (
	"cmp"
	"context"
	"fmt"

	"github.com/understudy-go/understudy/actor"
)

// A Spec declares a topic.
type Spec struct {
	// Name is what the topic's actor is called among its siblings. It is
	// required, and has the form of every actor's name.
	Name string

	// Type says what kind of actor it is, in events and metrics. Empty means
	// "Topic".
	Type string
}

// actor declares the actor of a topic.
func (s Spec) actor(keep func(*actor.Self[Message]) actor.Actor[Message], owned actor.Child) actor.Spec[Message] {
	return actor.Spec[Message]{
		Name: s.Name,
		Type: cmp.Or(s.Type, "Topic"),
		New: func(_ context.Context, self *actor.Self[Message]) (actor.Actor[Message], error) {
			return keep(self), nil
		},
		Owns: []actor.Child{owned},
	}
}

// A Policy says what becomes of a message that finds a subscriber's mailbox
// full. It comes into play where the mailbox itself would have the sender wait;
// one that rejects or drops messages by its own policy does so under each of
// these.
type Policy uint8

const (
	// Drop: this subscriber does not get the message; it is counted.
	Drop Policy = iota
	// Block: Publish waits until there is room, or its ctx is done.
	Block
	// Fail: this subscriber does not get the message, and is none any more.
	Fail
)

var policyNames = [...]string{"drop", "block", "fail"}

// String returns the policy in lower case.
func (p Policy) String() string {
	if int(p) < len(policyNames) {
		return policyNames[p]
	}
	return fmt.Sprintf("Policy(%d)", uint8(p))
}
