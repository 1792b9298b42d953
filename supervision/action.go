package supervision

import (
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
)

// An action is what the machine wants done. The executor carries actions out in
// the order given, and none of them blocks.
type action interface{ action() }

type (
	// doStart starts a child. The answer is one started with the same epoch;
	// after a nil error one ended with the same epoch follows.
	doStart struct {
		id      string
		process actor.Child
		epoch   uint64
	}

	// doStop stops the child's incarnation, which may still be starting, in order
	// to restart it or not. A second doStop for the same incarnation shortens the
	// time it was given.
	doStop struct {
		id      string
		process actor.Child
		within  time.Duration
		again   bool
	}

	// doCheck asks a child how it fares. The answer is one diagnosed, if any comes
	// within the time; the timer of the same token says when it is too late.
	doCheck struct {
		id     string
		token  uint64
		within time.Duration
	}

	// doArm sets a timer, which answers with an alarm.
	doArm struct {
		id    string
		token uint64
		after time.Duration
	}

	// doDisarm cancels the timer of that token. Its alarm may still come.
	doDisarm struct{ token uint64 }

	// doAgain posts a retry to the supervisor's own mailbox, so that whatever
	// waits there is looked at first.
	doAgain struct {
		id    string
		token uint64
	}

	// doReply answers a command. The process is that of the child concerned,
	// nil if there is none.
	doReply struct {
		req     uint64
		err     error
		process actor.Child
	}

	// doRetire ends the address of a child that is not coming back by itself.
	// The process may be started again later.
	doRetire struct {
		process actor.Child
		cause   error
	}

	// doReady reports the outcome of begin. After an error nothing runs and no
	// doExit follows.
	doReady struct{ err error }

	// doExit reports that the machine is done and nothing runs: nil after an
	// orderly stop, *ShutdownError if children did not stop in order,
	// *IntensityError after giving up. It is the last action of all.
	doExit struct{ err error }

	// doEmit records an event.
	doEmit struct{ event monitoring.SupervisionEvent }

	// doExpect makes what the supervisor at path records of its own start or
	// stop part of an incident that is being recorded.
	doExpect struct{ path string }

	// doReport hands over the record of a finished incident.
	doReport struct{ incident *monitoring.Incident }
)

func (doStart) action()  {}
func (doStop) action()   {}
func (doCheck) action()  {}
func (doArm) action()    {}
func (doDisarm) action() {}
func (doAgain) action()  {}
func (doReply) action()  {}
func (doRetire) action() {}
func (doReady) action()  {}
func (doExit) action()   {}
func (doEmit) action()   {}
func (doExpect) action() {}
func (doReport) action() {}
