package model

import "time"

// A State is what a child is doing, as the list of children says.
type State uint8

// The states.
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

	token    int             // what it waits for: a timer or a retry; 0 for nothing
	timer    bool            // it is a timer
	back     bool            // it is being stopped to be restarted
	ailing   bool            // it is being stopped for its health
	late     bool            // it is being stopped because its start took too long
	retries  int             // of the initial start, so far
	units    []time.Duration // restarts on its account that may still count
	failures int             // restarts since it last was stable

	checked bool // its health is
	asking  bool // it has been asked how it fares
	sick    int  // bad answers since the last good one

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

// A lapse is what a supervisor has to decide about: mostly the end of a child,
// or its failed start, that calls for a restart.
type lapse struct {
	child    *Child
	exit     Exit
	starting bool // it was a start that failed
	inPlace  bool // the child has been restarted already
	last     bool // the child is significant, and is not to be restarted
}

func (c *Child) live() bool { return c.life != 0 }

// arriving reports whether StartChild is still at it: the child is no member of
// any group yet.
func (c *Child) arriving() bool { return c.live() && c.why == added && c.starter != 0 }

// terminating reports whether somebody waits for its end.
func (c *Child) terminating() bool { return len(c.enders) > 0 }

// active reports whether it runs or is about to.
func (c *Child) active() bool { return c.live() || c.State == Restarting }

// Verdict is what becomes of a child after an end: rules have a say in abnormal
// ones.
func (c *ChildSpec) Verdict(x Exit) Verdict {
	if x.Kind.Abnormal() {
		for _, r := range c.Rules {
			if x.Fault.tells(r.Sort) {
				return r.Then
			}
		}
	}
	if c.Restart == Permanent || c.Restart == Transient && x.Kind.Abnormal() {
		return DoRestart
	}
	return DoStop
}
