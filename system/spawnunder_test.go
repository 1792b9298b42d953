package system_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// What is spawned can be put under any supervisor, on terms of its own.
func TestSpawnUnder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		var log kitLog
		sub := kitSup("sub")
		s := kitStart(t, kitConfig(sub))
		defer kitShut(t, s)

		terms := supervision.Child{
			ID: "first", Restart: supervision.Transient, Shutdown: supervision.Graceful(time.Second),
		}
		ref, err := system.SpawnUnder(ctx, s, sub.Ref, kitSpec("a", &log), terms)
		require.NoError(t, err)
		assert.Equal(t, "/sys/sub/a", ref.Path())
		info, err := supervision.Lookup(ctx, sub.Ref, "first")
		require.NoError(t, err)
		assert.Equal(t, supervision.Transient, info.Restart)
		assert.Equal(t, supervision.Graceful(time.Second), info.Shutdown)

		kitSend(t, ref, kitFail)
		require.NoError(t, kitCall(t, ref, kitNothing))
		assert.Equal(t, []string{"start a#1", "stop a: failure", "start a#2"}, log.take())
		kitSend(t, ref, kitStop) // a normal end, after which it is not restarted
		synctest.Wait()
		assert.Equal(t, []string{"stop a: normal"}, log.take())

		// Without a name and terms it has one, and the supervisor's.
		spec := kitSpec("", nil)
		ref, err = system.SpawnUnder(ctx, s, sub.Ref, spec, supervision.Child{})
		require.NoError(t, err)
		info, err = supervision.Lookup(ctx, sub.Ref, ref.Name())
		require.NoError(t, err)
		assert.Equal(t, supervision.Permanent, info.Restart)
	})
}

func TestSpawnUnderFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		sub := kitSup("sub")
		s := kitStart(t, kitConfig(sub))

		_, err := system.SpawnUnder(ctx, s, sub.Ref, kitSpec("a", nil), supervision.Child{Process: kitNew("b", nil)})
		var spec *supervision.SpecError
		require.ErrorAs(t, err, &spec)
		assert.Equal(t, "Process", spec.Field)

		ref, err := system.SpawnUnder(ctx, s, sub.Ref, kitSpec("a", nil), supervision.Child{Restart: 9})
		require.ErrorIs(t, err, supervision.ErrInvalidSpec)
		require.ErrorIs(t, ref.TrySend(kitNothing), actor.ErrStopped, "it will never be started")

		broken := kitSpec("a", nil)
		broken.New = func(context.Context, *actor.Self[kitDo]) (actor.Actor[kitDo], error) { return nil, errKit }
		_, err = system.SpawnUnder(ctx, s, sub.Ref, broken, supervision.Child{})
		require.ErrorIs(t, err, errKit)

		kitShut(t, s)
		_, err = system.SpawnUnder(ctx, s, sub.Ref, kitSpec("a", nil), supervision.Child{})
		assert.ErrorIs(t, err, system.ErrShutdown)
	})
}
