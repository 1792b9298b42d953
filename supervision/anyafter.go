package supervision

import "github.com/understudy-go/understudy/actor"

// AnyAfter reports whether an end of the given kind means a restart for any of
// the given restart types; false if there are none. It is what a group has to
// know whose members ended together.
func AnyAfter(k actor.Kind, types ...Restart) bool {
	for _, r := range types {
		if r.After(k) {
			return true
		}
	}
	return false
}
