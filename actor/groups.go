package actor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
)

// Groups are addresses by key: any number for each, all of which take messages of
// type M. It is the registry for what has no unique name.
//
//	var rooms actor.Groups[RoomID, Msg]
//
//	err := rooms.Join("lobby", self.Ref())
//	for member := range rooms.Members("lobby") { … }
//	n, err := rooms.Send(ctx, "lobby", Hello{})
//
// An address is a member until it leaves or ends, over all restarts: who is
// restarted is in the group still, and its messages wait. An actor that joins in
// New joins again then, which changes nothing. When it ends it leaves before
// anybody is told of the end: who has had the notice of a watch, or has seen
// Done closed, does not find it in any group any more. An address that is started
// again after its end has to join again.
//
// The zero value is ready to use, and must not be copied. All methods may be
// called from any goroutine. They hold a lock, but never while they wait, and not
// while something is sent.
type Groups[K comparable, M any] struct {
	mu     sync.Mutex
	groups map[K]*group[K, M] // protected by mu, with all in it; none is empty
}

// A group is what there is of one key. Protected by mu of the Groups.
type group[K comparable, M any] struct {
	members   map[Ref[M]]*membership
	joined    uint64   // how many ever did
	list      []Ref[M] // the members in order of joining; nil: to be made. It never changes
	followers []*follower[K, M]
}

// Join makes an address a member of a group. It may be one that has not been
// started yet. To join a second time changes nothing.
//
// The errors are [ErrStopped] when the address has ended, and [ErrUnwatchable]
// when it is one from elsewhere that does not tell of its end.
func (g *Groups[K, M]) Join(key K, member Ref[M]) error {
	target, err := targetOf(member)
	switch {
	case err != nil:
		return err
	case target == nil:
		return ErrStopped
	}
	m := new(membership)
	m.leave = func() { g.drop(key, member, m) }
	local, ok := member.target.(interface{ actual() *core })
	if !ok {
		if g.add(key, member, m) {
			g.watch(key, member, m, target)
		}
		return nil
	}
	c := local.actual()
	m.stop = func() { c.withdraw(m) }
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.isMember(key, member) {
		return nil
	}
	if !c.enrol(m) { // under mu, so that leave comes after
		return ErrStopped
	}
	g.insert(key, member, m)
	return nil
}

// Leave takes an address out of a group, if it is in it.
func (g *Groups[K, M]) Leave(key K, member Ref[M]) {
	if _, err := targetOf(member); err != nil {
		return // it cannot have joined
	}
	g.drop(key, member, nil)
}

// Members returns the members of a group as of now, in the order in which they
// joined. It can be gone through more than once.
func (g *Groups[K, M]) Members(key K) iter.Seq[Ref[M]] { return slices.Values(g.snapshot(key)) }

// Len returns how many members a group has now.
func (g *Groups[K, M]) Len(key K) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	if in := g.groups[key]; in != nil {
		return len(in.members)
	}
	return 0
}

// Keys returns the keys of the groups that have members now, in no order.
func (g *Groups[K, M]) Keys() iter.Seq[K] {
	g.mu.Lock()
	defer g.mu.Unlock()
	keys := make([]K, 0, len(g.groups))
	for key, in := range g.groups {
		if len(in.members) > 0 {
			keys = append(keys, key)
		}
	}
	return slices.Values(keys)
}

// Send sends msg to those who are members when it is called, one after the other,
// and returns how many have got it into their mailboxes. Who has ended meanwhile
// is no member any more, and no error. For a mailbox that is full it waits as
// [Ref.Send] does; who does not want that sends to the Members itself.
//
// The error joins those of the members that could not be sent to, the first few
// of them, each with the path.
func (g *Groups[K, M]) Send(ctx context.Context, key K, msg M) (sent int, err error) {
	const most = 8
	var errs []error
	more := 0
	for _, member := range g.snapshot(key) {
		err := member.Send(ctx, msg)
		switch {
		case err == nil:
			sent++
		case errors.Is(err, ErrStopped):
		case len(errs) < most:
			errs = append(errs, fmt.Errorf("actor: to %s: %w", member.Path(), err))
		default:
			more++
		}
	}
	if more > 0 {
		errs = append(errs, fmt.Errorf("actor: and to %d others", more))
	}
	return sent, errors.Join(errs...)
}

// snapshot returns the members in order. The slice never changes.
func (g *Groups[K, M]) snapshot(key K) []Ref[M] {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.groups[key].snapshot()
}

func (in *group[K, M]) snapshot() []Ref[M] {
	if in == nil {
		return nil
	}
	if in.list == nil {
		in.list = slices.SortedFunc(maps.Keys(in.members), func(a, b Ref[M]) int {
			return cmp.Compare(in.members[a].order, in.members[b].order)
		})
	}
	return in.list
}

// add is insert for an address that is not in the group yet.
func (g *Groups[K, M]) add(key K, member Ref[M], m *membership) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.isMember(key, member) {
		return false
	}
	g.insert(key, member, m)
	return true
}

// watch has an address from elsewhere leave at its end.
func (g *Groups[K, M]) watch(key K, member Ref[M], m *membership, target watchable) {
	stop := target.watch(func(Down) { m.leave() }) // without mu, for that may be at once
	g.mu.Lock()
	in := g.groups[key]
	over := in == nil || in.members[member] != m
	if !over {
		m.stop = stop
	}
	g.mu.Unlock()
	if over {
		stop()
	}
}

// isMember, like all that follow, is called with mu held.
func (g *Groups[K, M]) isMember(key K, member Ref[M]) bool {
	in := g.groups[key]
	return in != nil && in.members[member] != nil
}

// open returns the group of a key, which is made if there is none.
func (g *Groups[K, M]) open(key K) *group[K, M] {
	in := g.groups[key]
	if in == nil {
		in = &group[K, M]{members: make(map[Ref[M]]*membership)}
		if g.groups == nil {
			g.groups = make(map[K]*group[K, M])
		}
		g.groups[key] = in
	}
	return in
}

// tidy forgets a group in which nobody is, and that nobody follows.
func (g *Groups[K, M]) tidy(key K, in *group[K, M]) {
	if len(in.members) == 0 && len(in.followers) == 0 {
		delete(g.groups, key)
	}
}

func (g *Groups[K, M]) insert(key K, member Ref[M], m *membership) {
	in := g.open(key)
	in.joined++
	m.order = in.joined
	in.members[member] = m
	in.changed(Change[K, M]{Key: key, Member: member, Joined: true})
}

// drop takes an address out of a group: that one membership, or any if it is nil.
func (g *Groups[K, M]) drop(key K, member Ref[M], only *membership) {
	g.mu.Lock()
	defer g.mu.Unlock()
	in := g.groups[key]
	if in == nil {
		return
	}
	m := in.members[member]
	if m == nil || only != nil && m != only {
		return
	}
	delete(in.members, member)
	if m.stop != nil {
		m.stop()
	}
	in.changed(Change[K, M]{Key: key, Member: member})
	g.tidy(key, in)
}
