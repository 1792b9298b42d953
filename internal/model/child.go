package model

import "time"

// A State is what a child is doing, as the list of children says.
type State uint8

const (
	Starting State = iota
	Running
	Stopping
	Stopped
	Restarting
	Failed
)

// A Child is what a supervisor knows of one of its children.
type Child struct {
	*ChildSpec
	State    State
	Restarts int // how often the supervisor has restarted it

	life  int           // the incarnation, 0 if there is no process
	up    bool          // it has become ready
	since time.Duration // then
	why   reason        // it was started

	// due says that the job in hand is to start it, in its turn. What runs still
	// is stopped first, and nothing that happens to it until then matters.
	due bool
	// lapse is an end whose consequence is decided when the job is over.
	lapse *lapse

	token    int  // what it waits for: a timer or a retry; 0 for nothing
	timer    bool // it is a timer
	late     bool // it is being stopped because its start took too long
	failures int  // restarts since it last was stable

	place   int           // in the order of starts
	added   bool          // at run time
	gone    bool          // forgotten
	starter int           // the command that waits for its start, 0 for none
	enders  []int         // the commands that wait for its end
	stopBy  time.Duration // by when it is to have stopped; Forever for no limit
}

// A reason is why a child was started.
type reason uint8

const (
	initially reason = iota // when the supervisor started
	together                // in the restart of a group
	alone                   // in a restart of its own
	added                   // by StartChild
	byHand                  // by RestartChild
)

// A lapse is an end, or a failed start, that calls for a restart.
type lapse struct {
	child    *Child
	cause    *Fault
	starting bool
}

func (c *Child) live() bool { return c.life != 0 }

// arriving reports whether StartChild is still at it: the child is no member of
// any group yet.
func (c *Child) arriving() bool { return c.live() && c.why == added && c.starter != 0 }

// terminating reports whether somebody waits for its end.
func (c *Child) terminating() bool { return len(c.enders) > 0 }

// returns reports whether an end calls for a restart.
func (c *Child) returns(k Kind) bool {
	return c.Restart == Permanent || c.Restart == Transient && k.Abnormal()
}
