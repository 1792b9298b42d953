package model

import (
	"fmt"
	"time"
)

// A Node is a place in the tree.
type Node struct {
	*ChildSpec
	Parent *Node
	Path   string
	Kids   []*Node // a supervisor's
	index  int

	// The incarnation.
	mode   mode
	life   int           // what its parent calls it
	starts int           // how many there have been
	begun  time.Duration // when it did
	asked  time.Duration // when it was asked to end; Forever if it was not
	by     time.Duration // by when it is to have ended

	// A worker's.
	coming []Outcome // of the next starts
	panics bool      // its next stop hook does
	sick   bool      // it says that it is not well

	// A supervisor's.
	brain   Brain
	held    bool
	news    []Event // one lane
	mail    []Event // the other one
	onStack bool
}

type mode uint8

const (
	absent    mode = iota
	beginning      // a worker is starting; a supervisor is not ready
	alive
	hanging // a worker that does not come back from its handler
	hooking // the stop hook runs
)

// An Outcome is how a start goes.
type Outcome uint8

// The outcomes.
const (
	Well Outcome = iota
	Fails
	Ignores
	Panics
	Hangs
)

// An Entry tells of a worker's incarnation that it started, or that its stop
// hook was called, with the kind of the end.
type Entry struct {
	At    time.Duration
	Node  *Node
	Stops bool
	Kind  Kind
}

// String returns the entry in words.
func (e Entry) String() string {
	if e.Stops {
		return fmt.Sprintf("%v stop %s %v", e.At, e.Node.Path, e.Kind)
	}
	return fmt.Sprintf("%v start %s", e.At, e.Node.Path)
}

// An Answer is the answer to a command.
type Answer struct {
	Given bool
	Fault *Fault
}

// exit is a supervisor's end: to escalate is a failure, and, unless it keeps
// strictly to OTP, so is to give up.
func (n *Node) exit(f *Fault) Exit {
	if f != nil && (f.What == Escalated || f.What == GaveUp && !n.Sub.Strict) {
		return Exit{Kind: Failure, Fault: f}
	}
	return Exit{Kind: Shutdown, Fault: f}
}

// Index returns the node's place in World.Nodes.
func (n *Node) Index() int { return n.index }

// Model returns the model of a supervisor that runs and can be asked, or nil.
func (n *Node) Model() *Supervisor {
	if n.held {
		return nil
	}
	s, _ := n.brain.(*Supervisor)
	return s
}

func (n *Node) kid(id string) *Node {
	for _, k := range n.Kids {
		if k.ID == id {
			return k
		}
	}
	return nil
}
