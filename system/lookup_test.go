package system_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

func lookupSpec(name, registered string) actor.Spec[kitDo] {
	spec := kitSpec(name, nil)
	spec.Registered = registered
	return spec
}

func TestLookup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := actor.New(lookupSpec("a", "the a"))
		s := kitStart(t, kitConfig(a))
		ref, err := system.Lookup[kitDo](s, "the a")
		require.NoError(t, err)
		assert.Equal(t, a.Ref, ref)

		_, err = system.Lookup[kitDo](s, "a")
		require.ErrorIs(t, err, actor.ErrNotFound)
		assert.ErrorContains(t, err, `"a"`)

		_, err = system.Lookup[string](s, "the a")
		var other *actor.MessageTypeError
		require.ErrorAs(t, err, &other)
		assert.Equal(t, "/sys/a", other.Path)
		assert.Equal(t, "string", other.Want)

		kitSend(t, a.Ref, kitFail)
		require.NoError(t, kitCall(t, a.Ref, kitNothing))
		again, err := system.Lookup[kitDo](s, "the a")
		require.NoError(t, err)
		assert.Equal(t, ref, again, "a restart keeps the name")

		kitShut(t, s)
		_, err = system.Lookup[kitDo](s, "the a")
		require.ErrorIs(t, err, actor.ErrNotFound)
	})
}

// The name is taken as long as its bearer's address lasts, and free thereafter.
func TestLookupNameTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := kitConfig()
		cfg.Spawned.Defaults.Restart = supervision.Transient
		s := kitStart(t, cfg)
		first, err := system.Spawn(context.Background(), s, lookupSpec("a", "it"))
		require.NoError(t, err)
		_, err = system.Spawn(context.Background(), s, lookupSpec("b", "it"))
		require.ErrorIs(t, err, actor.ErrNameTaken)
		var taken *actor.NameTakenError
		require.ErrorAs(t, err, &taken)
		assert.ErrorContains(t, err, "/sys.spawned/a")
		ref, err := system.Lookup[kitDo](s, "it")
		require.NoError(t, err)
		assert.Equal(t, first, ref, "the loser does not take the name away")

		kitSend(t, first, kitStop)
		synctest.Wait()
		_, err = system.Lookup[kitDo](s, "it")
		require.ErrorIs(t, err, actor.ErrNotFound)
		second, err := system.Spawn(context.Background(), s, lookupSpec("b", "it"))
		require.NoError(t, err)
		ref, err = system.Lookup[kitDo](s, "it")
		require.NoError(t, err)
		assert.Equal(t, second, ref)
		kitShut(t, s)
	})
}

// A supervisor's names are those of its incarnations to come, too.
func TestLookupBelowRestartedSupervisor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := actor.New(lookupSpec("a", "it"))
		sub := supervision.New(supervision.Spec{
			Name: "sub", Limit: supervision.AtMost(0, 1), Children: kitChildren(a),
		})
		s := kitStart(t, kitConfig(sub))
		kitSend(t, a.Ref, kitFail)
		require.NoError(t, kitCall(t, a.Ref, kitNothing))
		ref, err := system.Lookup[kitDo](s, "it")
		require.NoError(t, err)
		assert.Equal(t, a.Ref, ref)
		kitShut(t, s)
	})
}
