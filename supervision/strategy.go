package supervision

import "strconv"

// A Strategy says which children share the fate of one that must be restarted.
// It acts on a decision to restart only: a child that ends and is not to come
// back touches no sibling.
type Strategy uint8

const (
	// OneForOne restarts the child that ended and nothing else. It is the
	// zero value.
	OneForOne Strategy = iota
	// OneForAll stops all other children in reverse order of their start,
	// then starts all of them in order.
	OneForAll
	// RestForOne does the same for the child that ended and those that were
	// started after it.
	RestForOne
)

// String returns the strategy's name as it is written in traces and events.
func (s Strategy) String() string {
	switch s {
	case OneForOne:
		return "one_for_one"
	case OneForAll:
		return "one_for_all"
	case RestForOne:
		return "rest_for_one"
	}
	return "Strategy(" + strconv.Itoa(int(s)) + ")"
}

func (s Strategy) valid() bool { return s <= RestForOne }
