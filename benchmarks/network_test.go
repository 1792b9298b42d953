package benchmarks

import "testing"

// A wiring makes one actor of each part, in one system, and has them taken down
// by tb.Cleanup.
//
// It serves the cases that several actors take part in. Their handlers are
// written once, so a call of a function value and of a method of node stand
// between them and the system: some nanoseconds a message, the same for all.
type wiring func(tb testing.TB, parts []part) network

// A part is what an actor does with what it gets. Exactly one field is set.
type part struct {
	handle func(n node, m message)         // of an actor that is told
	answer func(n node, m message) message // of an actor that is asked
}

// A node is an actor, as its part sees it while it handles a message.
type node interface {
	send(to int, m message) error
	ask(to int, m message) (message, error)
}

// A network is the same actors, as goroutines outside see them. Only one of
// these may ask at a time.
type network struct {
	tell func(to int, m message) error
	ask  func(to int, m message) (message, error)
}

// room is how many messages can wait in a mailbox of a network, where the system
// lets that be chosen. In a large one it is less: memory is not what is
// measured.
func room(parts int) int {
	if parts > 1000 {
		return 16
	}
	return capacity
}

// wired makes a case for counted operations of one for networks.
func wired(s func(wiring) setup) func(contender) setup {
	return func(c contender) setup {
		if c.wire == nil {
			return nil
		}
		return s(c.wire)
	}
}
