package system

import (
	"context"
	"fmt"

	"github.com/understudy-go/understudy/supervision"
)

// A State is how far a system is in its life.
type State uint8

// The states of a system, in the order in which they come.
const (
	StateStarting State = iota // Start has not returned
	StateRunning
	StateStopping // from the beginning of the first phase of its shutdown, or the end of a supervisor at the top
	StateStopped  // nothing runs any more
)

var stateNames = [...]string{"starting", "running", "stopping", "stopped"}

// String returns the state in one word.
func (s State) String() string {
	if int(s) >= len(stateNames) {
		return fmt.Sprintf("State(%d)", uint8(s))
	}
	return stateNames[s]
}

// State returns how far the system is. It never blocks.
func (s *ActorSystem) State() State {
	select {
	case <-s.done:
		return StateStopped
	default:
	}
	if s.ending() {
		return StateStopping
	}
	return StateRunning
}

// Answers returns nil when the supervisors at the top have answered a question:
// they look at what happens to their children. Otherwise the error is ctx's
// cause, or that they have ended.
func (s *ActorSystem) Answers(ctx context.Context) error {
	for _, t := range []*top{s.root, s.spawned} {
		if _, err := supervision.Count(ctx, t.process.Ref); err != nil {
			return err
		}
	}
	return nil
}
