package supervision

import "strconv"

// AutoShutdown says when a supervisor ends because its significant children
// have: ended by themselves, that is, and not to be restarted. Its other
// children are stopped then, last first, and it ends as if it had been asked to.
type AutoShutdown uint8

const (
	// Never is the zero value: there are no significant children.
	Never AutoShutdown = iota
	// AnySignificant: the first significant child that ends is enough.
	AnySignificant
	// AllSignificant: the end of the last one is needed. A child that waits for
	// its restart has not ended.
	AllSignificant
)

// String returns the name as it is written in errors.
func (a AutoShutdown) String() string {
	switch a {
	case Never:
		return "never"
	case AnySignificant:
		return "any_significant"
	case AllSignificant:
		return "all_significant"
	}
	return "AutoShutdown(" + strconv.Itoa(int(a)) + ")"
}

func (a AutoShutdown) valid() bool { return a <= AllSignificant }
