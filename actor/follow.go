package actor

import (
	"slices"

	"github.com/understudy-go/understudy/internal/yield"
)

// A Change is one of a group: an address has joined it, or left.
type Change[K comparable, M any] struct {
	Key    K
	Member Ref[M]
	Joined bool // else it has left
}

// Follow has an actor told of all that joins a group and leaves it, from now on:
// on makes a message of each change. It returns the members as of now, so that
// together with the changes, which come in their order, the actor always knows
// who is in the group.
//
// The messages come ahead of those in the mailbox, each in its own turn, and not
// after what a member may have sent before it left; see [Self.Watch] for that.
// Nothing comes any more when stop has been called, not even what was under way.
// Following ends with the incarnation.
//
// The errors are [ErrStopped] and [ErrAbandoned] when the incarnation is over.
func Follow[M any, K comparable, T any](
	self *Self[M], g *Groups[K, T], key K, on func(Change[K, T]) M,
) (members []Ref[T], stop func(), err error) {
	f := new(follower[K, T])
	inc := self.inc()
	b := &bond{inc: inc, key: bondKey{target: f}, stop: func() { g.unfollow(key, f) }}
	f.notify = func(ch Change[K, T]) {
		self.process().tell(development[M]{note[M]{self.process(), inc, func() M { return on(ch) }}, b})
	}
	if err := inc.enlist(b); err != nil {
		return nil, func() {}, err
	}
	yield.Point()
	members = g.follow(key, f)
	if b.isOver() { // the incarnation has ended meanwhile
		g.unfollow(key, f)
	}
	return members, func() {
		if b.claim() {
			g.unfollow(key, f)
		}
	}, nil
}

// A follower is an actor that is told of a group's changes.
type follower[K comparable, M any] struct {
	notify func(Change[K, M]) // never blocks
}

// development is a note of a change, unless nobody wants to know any more.
type development[M any] struct {
	note[M]
	bond *bond
}

func (d development[M]) apply(c *core) bool { return d.bond.isOver() || d.note.apply(c) }

// isOver reports whether the bond was undone.
func (b *bond) isOver() bool {
	b.inc.mu.Lock()
	defer b.inc.mu.Unlock()
	return b.over
}

// follow adds a follower, and returns the members as of then.
func (g *Groups[K, M]) follow(key K, f *follower[K, M]) []Ref[M] {
	g.mu.Lock()
	defer g.mu.Unlock()
	in := g.open(key)
	in.followers = append(in.followers, f)
	return slices.Clone(in.snapshot())
}

func (g *Groups[K, M]) unfollow(key K, f *follower[K, M]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	in := g.groups[key]
	if in == nil {
		return
	}
	if i := slices.Index(in.followers, f); i >= 0 {
		in.followers = slices.Delete(in.followers, i, i+1)
		g.tidy(key, in)
	}
}

// changed tells the followers, with mu held, so that all are told in one order.
func (in *group[K, M]) changed(ch Change[K, M]) {
	in.list = nil
	for _, f := range in.followers {
		f.notify(ch)
	}
}
