package supervision

import (
	"iter"
	"time"

	"github.com/understudy-go/understudy/actor"
)

// ChildInfo is what a supervisor knows of one child at one moment.
type ChildInfo struct {
	ID      string
	Name    string
	Type    string
	Process actor.Child
	State   State
	// Supervisor says that the child is a supervisor itself.
	Supervisor bool
	Restart    Restart
	Shutdown   Shutdown
	// Restarts is how often the supervisor has restarted the child.
	Restarts int
	// LastError is why the child last ended or failed to start, nil if it
	// never has or ended without an error.
	LastError error
	// Since is when the child came into its State.
	Since time.Time
	// Started is when the child last became ready; zero if it never has.
	Started time.Time
	Health  actor.Health
}

// Counts are the numbers of a supervisor's children.
type Counts struct {
	Specs       int // all that are known
	Active      int // those that run, or are being stopped
	Workers     int // those known that are not supervisors
	Supervisors int // those known that are
}

// list goes through all children in the order of their start.
func (m *machine) list() iter.Seq[ChildInfo] {
	return func(yield func(ChildInfo) bool) {
		for c := m.kids.head; c != nil; c = c.next {
			if !yield(c.info()) {
				return
			}
		}
	}
}

// lookup finds the child of that id.
func (m *machine) lookup(id string) (ChildInfo, bool) {
	c := m.kids.find(id)
	if c == nil {
		return ChildInfo{}, false
	}
	return c.info(), true
}

// count adds up all children.
func (m *machine) count() Counts {
	var n Counts
	for c := m.kids.head; c != nil; c = c.next {
		n.Specs++
		if c.up {
			n.Active++
		}
		if c.supervisor {
			n.Supervisors++
		}
	}
	n.Workers = n.Specs - n.Supervisors
	return n
}

func (c *child) info() ChildInfo {
	return ChildInfo{
		ID: c.id, Name: c.name, Type: c.typ, Process: c.process, State: c.state, Supervisor: c.supervisor,
		Restart: c.restart, Shutdown: c.shutdown, Restarts: c.restarts, LastError: c.lastErr,
		Since: c.since, Started: c.readyAt, Health: c.checks.last,
	}
}
