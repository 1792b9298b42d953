package actor

// An obituary is what is said of the end of an address, and to whom. Protected by
// the actor's mu.
type obituary struct {
	done  chan struct{} // made on demand, closed when the address ends
	cause error         // why it has ended

	// How the last incarnation has ended, if one has.
	lived bool
	kind  Kind
	err   error

	watchers watchers                 // who is to be told when the address ends
	groups   map[*membership]struct{} // that the address is in; made on demand
}

// obituary returns what is said of the actor's end, to be added to. It is called with
// mu held.
func (c *core) obituary() *obituary {
	if c.obit == nil {
		c.obit = new(obituary)
	}
	return c.obit
}
