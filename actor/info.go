package actor

import "github.com/understudy-go/understudy/monitoring"

// An Info is what can be seen of an actor from outside, at one moment. It is
// read from atomics; the actor is not disturbed, and the figures are not one
// consistent cut while it runs.
type Info struct {
	Name        string
	Path        string
	Type        string
	ID          monitoring.ID
	State       string // "declared", "starting", "receiving", "stopping", "waiting" for a restart, "stopped"
	Incarnation uint64 // starts so far

	Depth        int    // messages waiting
	Stashed      int    // messages that the actor has put aside; see Stash
	Capacity     int    // messages that can wait
	Handled      uint64 // messages taken to be handled, the one in hand and the one that failed among them
	DeadLettered uint64 // messages that were accepted, or dropped by the mailbox, and not handled
	Rejected     uint64 // messages refused with an error
	LateReplies  uint64 // answers of the actor that came too late
}

// Backlog returns how many messages the actor has: those in its mailbox, and the
// one that it is handling. It is as cheap as a message, and as old as that when it
// is looked at.
func (p *Process[M]) Backlog() int {
	n := p.queue.Len()
	if inc := p.current.Load(); inc != nil && inc.fence.call() != 0 {
		n++
	}
	return n
}

// Info returns what can be seen of the actor.
//
// Every message that was ever sent to it is in one of Handled, DeadLettered,
// Rejected, Depth and Stashed.
func (p *Process[M]) Info() Info {
	i := Info{
		Name:        p.Name(),
		Path:        p.Path(),
		Type:        p.Type(),
		ID:          p.ID(),
		State:       p.State(),
		Incarnation: p.starts.Load(),
	}
	var buried uint64
	var aside int64
	if r := p.rare.Load(); r != nil {
		i.DeadLettered, i.Rejected, i.LateReplies = r.lost.Load(), r.refused.Load(), r.late.Load()
		buried = r.buried.Load() // first: what is buried was taken from the mailbox before
		aside = r.aside.Load()   // then: what is put aside was too, and may be buried meanwhile
	}
	s := p.queue.Stats()
	i.Depth, i.Capacity, i.Stashed = s.Depth, s.Capacity, int(aside)
	i.Handled = s.Dequeued - buried - uint64(aside)
	return i
}

// State names what the actor is doing, as Info does. When a Send has failed with
// ErrStopped it is "stopped", until the actor is started anew.
func (c *core) State() string {
	inc := c.current.Load()
	switch {
	case c.gate.Load() == closed:
		return "stopped"
	case inc != nil:
		return phaseNames[inc.state.Load()]
	case c.starts.Load() == 0:
		return "declared"
	default:
		return "waiting"
	}
}
