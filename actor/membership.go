package actor

import "github.com/understudy-go/understudy/internal/yield"

// A membership is that of an address in a group.
type membership struct {
	order uint64 // of joining
	leave func() // takes the address out of the group
	stop  func() // has the address forget it; called with mu of the Groups held
}

// enrol notes that the address is in a group, which it is to leave at its end.
// False means that it has come to that.
func (c *core) enrol(m *membership) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead || c.left {
		return false
	}
	o := c.obituary()
	if o.groups == nil {
		o.groups = make(map[*membership]struct{})
	}
	o.groups[m] = struct{}{}
	return true
}

// withdraw forgets a membership.
func (c *core) withdraw(m *membership) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.obituary().groups, m)
}

// leaveGroups takes the address out of all groups, for good.
func (c *core) leaveGroups() {
	var all map[*membership]struct{}
	c.mu.Lock()
	c.left = true
	if o := c.obit; o != nil {
		all, o.groups = o.groups, nil
	}
	c.mu.Unlock()
	yield.Point()
	for m := range all {
		m.leave()
	}
}
