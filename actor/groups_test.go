package actor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// names returns who is in a group, in order.
func names[K comparable, M any](g *Groups[K, M], key K) string {
	var all []string
	for m := range g.Members(key) {
		all = append(all, m.Name())
	}
	return strings.Join(all, " ")
}

// memberships is how many an address knows of.
func memberships(p *Process[do]) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.obituary().groups)
}

func TestL18MembersJoinAndLeave(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		var g Groups[string, do]
		a, b := doer("a"), doer("b")
		ha, hb := start(t, a), start(t, b)
		assert.Empty(t, names(&g, "red"))
		for range 2 {
			require.NoError(t, g.Join("red", b.Ref))
			require.NoError(t, g.Join("red", a.Ref))
			require.NoError(t, g.Join("blue", a.Ref))
		}
		assert.Equal(t, "b a", names(&g, "red"))
		assert.Equal(t, []int{2, 1, 0}, []int{g.Len("red"), g.Len("blue"), g.Len("green")})
		assert.ElementsMatch(t, []string{"red", "blue"}, slices.Collect(g.Keys()))
		assert.Equal(t, 2, memberships(a))

		before := g.Members("red")
		g.Leave("red", b.Ref)
		g.Leave("red", b.Ref)
		g.Leave("green", b.Ref)
		require.NoError(t, g.Join("red", b.Ref))
		assert.Equal(t, "a b", names(&g, "red"))
		assert.Equal(t, []Ref[do]{b.Ref, a.Ref}, slices.Collect(before), "a snapshot does not change")

		end(a, ha)
		assert.Equal(t, "b", names(&g, "red"))
		assert.Equal(t, []int{1, 0}, []int{g.Len("red"), g.Len("blue")})
		assert.Equal(t, []string{"red"}, slices.Collect(g.Keys()))
		end(b, hb)
		assert.Empty(t, g.groups, "nothing is kept of what is empty")
		assert.Zero(t, memberships(a)+memberships(b))
	})
}

// The address is the member, so restarts and renewals change nothing.
func TestL18MembershipLastsOverRestarts(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var g Groups[string, do]
		p := doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
			return plain{}, g.Join("g", self.Ref())
		}))
		require.NoError(t, g.Join("before the start", p.Ref))
		h := start(t, p)
		require.NoError(t, p.TrySend(fails))
		<-h.ended
		assert.Equal(t, "p", names(&g, "g"))
		sent, err := g.Send(ctx, "g", nothing)
		require.NoError(t, err)
		assert.Equal(t, 1, sent, "it waits for the restart")
		again(t, p, h)
		assert.Equal(t, "p", names(&g, "g"))
		assert.Equal(t, "p", names(&g, "before the start"))

		end(p, h)
		assert.Empty(t, g.groups)
		require.ErrorIs(t, g.Join("g", p.Ref), ErrStopped)
		again(t, p, h) // New joins again
		assert.Equal(t, "p", names(&g, "g"))
		assert.Empty(t, names(&g, "before the start"))
		end(p, h)
	})
}

// Who is told of an end finds the ended one in no group, whoever watched first.
func TestL18MembersLeaveBeforeTheNotice(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		var g Groups[int, do]
		s := newSentry(t, "s")
		p := doer("p")
		h := start(t, p)
		require.NoError(t, s.self.Watch(p.Ref, func(Down) do {
			s.log.add(fmt.Sprintf("down, %q", names(&g, 1)))
			return nothing
		}))
		require.NoError(t, g.Join(1, p.Ref))
		require.NoError(t, g.Join(1, s.Ref))
		go func() {
			<-p.Done()
			s.log.add(fmt.Sprintf("done, %q", names(&g, 1)))
		}()
		die(t, p, h, fails)
		assert.ElementsMatch(t, []string{`down, "s"`, `done, "s"`}, s.log.take())
		end(s.Process, s.h)

		never := doer("never")
		require.NoError(t, g.Join(1, never.Ref))
		never.Retire(errBoom)
		<-never.Done()
		assert.Empty(t, g.groups)
	})
}

func TestL18WhatCannotJoin(t *testing.T) {
	var g Groups[int, do]
	require.ErrorIs(t, g.Join(1, Ref[do]{}), ErrStopped)
	g.Leave(1, Ref[do]{})
	for _, r := range []Ref[do]{NewRef[do](silentTarget{}), NewRef[do](fickleTarget{})} {
		require.ErrorIs(t, g.Join(1, r), ErrUnwatchable)
		g.Leave(1, r)
	}
	assert.Empty(t, g.groups)
}

// An address from elsewhere leaves when it tells of its end, and is not watched
// any longer than it is a member.
func TestL18MembersElsewhere(t *testing.T) {
	var g Groups[int, do]
	far := &farTarget{}
	r := NewRef[do](far)
	for range 2 {
		require.NoError(t, g.Join(1, r))
	}
	g.Leave(1, r)
	assert.Equal(t, 1, far.stopped)
	require.NoError(t, g.Join(1, r))
	far.notify(Down{})
	assert.Empty(t, g.groups)

	hasty := &hastyTarget{}
	r = NewRef[do](hasty)
	hasty.meanwhile = func() { hasty.notify(Down{}) }
	require.NoError(t, g.Join(1, r))
	assert.Empty(t, g.groups)
	assert.Equal(t, 1, hasty.stopped)
}

// An adapter is the actor's address for another type: groups of that type take it.
func TestL18AnAdapterJoins(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var g Groups[string, string]
		var log probe
		p := doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
			return plain{}, g.Join("g", Adapt(self, log.adds))
		}))
		h := start(t, p)
		sent, err := g.Send(ctx, "g", "hello")
		require.NoError(t, err)
		assert.Equal(t, 1, sent)
		synctest.Wait()
		assert.Equal(t, []string{"hello"}, log.take())
		end(p, h)
		assert.Empty(t, g.groups)
	})
}

// Send tells how many have it, and names those that do not.
func TestL18SendToAll(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var g Groups[string, do]
		none, err := g.Send(ctx, "g", nothing)
		require.NoError(t, err)
		assert.Zero(t, none)

		var full []*Process[do]
		var hosts []*host
		for i := range 10 {
			p := doer(fmt.Sprint("full", i), withCapacity(1))
			full, hosts = append(full, p), append(hosts, start(t, p))
			defer block(t, p)()
			require.NoError(t, p.TrySend(nothing))
			require.NoError(t, g.Join("g", p.Ref))
		}
		free, gone := doer("free"), doer("gone")
		h := start(t, free)
		require.NoError(t, g.Join("g", free.Ref))
		gone.gate.Store(closed) // it is about to end
		require.NoError(t, g.Join("g", gone.Ref))

		timed, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		sent, err := g.Send(timed, "g", nothing)
		assert.Equal(t, 1, sent)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "actor: to /full0: ")
		require.ErrorContains(t, err, "actor: to /full7: ")
		require.NotContains(t, err.Error(), "full8")
		require.ErrorContains(t, err, "actor: and to 2 others")
		end(free, h)
		for i, p := range full {
			p.Stop(0)
			<-hosts[i].ended
			p.Retire(nil)
			<-p.Done()
		}
		assert.Equal(t, "gone", names(&g, "g"))
	})
}

// roll is what a follower knows, from the members that it found and the changes
// since.
type roll map[string]bool

func (r roll) apply(ch Change[string, do]) error {
	if r[ch.Member.Name()] == ch.Joined {
		return fmt.Errorf("%+v, and the roll is %v", ch, r)
	}
	if ch.Joined {
		r[ch.Member.Name()] = true
	} else {
		delete(r, ch.Member.Name())
	}
	return nil
}

func TestL18FollowersAreToldInOrder(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		var g Groups[string, do]
		s := newSentry(t, "s")
		a, b := doer("a"), doer("b")
		ha, hb := start(t, a), start(t, b)
		require.NoError(t, g.Join("g", a.Ref))
		told := func(ch Change[string, do]) do {
			return s.log.adds(fmt.Sprintf("%s %v %v", ch.Key, ch.Member.Name(), ch.Joined))
		}
		members, stop, err := Follow(s.self, &g, "g", told)
		require.NoError(t, err)
		assert.Equal(t, []Ref[do]{a.Ref}, members)
		require.NoError(t, g.Join("other", b.Ref))
		require.NoError(t, g.Join("g", b.Ref))
		require.NoError(t, g.Join("g", b.Ref))
		g.Leave("g", a.Ref)
		synctest.Wait()
		assert.Equal(t, []string{"g b true", "g a false"}, s.log.take())
		die(t, b, hb, fails)
		assert.Equal(t, []string{"g b false"}, s.log.take())
		assert.Empty(t, slices.Collect(g.Keys()), "who follows is no member")

		release := block(t, s.Process)
		require.NoError(t, g.Join("g", a.Ref))
		stop()
		stop()
		release()
		synctest.Wait()
		assert.Empty(t, s.log.take(), "not even what was under way")
		requireBonds(t, s.Process, 0, 0)

		_, _, err = Follow(s.self, &g, "g", told)
		require.NoError(t, err)
		require.NoError(t, s.TrySend(fails))
		<-s.h.ended
		end(a, ha)
		assert.Empty(t, g.groups, "following ends with the incarnation")
		_, stop, err = Follow(s.self, &g, "g", told)
		require.ErrorIs(t, err, ErrStopped)
		stop()
		again(t, s, s.h)
		assert.Empty(t, s.log.take())
		end(s.Process, s.h)
	})
}

// Whoever joins, leaves, dies and is restarted: a follower's roll is right after
// each change, and in the end only those are members that live and have not left.
func TestL18GroupsUnderStress(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		const actors, rounds = 16, 50
		var g Groups[string, do]
		s := newSentry(t, "s")
		known := roll{}
		members, _, err := Follow(s.self, &g, "g", func(ch Change[string, do]) do {
			return func(context.Context) error {
				assert.NoError(t, known.apply(ch))
				return nil
			}
		})
		require.NoError(t, err)
		require.Empty(t, members)
		var all sync.WaitGroup
		for i := range actors {
			p := doer(fmt.Sprint("p", i))
			h := start(t, p)
			all.Go(func() {
				for n := range rounds {
					assert.NoError(t, g.Join("g", p.Ref))
					switch (i + n) % 3 {
					case 0:
						g.Leave("g", p.Ref)
					case 1:
						end(p, h)
						assert.False(t, slices.Contains(slices.Collect(g.Members("g")), p.Ref), "whoever has ended has left before")
						again(t, p, h)
					case 2: // it stays
					}
				}
			})
			all.Go(func() { // somebody else has it join, while it may be about to end
				for range rounds {
					if err := g.Join("g", p.Ref); err != nil {
						assert.ErrorIs(t, err, ErrStopped)
					}
					g.Leave("other", p.Ref)
				}
				_ = g.Join("other", p.Ref)
			})
			all.Go(func() {
				for range rounds {
					_, err := g.Send(ctx, "g", nothing)
					assert.NoError(t, err)
				}
			})
			t.Cleanup(func() { end(p, h) })
		}
		all.Wait()
		synctest.Wait()
		var in []string
		for m := range g.Members("g") {
			in = append(in, m.Name())
		}
		var rolled []string
		for name := range known {
			rolled = append(rolled, name)
		}
		assert.ElementsMatch(t, in, rolled)
		end(s.Process, s.h)
	})
}

// Everything that Send has counted is handled, or a dead letter (L8).
func TestL18SendConservation(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		const actors, senders, each = 8, 4, 100
		var g Groups[string, do]
		var handled, dead atomicCount
		var running []func()
		for i := range actors {
			p := doer(fmt.Sprint("p", i), func(s *Spec[do]) {
				s.DeadLetters = func(DeadLetter[do]) { dead.add() }
			})
			h := start(t, p)
			require.NoError(t, g.Join("g", p.Ref))
			running = append(running, func() { end(p, h) })
		}
		var sent atomicCount
		var all sync.WaitGroup
		for range senders {
			all.Go(func() {
				for range each {
					n, err := g.Send(ctx, "g", func(context.Context) error { handled.add(); return nil })
					assert.NoError(t, err)
					sent.addN(n)
				}
			})
		}
		for _, stop := range running {
			all.Go(stop)
		}
		all.Wait()
		synctest.Wait()
		assert.Equal(t, sent.get(), handled.get()+dead.get())
		assert.Empty(t, g.groups)
	})
}

// atomicCount is a counter.
type atomicCount struct {
	mu sync.Mutex
	n  int // protected by mu
}

func (c *atomicCount) add() { c.addN(1) }

func (c *atomicCount) addN(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += n
}

func (c *atomicCount) get() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// Whoever follows while the incarnation ends is refused, or leaves nothing behind.
func TestL18FollowRacesTheEnd(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		var g Groups[int, do]
		for range 200 {
			s := newSentry(t, "s")
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() {
					_, stop, err := Follow(s.self, &g, 1, func(Change[int, do]) do { return nothing })
					if err != nil {
						assert.ErrorIs(t, err, ErrStopped)
					}
					stop()
				})
				all.Go(func() {
					if _, _, err := Follow(s.self, &g, 1, func(Change[int, do]) do { return nothing }); err != nil {
						assert.ErrorIs(t, err, ErrStopped)
					}
				})
			}
			all.Go(func() { end(s.Process, s.h) })
			all.Wait()
		}
		assert.Empty(t, g.groups)
	})
}
