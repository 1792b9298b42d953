package system_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// spawnCount is how many children the supervisor of the spawned knows.
func spawnCount(t *testing.T, s *system.ActorSystem) int {
	t.Helper()
	n, err := supervision.Count(context.Background(), s.Spawned())
	require.NoError(t, err)
	return n.Specs
}

// Spawn returns a typed address when the actor is ready; the actor is restarted
// by Config.Spawned.
func TestSpawn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log kitLog
		s := kitStart(t, kitConfig())
		ref, err := system.Spawn(context.Background(), s, kitSpec("a", &log))
		require.NoError(t, err)
		assert.Equal(t, []string{"start a#1"}, log.take())
		assert.Equal(t, "/sys.spawned/a", ref.Path())
		require.NoError(t, kitCall(t, ref, kitNothing))
		kitSend(t, ref, kitFail)
		require.NoError(t, kitCall(t, ref, kitNothing))
		assert.Equal(t, []string{"stop a: failure", "start a#2"}, log.take())
		kitShut(t, s)
		assert.Equal(t, []string{"stop a: shutdown"}, log.take())
	})
}

// Those that end for good are forgotten, and their names are free (R4, R14).
func TestSpawnedAreForgotten(t *testing.T) {
	ends := map[string]kitDo{"normal": kitStop, "failure": kitFail, "panic": kitPanic}
	stays := map[supervision.Restart]map[string]bool{
		supervision.Permanent: {"normal": true, "failure": true, "panic": true},
		supervision.Transient: {"failure": true, "panic": true},
		supervision.Temporary: {},
	}
	for restart, stay := range stays {
		for kind, end := range ends {
			t.Run(restart.String()+" "+kind, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					cfg := kitConfig()
					cfg.Spawned.Defaults.Restart = restart
					s := kitStart(t, cfg)
					ref, err := system.Spawn(context.Background(), s, kitSpec("a", nil))
					require.NoError(t, err)
					kitSend(t, ref, end)
					synctest.Wait()
					if stay[kind] {
						assert.Equal(t, 1, spawnCount(t, s))
						assert.NoError(t, kitCall(t, ref, kitNothing))
					} else {
						assert.Zero(t, spawnCount(t, s))
						assert.ErrorIs(t, ref.TrySend(kitNothing), actor.ErrStopped)
						again, err := system.Spawn(context.Background(), s, kitSpec("a", nil))
						require.NoError(t, err)
						assert.NotEqual(t, ref, again)
						assert.NotEqual(t, ref.ID(), again.ID())
					}
					kitShut(t, s)
				})
			})
		}
	}
}

// A name that is taken is refused, and whoever bears it is not harmed.
func TestSpawnNameTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := kitStart(t, kitConfig())
		first, err := system.Spawn(context.Background(), s, kitSpec("a", nil))
		require.NoError(t, err)
		second, err := system.Spawn(context.Background(), s, kitSpec("a", nil))
		require.ErrorIs(t, err, supervision.ErrAlreadyStarted)
		var child *supervision.ChildError
		require.ErrorAs(t, err, &child)
		assert.Equal(t, "a", child.Process.Name())
		assert.NoError(t, kitCall(t, first, kitNothing))
		synctest.Wait()
		assert.ErrorIs(t, second.TrySend(kitNothing), actor.ErrStopped, "nobody will ever take it")
		kitShut(t, s)
	})
}

// An empty name is filled in, each time with another one.
func TestSpawnWithoutName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := kitStart(t, kitConfig())
		seen := map[string]bool{}
		for range 3 {
			ref, err := system.Spawn(context.Background(), s, kitSpec("", nil))
			require.NoError(t, err)
			seen[ref.Path()] = true
		}
		assert.Len(t, seen, 3)
		kitShut(t, s)
	})
}

func TestSpawnFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := kitStart(t, kitConfig())
		ref, err := system.Spawn(context.Background(), s, actor.Spec[kitDo]{Name: "a"})
		require.ErrorIs(t, err, supervision.ErrInvalidSpec)
		assert.Error(t, ref.TrySend(kitNothing))
		for _, cause := range []error{errKit, actor.ErrIgnore, actor.ErrStopped} {
			ref, err := system.Spawn(context.Background(), s, actor.Spec[kitDo]{
				Name: "a",
				New:  func(context.Context, *actor.Self[kitDo]) (actor.Actor[kitDo], error) { return nil, cause },
			})
			require.ErrorIs(t, err, cause)
			require.NotErrorIs(t, err, system.ErrShutdown)
			assert.ErrorIs(t, ref.TrySend(kitNothing), actor.ErrStopped)
			assert.Zero(t, spawnCount(t, s))
		}
		kitShut(t, s)
	})
}

// When ctx is done the start goes on.
func TestSpawnContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := kitStart(t, kitConfig())
		ctx, cancel := context.WithTimeoutCause(context.Background(), time.Second, errKit)
		defer cancel()
		spec := kitSpec("slow", nil)
		made := spec.New
		spec.New = func(ctx context.Context, self *actor.Self[kitDo]) (actor.Actor[kitDo], error) {
			time.Sleep(time.Minute / 4)
			return made(ctx, self)
		}
		ref, err := system.Spawn(ctx, s, spec)
		require.ErrorIs(t, err, errKit)
		require.NoError(t, kitCall(t, ref, kitNothing))
		assert.Equal(t, 1, spawnCount(t, s))
		kitShut(t, s)
	})
}

// While and after the system is shut down nothing is spawned.
func TestSpawnAfterShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := kitNew("slow", nil)
		s := kitStart(t, kitConfig(slow))
		kitSend(t, slow.Ref, func(context.Context) error { time.Sleep(time.Second); return nil })
		done := make(chan error)
		go func() { done <- s.Shutdown(context.Background()) }()
		synctest.Wait()
		ref, err := system.Spawn(context.Background(), s, kitSpec("a", nil))
		require.ErrorIs(t, err, system.ErrShutdown)
		require.NoError(t, <-done)
		_, err = system.Spawn(context.Background(), s, kitSpec("a", nil))
		require.ErrorIs(t, err, system.ErrShutdown)
		require.ErrorIs(t, err, actor.ErrStopped)
		assert.ErrorIs(t, ref.TrySend(kitNothing), actor.ErrStopped)
		_, err = s.Tree(context.Background())
		assert.ErrorIs(t, err, actor.ErrStopped)
	})
}

// A handler may spawn.
func TestSpawnFromHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := kitNew("a", nil)
		s := kitStart(t, kitConfig(a))
		require.NoError(t, kitCall(t, a.Ref, func(ctx context.Context) error {
			ref, err := system.Spawn(ctx, s, kitSpec("b", nil))
			if err == nil {
				err = ref.Send(ctx, kitNothing)
			}
			return err
		}))
		kitShut(t, s)
	})
}

// When what is spawned keeps failing, the system gives up.
func TestSpawnedGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := kitConfig(kitNew("a", nil))
		cfg.Spawned.Limit = supervision.AtMost(1, time.Minute)
		s := kitStart(t, cfg)
		ref, err := system.Spawn(context.Background(), s, kitSpec("bad", nil))
		require.NoError(t, err)
		kitSend(t, ref, kitFail)
		kitSend(t, ref, kitFail)
		<-s.Done()
		var limit *supervision.IntensityError
		require.ErrorAs(t, s.Err(), &limit)
		assert.Equal(t, "/sys.spawned", limit.Path)
	})
}

// Many may be spawned at once, and die at once.
func TestSpawnMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := kitConfig()
		cfg.Spawned.Defaults.Restart = supervision.Temporary
		s := kitStart(t, cfg)
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				ref, err := system.Spawn(context.Background(), s, kitSpec(fmt.Sprint("a", i), nil))
				if assert.NoError(t, err) && i%2 == 0 {
					assert.NoError(t, ref.TrySend(kitFail))
				}
			})
		}
		all.Wait()
		synctest.Wait()
		assert.Equal(t, 100, spawnCount(t, s))
		kitShut(t, s)
	})
}
