package system_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// Start returns when all that is declared is ready (R2), however long that
// takes.
func TestStartReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log kitLog
		slow := func(name string) *actor.Process[kitDo] {
			spec := kitSpec(name, &log)
			made := spec.New
			spec.New = func(ctx context.Context, self *actor.Self[kitDo]) (actor.Actor[kitDo], error) {
				time.Sleep(time.Second)
				return made(ctx, self)
			}
			return actor.New(spec)
		}
		a, b, c := slow("a"), slow("b"), slow("c")
		require.NoError(t, a.TrySend(func(context.Context) error { log.addf("early"); return nil }))
		s := kitStart(t, kitConfig(a, kitSup("sub", b), c))
		synctest.Wait()
		assert.Equal(t, []string{"start a#1", "early", "start b#1", "start c#1"}, log.take())
		assert.Equal(t, "/sys/sub/b", b.Path())
		for _, p := range []*actor.Process[kitDo]{a, b, c} {
			assert.Equal(t, "receiving", p.Info().State)
		}
		kitShut(t, s)
		assert.Equal(t, []string{"stop c: shutdown", "stop b: shutdown", "stop a: shutdown"}, log.take())
	})
}

// A child that cannot be started has those before it stopped in reverse, those
// after it never started (R3), and all addresses closed (L3).
func TestStartRollsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log kitLog
		a, b, c, late := kitNew("a", &log), kitNew("b", &log), kitNew("c", &log), kitNew("late", &log)
		below := kitNew("below", &log)
		bad := kitBroken("bad", errKit)
		require.NoError(t, late.TrySend(kitNothing))
		s, err := system.Start(context.Background(),
			kitConfig(a, b, kitSup("sub", c, bad, below), late))
		assert.Nil(t, s)
		require.ErrorIs(t, err, errKit)
		require.ErrorIs(t, err, supervision.ErrStartFailed)
		var failed *supervision.StartError
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, "/sys/sub", failed.Path)
		assert.Equal(t, "bad", failed.Child)
		assert.Equal(t, []string{
			"start a#1", "start b#1", "start c#1", "stop c: shutdown", "stop b: shutdown", "stop a: shutdown",
		}, log.take())
		for _, p := range []*actor.Process[kitDo]{a, b, c, bad, below, late} {
			assert.ErrorIs(t, p.Send(context.Background(), kitNothing), actor.ErrStopped, p.Name())
			<-p.Done()
		}
		assert.EqualValues(t, 1, late.Info().DeadLettered)
	})
}

// A root that is over as soon as it has started has started (R13): whoever has
// called Start is given a system, which ends like any other.
func TestStartOfARootThatIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log kitLog
		first := kitNew("first", &log)
		second := kitSpec("second", &log)
		second.New = func(ctx context.Context, _ *actor.Self[kitDo]) (actor.Actor[kitDo], error) {
			if err := first.Send(ctx, kitStop); err != nil {
				return nil, err
			}
			<-first.Done()
			return nil, actor.ErrIgnore
		}
		cfg := kitConfig(first, actor.New(second))
		cfg.Root.AutoShutdown = supervision.AnySignificant
		cfg.Root.Children[0].Restart, cfg.Root.Children[0].Significant = supervision.Temporary, true
		s, err := system.Start(context.Background(), cfg)
		require.NoError(t, err)
		<-s.Done()
		assert.NoError(t, s.Err())
		assert.Equal(t, []string{"start first#1", "stop first: normal"}, log.take())
	})
}

// What goes wrong while the start is undone is told as well.
func TestStartTellsTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := kitNew("stuck", nil)
		hang, entered := kitHang(t), make(chan struct{})
		require.NoError(t, stuck.TrySend(func(ctx context.Context) error {
			close(entered)
			return hang(ctx)
		}))
		bad := actor.New(actor.Spec[kitDo]{
			Name: "bad",
			New: func(context.Context, *actor.Self[kitDo]) (actor.Actor[kitDo], error) {
				<-entered
				return nil, errKit
			},
		})
		_, err := system.Start(context.Background(), kitConfig(stuck, bad))
		require.ErrorIs(t, err, errKit)
		var left *actor.AbandonedError
		require.ErrorAs(t, err, &left)
		assert.Equal(t, "/sys/stuck", left.Path)
		assert.Equal(t, "receiving", left.State)
		assert.Equal(t, "kitDo", left.Message)
	})
}

// A child may choose not to run.
func TestStartIgnored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log kitLog
		idle := kitBroken("idle", fmt.Errorf("no need: %w", actor.ErrIgnore))
		s := kitStart(t, kitConfig(idle, kitNew("a", &log)))
		assert.Equal(t, []string{"start a#1"}, log.take())
		assert.ErrorIs(t, idle.TrySend(kitNothing), actor.ErrStopped)
		kitShut(t, s)
	})
}

// When ctx is done before the system is ready, all of it is stopped. What is
// stuck is left behind, and named.
func TestStartCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log kitLog
		a, late := kitNew("a", &log), kitNew("late", &log)
		ctx, cancel := context.WithTimeoutCause(context.Background(), time.Second, errKit)
		defer cancel()
		began := time.Now()
		s, err := system.Start(ctx, kitConfig(a, kitSup("sub", kitStuck(t, "stuck")), late))
		assert.Nil(t, s)
		require.ErrorIs(t, err, errKit)
		assert.Less(t, time.Since(began), 1200*time.Millisecond)
		assert.ErrorContains(t, err, "abandoned /sys/sub/stuck#1: still starting")
		assert.Equal(t, []string{"start a#1", "stop a: shutdown"}, log.take())
		assert.ErrorIs(t, a.TrySend(kitNothing), actor.ErrStopped)
		assert.ErrorIs(t, late.TrySend(kitNothing), actor.ErrStopped)
	})
}

// With a ctx that is done from the start, nothing runs.
func TestStartTooLate(t *testing.T) {
	for range 100 {
		var log kitLog
		a := kitNew("a", &log)
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(errKit)
		s, err := system.Start(ctx, kitConfig(a))
		require.Nil(t, s)
		require.ErrorIs(t, err, errKit)
		require.Empty(t, log.take())
		require.ErrorIs(t, a.TrySend(kitNothing), actor.ErrStopped)
	}
}

// ctx bounds the start and no more; its values are kept.
func TestStartContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		a := kitNew("a", nil)
		ctx, cancel := context.WithCancel(context.WithValue(context.Background(), key{}, "kept"))
		s, err := system.Start(ctx, kitConfig(a))
		require.NoError(t, err)
		cancel()
		require.NoError(t, kitCall(t, a.Ref, func(ctx context.Context) error {
			assert.Equal(t, "kept", ctx.Value(key{}))
			return ctx.Err()
		}))
		kitShut(t, s)
	})
}

// A start that takes too long has failed.
func TestStartTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		_, err := system.Start(context.Background(), kitConfig(kitStuck(t, "stuck")))
		require.ErrorIs(t, err, actor.ErrStartTimeout)
		assert.Equal(t, 30*time.Second, time.Since(began))
	})
}

// Declarations can be started again, after a failed start and after an orderly
// end.
func TestStartAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fail := true
		a := kitNew("a", nil)
		moody := actor.New(actor.Spec[kitDo]{
			Name: "moody",
			New: func(context.Context, *actor.Self[kitDo]) (actor.Actor[kitDo], error) {
				if fail {
					return nil, errKit
				}
				return actor.Func[kitDo](func(ctx context.Context, do kitDo) error { return do(ctx) }), nil
			},
		})
		cfg := kitConfig(a, moody)
		_, err := system.Start(context.Background(), cfg)
		require.ErrorIs(t, err, errKit)
		fail = false
		for range 2 {
			s := kitStart(t, cfg)
			assert.NoError(t, kitCall(t, a.Ref, kitNothing))
			assert.NoError(t, kitCall(t, moody.Ref, kitNothing))
			kitShut(t, s)
			assert.ErrorIs(t, a.TrySend(kitNothing), actor.ErrStopped)
		}
	})
}

// An actor that runs in one system cannot be started in another, and does not
// suffer from the attempt.
func TestStartTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := kitNew("a", nil)
		s := kitStart(t, kitConfig(a))
		_, err := system.Start(context.Background(), kitConfig(a))
		require.ErrorIs(t, err, actor.ErrAlreadyStarted)
		synctest.Wait()
		done := make(chan struct{})
		kitSend(t, a.Ref, func(context.Context) error {
			assert.NoError(t, a.TrySend(func(context.Context) error { close(done); return nil }))
			return errKit
		})
		<-done // what waited while it was restarted was not lost
		kitShut(t, s)
	})
}

// brokenMeters is a provider that refuses.
type brokenMeters struct{ noop.MeterProvider }

func (brokenMeters) Meter(string, ...metric.MeterOption) metric.Meter { return brokenMeter{} }

type brokenMeter struct{ noop.Meter }

func (brokenMeter) Int64Counter(string, ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	return noop.Int64Counter{}, errKit
}

// A provider that cannot be used keeps the system from starting.
func TestStartWithoutTelemetry(t *testing.T) {
	var log kitLog
	a := kitNew("a", &log)
	cfg := kitConfig(a)
	cfg.MeterProvider = brokenMeters{}
	_, err := system.Start(context.Background(), cfg)
	require.ErrorIs(t, err, errKit)
	assert.Empty(t, log.take())
	assert.ErrorIs(t, a.TrySend(kitNothing), actor.ErrStopped)
}
