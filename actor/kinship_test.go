package actor

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// kidOf is a child of i's that has not been added.
func kidOf(i *incarnation, child Child) *kid {
	k := &kid{child: child}
	k.inc.Store(i)
	return k
}

// bear adds a child to i.
func bear(t *testing.T, i *incarnation, child Child) *kid {
	t.Helper()
	k := kidOf(i, child)
	require.NoError(t, i.addKid(k))
	return k
}

// takeLast removes i's children in the order in which they are stopped. Each time
// the number of those who are left is right.
func takeLast(t *testing.T, i *incarnation) (names []string) {
	t.Helper()
	_, left := i.lastKid()
	for ; left > 0; left-- {
		k, n := i.lastKid()
		require.Equal(t, left, n)
		require.NotNil(t, k)
		require.True(t, i.removeKid(k))
		names = append(names, k.child.Name())
	}
	k, n := i.lastKid()
	require.Nil(t, k)
	require.Zero(t, n)
	return names
}

// disguised is another child that is the same actor.
type disguised struct{ *Process[do] }

// A child is one parent's once, but may be several parents', of whom each keeps its
// own record of it.
func TestAChildOfTwoParents(t *testing.T) {
	for name, child := range map[string]Child{
		"actor": doer("c"), "puppet": &puppet{name: "c"}, "disguised": disguised{doer("c")},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := new(incarnation), new(incarnation)
			k, n := a.lastKid()
			assert.Nil(t, k)
			assert.Zero(t, n)
			ofA, ofB := bear(t, a, child), bear(t, b, child)
			for i, k := range map[*incarnation]*kid{a: ofA, b: ofB} {
				require.ErrorIs(t, i.addKid(kidOf(i, child)), ErrAlreadyStarted)
				assert.True(t, i.hasKid(k))
				last, n := i.lastKid()
				assert.Same(t, k, last)
				assert.Equal(t, 1, n)
			}
			assert.False(t, a.hasKid(ofB))
			assert.False(t, a.removeKid(ofB))
			assert.False(t, b.removeKid(ofA))

			// Who has it in the second place lets go of it, and takes it again.
			require.True(t, b.removeKid(ofB))
			assert.False(t, b.hasKid(ofB))
			assert.False(t, b.removeKid(ofB))
			assert.True(t, a.hasKid(ofA))
			again := bear(t, b, child)
			assert.False(t, b.hasKid(ofB), "what is said of an earlier start says nothing of this one")
			assert.False(t, b.removeKid(ofB))

			// So does who has it in the first place.
			require.True(t, a.removeKid(ofA))
			assert.True(t, b.hasKid(again))
			require.ErrorIs(t, b.addKid(kidOf(b, child)), ErrAlreadyStarted)
			anew := bear(t, a, child)
			assert.False(t, a.hasKid(ofA))
			assert.False(t, a.removeKid(ofA))
			assert.True(t, a.hasKid(anew))
			assert.Equal(t, []string{"c"}, takeLast(t, a))
			assert.Equal(t, []string{"c"}, takeLast(t, b))
			assert.Empty(t, a.kids.others, "nothing is left")
			assert.Empty(t, b.kids.others, "nothing is left")
		})
	}
}

// An actor is found without a table, by what it knows itself.
func TestAnActorKnowsWhoseChildItIs(t *testing.T) {
	i, c := new(incarnation), doer("c")
	k := bear(t, i, c)
	assert.Same(t, k, c.kid.Load())
	assert.Same(t, &c.core, k.actor())
	assert.Nil(t, kidOf(i, &puppet{}).actor())
	assert.Empty(t, i.kids.others)
	require.True(t, i.removeKid(k))
	assert.Nil(t, c.kid.Load())
}

// Two children that are one actor are two children.
func TestAChildInDisguise(t *testing.T) {
	i, c := new(incarnation), doer("c")
	plain, other := bear(t, i, c), bear(t, i, disguised{c})
	require.ErrorIs(t, i.addKid(kidOf(i, c)), ErrAlreadyStarted)
	require.ErrorIs(t, i.addKid(kidOf(i, disguised{c})), ErrAlreadyStarted)
	assert.True(t, i.hasKid(plain))
	assert.True(t, i.hasKid(other))
	require.True(t, i.removeKid(plain))
	assert.True(t, i.hasKid(other))
	require.ErrorIs(t, i.addKid(kidOf(i, disguised{c})), ErrAlreadyStarted)
	require.True(t, i.removeKid(other))
	assert.Empty(t, i.kids.others)
}

// Children are handed on with all that their parent knows of them, and are its no
// more.
func TestChildrenAreHandedOn(t *testing.T) {
	old, stranger, heir := new(incarnation), new(incarnation), new(incarnation)
	new(incarnation).passKids(heir)
	assert.Nil(t, heir.kids, "there were none")
	shared, kept, undecided := doer("b"), doer("kept"), doer("undecided")
	bear(t, stranger, shared)
	all := []*kid{bear(t, old, doer("a")), bear(t, old, shared), bear(t, old, &puppet{name: "c"}), bear(t, old, doer("d"))}
	for _, c := range []Child{kept, undecided} {
		require.True(t, old.removeKid(bear(t, old, c)))
	}
	old.keepChild(kept)

	old.passKids(heir)
	for _, k := range all {
		assert.False(t, old.hasKid(k), k.child.Name())
		assert.False(t, old.removeKid(k), k.child.Name())
		assert.False(t, old.dooms(k), k.child.Name())
		assert.True(t, heir.hasKid(k), k.child.Name())
	}
	assert.Empty(t, takeLast(t, old))
	assert.False(t, old.leaves())
	assert.ElementsMatch(t, []Child{kept, undecided}, heir.leftover())
	assert.False(t, heir.forsakes(kept))
	assert.True(t, heir.forsakes(undecided))
	assert.False(t, heir.forsakes(undecided), "once")

	// They come and go as if they had always been the heir's.
	require.ErrorIs(t, heir.addKid(kidOf(heir, shared)), ErrAlreadyStarted)
	require.True(t, heir.removeKid(all[2]))
	bear(t, heir, doer("e"))
	assert.Equal(t, []string{"e", "d", "b", "a"}, takeLast(t, heir))
	assert.Equal(t, []string{"b"}, takeLast(t, stranger))
}

// A child that leaves while all are handed on takes nobody with it.
func TestAChildThatLeavesWhileItIsHandedOn(t *testing.T) {
	for n := range 300 {
		old, heir := new(incarnation), new(incarnation)
		all := []*kid{bear(t, old, &puppet{name: "a"}), bear(t, old, &puppet{name: "b"}), bear(t, old, &puppet{name: "c"})}
		leaves := n % len(all)
		var left sync.WaitGroup
		left.Go(all[leaves].leave)
		old.passKids(heir)
		left.Wait()
		assert.Equal(t, [][]string{{"c", "b"}, {"c", "a"}, {"b", "a"}}[leaves], takeLast(t, heir))
	}
}
