package model

import (
	"fmt"
	"time"
)

// An Event is what happens to a supervisor. Which fields count depends on What.
type Event struct {
	What   EventKind
	Child  string
	Life   int           // which incarnation of the child: Started, Ended
	Fault  *Fault        // why it has not started: Started
	Exit   Exit          // Ended, Resumed, Renewed
	Well   bool          // Diagnosed
	On     bool          // Switch
	Token  int           // Alarm, Retry
	Req    int           // which command: Add, Terminate, Revive, Delete
	Spec   *ChildSpec    // Add
	Within time.Duration // Halt
}

// An EventKind is what has happened.
type EventKind uint8

// The events.
const (
	Begin     EventKind = iota // the supervisor is to start
	Halt                       // it is to stop
	Started                    // a child is up; with a Fault it could not be started
	Ended                      // a child that was up is down
	Resumed                    // a child has failed and goes on as it was
	Renewed                    // a child has failed and a new incarnation has taken its place already
	Diagnosed                  // the answer to a Check
	Alarm                      // a timer fires
	Retry                      // a posted retry comes back through the mailbox
	Add                        // commands: StartChild,
	Terminate                  // TerminateChild,
	Revive                     // RestartChild,
	Delete                     // DeleteChild
	Switch                     // EnableHealth, DisableHealth
)

// An Effect is what a supervisor wants done. Which fields count depends on Do.
type Effect struct {
	Do     EffectKind
	Child  string
	Life   int           // Start
	Token  int           // Arm, Disarm, Again, Check
	Back   bool          // Stop: it is to come back afterwards
	Within time.Duration // Stop, Arm
	Req    int           // Reply
	Fault  *Fault        // Reply, Ready, Exit
}

// An EffectKind is what is to be done.
type EffectKind uint8

// The effects.
const (
	Start  EffectKind = iota // start a new incarnation of a child
	Stop                     // stop a child within a time; a second one shortens it
	Check                    // ask a child how it fares
	Arm                      // set a timer
	Disarm                   // call it off
	Again                    // post a retry to the supervisor's own mailbox
	Reply                    // answer a command
	Retire                   // end a child's address: it is not coming back by itself
	Ready                    // the supervisor has started, or could not
	Over                     // the supervisor has ended; a Fault is how
)

var (
	eventNames  = []string{"begin", "halt", "started", "ended", "resumed", "renewed", "diagnosed", "alarm", "retry", "add", "terminate", "restart", "delete", "switch"}
	effectNames = []string{"start", "stop", "check", "arm", "disarm", "again", "reply", "retire", "ready", "over"}
)

// String returns the event in words.
func (e Event) String() string {
	text := eventNames[e.What] + " " + e.Child
	switch e.What {
	case Halt:
		text += " within " + limit(e.Within)
	case Started:
		text += ": " + e.Fault.String()
	case Ended, Resumed, Renewed:
		text += fmt.Sprintf(": %v %v", e.Exit.Kind, e.Exit.Fault)
	case Alarm, Retry:
		text += fmt.Sprintf(" #%d", e.Token)
	}
	return text
}

// String returns the effect in words.
func (e Effect) String() string {
	text := effectNames[e.Do] + " " + e.Child
	switch e.Do {
	case Stop, Arm:
		text += " " + limit(e.Within)
		if e.Back {
			text += " to restart it"
		}
	case Reply:
		text += fmt.Sprintf("%d: %v", e.Req, e.Fault)
	case Ready, Over:
		text += e.Fault.String()
	}
	return text
}
