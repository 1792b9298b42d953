package actor

// notice brings the end of an address to an actor that has a bond with it.
//
// A link has its effect at once. Before a watcher is told, it handles what is in
// its mailbox by now: whatever the other actor sent it before it ended is there.
type notice struct {
	bond *bond
	down Down
}

func (s notice) apply(c *core) bool {
	inc := s.bond.inc
	if c.inc != inc || inc.phase != receiving {
		return true
	}
	depth := c.body.depth()
	if s.bond.key.link || depth == 0 && !inc.noticed() {
		return s.tell()
	}
	taken := c.body.taken()
	plans := inc.plans()
	plans.notices = append(plans.notices, dueNotice{s, taken + uint64(depth)})
	return true
}

// tell has the actor learn of the end, unless the bond was undone.
func (s notice) tell() (mine bool) { return !s.bond.claim() || s.bond.notify(s.down) }

// A dueNotice is one that waits for messages to be handled.
type dueNotice struct {
	notice
	after uint64 // comes when so many have been taken from the mailbox
}

// noticed reports whether there are notices that wait. Run loop only.
func (i *incarnation) noticed() bool { return i.agenda != nil && len(i.agenda.notices) != 0 }

// ahead returns how many messages come before the next notice, of which there
// is one. It is none if the mailbox is empty, for messages may have been
// evicted from it.
func (c *core) ahead(inc *incarnation) int {
	depth := c.body.depth()
	after, taken := inc.agenda.notices[0].after, c.body.taken()
	if after <= taken {
		return 0
	}
	return int(min(after-taken, uint64(depth)))
}

// announce tells the actor of the next notice.
func (c *core) announce(inc *incarnation) (mine bool) {
	plans := inc.agenda
	next := plans.notices[0]
	plans.notices[0] = dueNotice{}
	if plans.notices = plans.notices[1:]; len(plans.notices) == 0 {
		plans.notices = nil
	}
	return next.tell()
}
