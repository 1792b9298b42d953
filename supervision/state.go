package supervision

import "strconv"

// State is what a child is doing, as its supervisor sees it.
type State uint8

const (
	// StateStarting: the child has been started and is not ready yet, or waits
	// for its turn in the supervisor's own start.
	StateStarting State = iota
	// StateRunning: the child is ready.
	StateRunning
	// StateStopping: the child has been asked to stop.
	StateStopping
	// StateStopped: the child has no process and is not coming back by itself.
	StateStopped
	// StateRestarting: the child has no process and waits to be restarted.
	StateRestarting
	// StateFailed: a restart asked for by hand has failed.
	StateFailed
)

var stateNames = [...]string{"starting", "running", "stopping", "stopped", "restarting", "failed"}

// String returns the state in lower case.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "State(" + strconv.Itoa(int(s)) + ")"
}

// Terminal reports whether the child stays as it is until somebody asks for
// something else.
func (s State) Terminal() bool { return s == StateStopped || s == StateFailed }

// Transitional reports whether the child is on its way to another state.
func (s State) Transitional() bool {
	return s == StateStarting || s == StateStopping || s == StateRestarting
}
