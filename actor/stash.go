package actor

import (
	"slices"

	"github.com/understudy-go/understudy/mailbox"
)

// A Stash is where an actor puts messages that it cannot handle yet, until it
// can:
//
//	if !a.connected {
//		return a.stash.Hold()
//	}
//
// What is put aside still belongs to the mailbox. A question stays open, and a
// message in its trace. Over a restart it is kept, ahead of the messages that
// wait, and the next incarnation gets it first; with Spec.DropWaiting, and when
// the address ends, it becomes dead letters with them.
type Stash[M any] struct {
	self     *Self[M]
	capacity int
}

// NewStash returns the actor's stash, which holds up to that many messages; a
// capacity below 1 means mailbox.DefaultCapacity. An actor has one: all values
// lead to it.
func NewStash[M any](self *Self[M], capacity int) *Stash[M] {
	if capacity < 1 {
		capacity = mailbox.DefaultCapacity
	}
	return &Stash[M]{self, capacity}
}

// Hold puts the message in hand aside. It belongs in Receive, which should
// return nil then: if it does not the message counts as handled, like every
// other at which an actor fails, and is put aside no more.
//
// The errors are [ErrStashFull]; [ErrNothingInHand] for what is no message of
// the mailbox, such as a timer's, which must not come back when the timer was
// called off; and [ErrAbandoned].
func (s *Stash[M]) Hold() error {
	p, inc := s.self.process(), s.self.inc()
	inc.mu.Lock() // the handler is not abandoned meanwhile, so that the run loop's part is its own
	defer inc.mu.Unlock()
	switch {
	case inc.fence.isCut():
		return ErrAbandoned
	case inc.fence.call() == 0 || inc.phase != receiving || inc.isAsked() || p.control:
		return ErrNothingInHand
	case p.isHeld(inc, inc.fence.call()):
		return nil
	case p.isAside() >= int64(s.capacity):
		return ErrStashFull
	}
	if m := p.hand.meta; m != nil {
		m.stashed, m.timed = true, false
	}
	own := p.rarely()
	if own.shelf == nil {
		own.shelf = new(shelf[M])
	}
	own.shelf.by, own.shelf.call = inc, inc.fence.call()
	own.shelf.held = append(own.shelf.held, p.hand)
	own.aside.Add(1)
	return nil
}

// Release has all that was put aside handled, in order and ahead of the messages
// in the mailbox, after the message in hand and those that were released before.
// What is put aside again then stays until the next Release.
func (s *Stash[M]) Release() {
	if s.self.inc().live() {
		p := s.self.process()
		p.tell(release[M]{p, s.self.inc()})
	}
}

// Len returns how many messages are put aside, those that were released and have
// not been handled yet among them.
func (s *Stash[M]) Len() int { return int(s.self.core.isAside()) }

// A shelf is what an actor has put aside. Owned by the run loop, for Hold runs
// on it.
type shelf[M any] struct {
	held  []envelope[M] // oldest first
	ready []envelope[M] // released; oldest first, and all older than held

	// The last one of held may be the message in hand: the one at which this
	// call of user code was.
	by   *incarnation
	call uint64
}

// shelf returns what was put aside; nil: nothing ever was. Run loop only.
func (p *Process[M]) shelf() *shelf[M] {
	if own := p.rareOf(); own != nil {
		return own.shelf
	}
	return nil
}

// isHeld reports whether the message in hand was put aside by that call.
func (p *Process[M]) isHeld(inc *incarnation, call uint64) bool {
	if m := p.hand.meta; m != nil {
		return m.stashed
	}
	s := p.shelf()
	return s != nil && s.by == inc && s.call == call
}

// retract takes the message in hand, at which the actor has failed, from those
// that were put aside.
func (p *Process[M]) retract(inc *incarnation) {
	s := p.shelf()
	if s == nil || p.control || !p.isHeld(inc, inc.fence.last()) {
		return
	}
	s.by = nil
	n := len(s.held) - 1
	s.held[n] = envelope[M]{}
	s.held = s.held[:n]
	p.rarely().aside.Add(-1)
}

// restock has an incarnation begin with what the one before has put aside.
func (p *Process[M]) restock(inc *incarnation) {
	if s := p.shelf(); s != nil && s.release() > 0 {
		p.tell(released[M]{p, inc})
	}
}

// release makes everything ready, and returns how much there is.
func (s *shelf[M]) release() int {
	s.ready, s.held = append(s.ready, s.held...), nil
	return len(s.ready)
}

// buryShelf makes dead letters of what was put aside.
func (p *Process[M]) buryShelf(reason DropReason, cause error) {
	own := p.rareOf()
	if own == nil || own.shelf == nil {
		return
	}
	all := slices.Concat(own.shelf.ready, own.shelf.held)
	own.shelf = nil
	for _, env := range all {
		own.burials.Add(1)
		own.aside.Add(-1)
		own.buried.Add(1)
		own.burials.Add(1)
		p.deadLetter(env, reason, cause)
	}
}

// release makes ready what was put aside.
type release[M any] struct {
	p   *Process[M]
	inc *incarnation
}

func (s release[M]) apply(c *core) bool {
	shelf := s.p.shelf()
	switch {
	case c.inc != s.inc || s.inc.phase != receiving || shelf == nil:
	case len(shelf.ready) > 0: // their signal is on its way
		shelf.release()
	default:
		s.p.restock(s.inc)
	}
	return true
}

// released has the oldest message handled that is ready. Each is a signal of
// its own, so that none is lost with a handler that is abandoned, and other
// control traffic gets its turn.
type released[M any] struct {
	p   *Process[M]
	inc *incarnation
}

func (s released[M]) apply(c *core) bool {
	shelf := s.p.shelf()
	if c.inc != s.inc || s.inc.phase != receiving || len(shelf.ready) == 0 {
		return true
	}
	env := shelf.ready[0]
	shelf.ready[0] = envelope[M]{}
	if shelf.ready = shelf.ready[1:]; len(shelf.ready) == 0 {
		shelf.ready = nil
	} else {
		c.tell(s)
	}
	s.p.rarely().aside.Add(-1)
	return s.p.receiveAgain(s.inc, env)
}

// receiveAgain handles a message that was put aside.
func (p *Process[M]) receiveAgain(inc *incarnation, env envelope[M]) (mine bool) {
	returned := false
	defer func() {
		if !returned {
			mine = p.unwound(inc, recover()) != gone
		}
	}()
	p.hand = env
	mine, kind, err := p.observed(inc, p.actor, env)
	returned = true
	switch {
	case !mine:
		return false
	case err != nil:
		return p.fallen(inc, kind, err)
	default:
		p.hand = envelope[M]{}
		return true
	}
}
