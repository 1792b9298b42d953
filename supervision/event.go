package supervision

import (
	"time"

	"github.com/understudy-go/understudy/actor"
)

// An event is what the machine reacts to. Events that concern an incarnation
// carry the epoch which the machine gave it in doStart, those of a timer or a
// retry the token of doArm or doAgain; anything stale is recognized by it and
// has no effect.
type event interface{ event() }

type (
	// begin starts all children of the spec. It comes once, first.
	begin struct{}

	// started answers a doStart: err is nil once the child is ready,
	// actor.ErrIgnore if it does not want to run, or why it failed.
	started struct {
		id    string
		epoch uint64
		err   error
		// incarnation is the child's own count, 0 if it is not known; typ is its
		// type, which an actor knows only once it has run, or empty.
		incarnation uint64
		typ         string
	}

	// ended tells that an incarnation that had become ready is over.
	ended struct {
		id    string
		epoch uint64
		exit  actor.Exit
	}

	// resumed tells that an incarnation goes on after it has failed.
	resumed struct {
		id    string
		epoch uint64
		exit  actor.Exit
	}

	// renewed tells that an incarnation has failed and another one has taken its
	// place already, under the same epoch.
	renewed struct {
		id          string
		epoch       uint64
		exit        actor.Exit
		incarnation uint64
	}

	// diagnosed answers a doCheck.
	diagnosed struct {
		id     string
		token  uint64
		health actor.Health
	}

	// alarm tells that the timer armed under token has fired.
	alarm struct {
		id    string
		token uint64
	}

	// retry is a doAgain come back through the supervisor's own mailbox.
	retry struct {
		id    string
		token uint64
	}

	// cmdStart asks for a new child. Its plan has been validated.
	cmdStart struct {
		req   uint64
		child childPlan
	}

	// cmdTerminate asks for a child to be stopped and not restarted.
	cmdTerminate struct {
		req uint64
		id  string
	}

	// cmdHealth switches the checks of a child's health on or off.
	cmdHealth struct {
		req uint64
		id  string
		on  bool
	}

	// cmdRestart asks for a child without a process to be started again.
	cmdRestart struct {
		req uint64
		id  string
	}

	// cmdDelete asks for a child without a process to be forgotten.
	cmdDelete struct {
		req uint64
		id  string
	}

	// halt orders the supervisor to stop within a time, which may be
	// actor.Forever. A later halt can only shorten the time left.
	halt struct{ within time.Duration }
)

func (begin) event()        {}
func (started) event()      {}
func (ended) event()        {}
func (resumed) event()      {}
func (renewed) event()      {}
func (diagnosed) event()    {}
func (alarm) event()        {}
func (retry) event()        {}
func (cmdStart) event()     {}
func (cmdTerminate) event() {}
func (cmdHealth) event()    {}
func (cmdRestart) event()   {}
func (cmdDelete) event()    {}
func (halt) event()         {}
