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
	"github.com/understudy-go/understudy/internal/spantest"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// shutdownAbandoned returns the actors that an error says were left behind, by
// path.
func shutdownAbandoned(err error) map[string]*actor.AbandonedError {
	found := map[string]*actor.AbandonedError{}
	var walk func(error)
	walk = func(err error) {
		switch err := err.(type) { //nolint:errorlint // goes through the chain itself
		case *actor.AbandonedError:
			found[err.Path] = err
		case interface{ Unwrap() error }:
			walk(err.Unwrap())
		case interface{ Unwrap() []error }:
			for _, err := range err.Unwrap() {
				walk(err)
			}
		}
	}
	walk(err)
	return found
}

// What was spawned goes first, then the root's children in reverse (R2).
func TestShutdownOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log kitLog
		s := kitStart(t, kitConfig(
			kitNew("a", &log), kitSup("sub", kitNew("b", &log), kitNew("c", &log)), kitNew("d", &log)))
		_, err := system.Spawn(context.Background(), s, kitSpec("x", &log))
		require.NoError(t, err)
		log.take()
		kitShut(t, s)
		assert.Equal(t, []string{
			"stop x: shutdown", "stop d: shutdown", "stop c: shutdown", "stop b: shutdown", "stop a: shutdown",
		}, log.take())
		<-s.Done()
		assert.NoError(t, s.Err())
		assert.NoError(t, s.Shutdown(context.Background()), "twice")
	})
}

// The one in hand is finished; what waits becomes dead letters.
func TestShutdownFinishesTheMessageInHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log kitLog
		a := kitNew("a", &log)
		s := kitStart(t, kitConfig(a))
		kitSend(t, a.Ref, func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(time.Second)
			log.addf("done: %v", context.Cause(ctx))
			return nil
		})
		kitSend(t, a.Ref, kitNothing)
		synctest.Wait()
		kitShut(t, s)
		assert.Equal(t, []string{"start a#1", "done: actor: shutdown", "stop a: shutdown"}, log.take())
		assert.EqualValues(t, 1, s.DeadLetters().Total())
		assert.EqualValues(t, 1, s.DeadLetters().Counts[actor.ReasonStopped])
		assert.Equal(t, "/sys/a", s.DeadLetters().Recent[0].To)
	})
}

// shutdownTree is a tree of so many levels, with a worker that is stuck beside
// each supervisor.
func shutdownTree(levels int) (actor.Child, []*actor.Process[kitDo]) {
	var stuck []*actor.Process[kitDo]
	p := actor.Child(kitSup("bottom"))
	for i := range levels {
		w := kitNew(fmt.Sprint("stuck", i), nil)
		stuck = append(stuck, w)
		p = supervision.New(supervision.Spec{
			Name:     fmt.Sprint("level", i),
			Defaults: supervision.Defaults{Shutdown: supervision.Infinity},
			Children: kitChildren(p, w),
		})
	}
	return p, stuck
}

// The deadline holds, however deep the tree is and however many are stuck, and
// the error names all of them (R10).
func TestShutdownDeadline(t *testing.T) {
	for _, within := range []time.Duration{time.Second, 10 * time.Second} {
		t.Run(within.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log kitLog
				tree, stuck := shutdownTree(6)
				good := kitNew("good", &log)
				s := kitStart(t, kitConfig(good, tree))
				for _, w := range stuck {
					kitSend(t, w.Ref, kitHang(t))
				}
				spawned, err := system.Spawn(context.Background(), s, kitSpec("spawned", nil))
				require.NoError(t, err)
				kitSend(t, spawned, kitHang(t))
				synctest.Wait()
				log.take()

				ctx, cancel := context.WithTimeout(context.Background(), within)
				defer cancel()
				kitWithin(t, within, func() { err = s.Shutdown(ctx) })
				require.ErrorIs(t, err, actor.ErrAbandoned)
				require.ErrorIs(t, err, supervision.ErrShutdownTimeout)
				left := shutdownAbandoned(err)
				require.Len(t, left, len(stuck)+1, "%v", err)
				for _, w := range stuck {
					e := left[w.Path()]
					require.NotNil(t, e, w.Path())
					assert.Equal(t, "receiving", e.State)
					assert.Equal(t, "kitDo", e.Message)
					assert.Positive(t, e.For)
					assert.ErrorContains(t, err, w.Path())
				}
				assert.Contains(t, left, "/sys.spawned/spawned")
				assert.Equal(t, []string{"stop good: shutdown"}, log.take(), "it had its time, too")
				assert.Equal(t, err, s.Err())
			})
		})
	}
}

// A ctx without a deadline is bounded by Config.ShutdownTimeout.
func TestShutdownTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for want, timeout := range map[time.Duration]time.Duration{30 * time.Second: 0, time.Second: time.Second} {
			a := kitNew("a", nil)
			cfg := kitConfig(a)
			cfg.ShutdownTimeout = timeout
			cfg.Root.Defaults.Shutdown = supervision.Infinity
			s := kitStart(t, cfg)
			kitSend(t, a.Ref, kitHang(t))
			synctest.Wait()
			began := time.Now()
			require.ErrorIs(t, s.Shutdown(context.Background()), actor.ErrAbandoned)
			assert.InDelta(t, want, time.Since(began), float64(want/8))
			assert.LessOrEqual(t, time.Since(began), want)
		}
	})
}

// Forever is as long as it takes.
func TestShutdownForever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := kitNew("a", nil)
		cfg := kitConfig(a)
		cfg.ShutdownTimeout = actor.Forever
		cfg.Root.Defaults.Shutdown = supervision.Infinity
		s := kitStart(t, cfg)
		kitSend(t, a.Ref, func(context.Context) error { time.Sleep(24 * time.Hour); return nil })
		synctest.Wait()
		kitShut(t, s)
	})
}

// When ctx is cancelled no more time is given; whoever shuts down first.
func TestShutdownHurried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := kitNew("a", nil)
		cfg := kitConfig(kitSup("sub", a))
		cfg.ShutdownTimeout = actor.Forever
		s := kitStart(t, cfg)
		spawned, err := system.Spawn(context.Background(), s, kitSpec("spawned", nil))
		require.NoError(t, err)
		kitSend(t, a.Ref, kitHang(t))
		kitSend(t, spawned, kitHang(t))
		synctest.Wait()

		patient := make(chan error)
		go func() { patient <- s.Shutdown(context.Background()) }()
		time.Sleep(time.Second)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		kitWithin(t, time.Second, func() { err = s.Shutdown(ctx) })
		assert.Len(t, shutdownAbandoned(err), 2, "%v", err)
		assert.Contains(t, shutdownAbandoned(err), "/sys/sub/a")
		assert.Equal(t, err, <-patient)
	})
}

// A ctx that is done from the start gives no time, but stops what is idle in
// order.
func TestShutdownTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log kitLog
		s := kitStart(t, kitConfig(kitNew("a", &log), kitSup("sub", kitNew("b", &log))))
		log.take()
		ctx, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
		defer cancel()
		require.NoError(t, s.Shutdown(ctx))
		assert.Equal(t, []string{"stop b: shutdown", "stop a: shutdown"}, log.take())
	})
}

// All callers get the same result.
func TestShutdownConcurrently(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := kitNew("a", nil)
		s := kitStart(t, kitConfig(a))
		kitSend(t, a.Ref, kitHang(t))
		synctest.Wait()
		results := make([]error, 10)
		var all sync.WaitGroup
		for i := range results {
			all.Go(func() { results[i] = s.Shutdown(context.Background()) })
		}
		all.Wait()
		require.ErrorIs(t, results[0], actor.ErrAbandoned)
		for _, err := range results {
			assert.Equal(t, results[0], err)
		}
	})
}

// A handler is told at once that it would wait for itself (L10), in whatever it
// derives its context from.
func TestShutdownFromHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := kitNew("a", nil)
		s := kitStart(t, kitConfig(kitSup("sub", a)))
		for _, derive := range []func(context.Context) context.Context{
			func(ctx context.Context) context.Context { return ctx },
			context.WithoutCancel,
		} {
			err := kitCall(t, a.Ref, func(ctx context.Context) error { return s.Shutdown(derive(ctx)) })
			var cycle *actor.DeadlockError
			require.ErrorAs(t, err, &cycle)
			assert.Equal(t, "/sys/sub/a", cycle.Path[0])
		}
		require.NoError(t, kitCall(t, a.Ref, func(context.Context) error {
			go func() { _ = s.Shutdown(context.Background()) }()
			return nil
		}))
		<-s.Done()
		assert.NoError(t, s.Err())
	})
}

// An actor may have a system of its own and end it with itself.
func TestShutdownOfAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log kitLog
		inner := kitNew("inner", &log)
		a := kitNew("a", &log)
		s := kitStart(t, kitConfig(a))
		require.NoError(t, kitCall(t, a.Ref, func(ctx context.Context) error {
			other, err := system.Start(ctx, kitConfig(inner))
			if err != nil {
				return err
			}
			assert.ErrorIs(t, kitCall(t, inner.Ref, other.Shutdown), actor.ErrDeadlock)
			return other.Shutdown(ctx)
		}))
		kitShut(t, s)
		assert.Equal(t, []string{"start a#1", "start inner#1", "stop inner: shutdown", "stop a: shutdown"}, log.take())
	})
}

// When the root gives up the system ends by itself, with the reason (R9).
func TestShutdownAfterGivingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log kitLog
		var events monitoring.Memory[monitoring.SystemEvent]
		a := kitNew("a", &log)
		cfg := kitConfig(kitNew("b", &log), kitSup("sub", a))
		cfg.Root.Limit = supervision.AtMost(0, time.Minute)
		cfg.Monitors.System = &events
		s := kitStart(t, cfg)
		require.NoError(t, s.Err())
		for range 6 {
			kitSend(t, a.Ref, kitFail)
		}
		<-s.Done()
		var limit *supervision.IntensityError
		require.ErrorAs(t, s.Err(), &limit)
		assert.Equal(t, "/sys", limit.Path)
		assert.Equal(t, "sub", limit.Child)
		assert.ErrorIs(t, s.Err(), errKit)
		assert.Equal(t, s.Err(), s.Shutdown(context.Background()))
		assert.ErrorIs(t, a.TrySend(kitNothing), actor.ErrStopped)
		last := events.Snapshot().Recent[1]
		assert.Equal(t, monitoring.SystemShutdown, last.Kind)
		assert.Equal(t, "gave_up", last.Reason)
		assert.ErrorIs(t, last.Err, supervision.ErrIntensityExceeded)
		assert.Equal(t, monitoring.Error, last.Severity())
	})
}

// What has failed or ended meanwhile is told, by whom (R10).
func TestShutdownTellsFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := kitNew("a", nil)
		s := kitStart(t, kitConfig(kitSup("sub", a)))
		kitSend(t, a.Ref, func(ctx context.Context) error { <-ctx.Done(); return errKit })
		synctest.Wait()
		err := s.Shutdown(context.Background())
		require.ErrorIs(t, err, errKit)
		require.NotErrorIs(t, err, supervision.ErrShutdownTimeout)
		var child *supervision.ChildError
		require.ErrorAs(t, err, &child)
		assert.Equal(t, "/sys/sub", child.Path)
		assert.Equal(t, "a", child.ID)
	})
}

// A restart that waits for its backoff is called off.
func TestShutdownDuringBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := kitNew("a", nil)
		cfg := kitConfig(a)
		cfg.Root.Defaults.Backoff = &supervision.Backoff{Base: time.Hour, Max: time.Hour}
		s := kitStart(t, cfg)
		kitSend(t, a.Ref, kitFail)
		synctest.Wait()
		kitWithin(t, 0, func() { kitShut(t, s) })
		assert.ErrorIs(t, a.TrySend(kitNothing), actor.ErrStopped)
	})
}

// The last spans and events have gone out when Shutdown returns, unless the
// exporter is stuck: then the deadline holds, and the error says so.
func TestShutdownFlushes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		spans := spantest.New()
		spans.OnEnd(func(string) { time.Sleep(10 * time.Millisecond) })
		cfg := kitConfig(kitNew("a", nil))
		cfg.TracerProvider = spans
		s := kitStart(t, cfg)
		kitShut(t, s)
		assert.Len(t, spans.Named("stop a"), 1)

		hang := kitHang(t)
		spans.OnEnd(func(string) { _ = hang(context.Background()) })
		for _, within := range []time.Duration{0, 300 * time.Millisecond, time.Hour} {
			cfg.Root.Children = kitChildren(kitNew("a", nil))
			s = kitStart(t, cfg)
			ctx, cancel := context.WithTimeout(context.Background(), within)
			kitWithin(t, min(within+100*time.Millisecond, 5*time.Second), func() {
				assert.ErrorContains(t, s.Shutdown(ctx), "system: telemetry not flushed in time")
			})
			cancel()
		}
	})
}
