package supervision

import (
	"time"

	"github.com/understudy-go/understudy/actor"
)

// Message is what a supervisor receives. Users do not make messages: they call
// [StartChild] and its like, and children's ends come by themselves.
type Message interface{ supervision() }

// ChildStarted tells a supervisor that a child is ready, or, with an error,
// that it could not be started.
type ChildStarted struct {
	ID  string
	Err error

	epoch       uint64
	incarnation uint64
	typ         string
}

// ChildExited tells a supervisor that a child's incarnation is over.
type ChildExited struct {
	ID   string
	Exit actor.Exit

	epoch uint64
}

// ChildContinued tells a supervisor that a child has failed and goes on: as it
// was, or renewed in place.
type ChildContinued struct {
	ID      string
	Exit    actor.Exit
	Renewed bool

	epoch       uint64
	incarnation uint64
}

func (c ChildContinued) event() event {
	if c.Renewed {
		return renewed{c.ID, c.epoch, c.Exit, c.incarnation}
	}
	return resumed{c.ID, c.epoch, c.Exit}
}

// alarmed is the timer of the alarms, which has fired; again is a failed restart
// that waits for its next attempt.
type (
	alarmed struct{}
	again   struct{ retry retry }
)

// retired tells that a child's address has ended.
type retired struct{ process actor.Child }

// answered is what came of a health check.
type answered struct{ diagnosis diagnosed }

// stopAsked is the order to stop.
type stopAsked struct{ within time.Duration }

// Commands and queries.
type (
	// command asks for a change.
	command struct {
		op     string
		id     string
		child  Child // of a start
		caller string
		reply  actor.Reply[actor.Child]
	}

	// startAll asks for a batch of children: all of them, or none.
	startAll struct {
		defaults Defaults
		children []Child
		reply    actor.Reply[map[string]ChildInfo]
	}

	// terminateProcess is a command to terminate a child that is named by its
	// address.
	terminateProcess struct {
		process actor.Child
		*command
	}

	listChildren struct{ reply actor.Reply[[]ChildInfo] }
	countAll     struct{ reply actor.Reply[Counts] }
	lookUp       struct {
		id    string
		reply actor.Reply[ChildInfo]
	}
)

func (ChildStarted) supervision()   {}
func (ChildExited) supervision()    {}
func (ChildContinued) supervision() {}
func (answered) supervision()       {}
func (alarmed) supervision()        {}
func (again) supervision()          {}
func (stopAsked) supervision()      {}
func (*command) supervision()       {}
func (retired) supervision()        {}
func (startAll) supervision()       {}
func (listChildren) supervision()   {}
func (countAll) supervision()       {}
func (lookUp) supervision()         {}
