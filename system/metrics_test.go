package system_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/internal/metrictest"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// metricsLabels is every label there is, with the values that it may have; nil
// means the types of the test's actors.
var metricsLabels = map[string][]string{
	"actor.system":         {"sys"},
	"actor.type":           nil,
	"actor.stop.reason":    {"normal", "shutdown", "failure", "panic", "goexit", "abandoned"},
	"actor.failure.kind":   {"failure", "panic", "goexit", "abandoned"},
	"actor.drop.reason":    {"stopped", "overflow", "late_reply", "restart", "failed"},
	"actor.telemetry.kind": {"incident", "span", "log", "event", "measurement"},
}

// metricsTypes are the types of the actors in these tests: Go's names for them,
// the framework's own, and what is no type of an actor.
var metricsTypes = []string{"kitWorker", "Supervisor", "Func", "other"}

// metricsCheck fails for a label that it does not know, or a value that is
// none of the label's.
func metricsCheck(t *testing.T, points metrictest.Points) {
	t.Helper()
	for _, p := range points {
		for _, label := range p.Labels.ToSlice() {
			values, known := metricsLabels[string(label.Key)]
			if values == nil {
				values = metricsTypes
			}
			assert.True(t, known, "a new label in %v", p)
			assert.Contains(t, values, label.Value.String(), "in %v", p)
		}
	}
}

// No label of a metric holds an identity, a path, or a text that comes from a
// user or from an error, whatever happens to actors of whatever name.
func TestMetricsLabelsAreClosedSets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const secret = "s3cret"
		metrics := metrictest.New()
		odd := kitNew("50% 'off' {a=\"b\"} "+secret, nil)
		sub := kitSup("sub "+secret, kitNew("child "+secret, nil))
		registered := kitSpec("registered "+secret, nil)
		registered.Registered = secret
		cfg := kitConfig(odd, sub, actor.New(registered), supervision.FromFunc("func "+secret, func(ctx context.Context) error {
			<-ctx.Done()
			return nil
		}))
		cfg.Root.Limit = supervision.AtMost(1000, time.Minute)
		cfg.Spawned.Defaults.Restart = supervision.Temporary
		cfg.MeterProvider = metrics
		s := kitStart(t, cfg)
		ctx := context.Background()

		for _, do := range []kitDo{
			func(context.Context) error { panic(secret) },
			func(context.Context) error { return errors.New(secret) },
			func(context.Context) error { panic(fmt.Sprintf("%s %p", secret, &ctx)) },
		} {
			kitSend(t, odd.Ref, do)
			synctest.Wait()
		}
		for i := range 500 {
			ref, err := system.Spawn(ctx, s, kitSpec(fmt.Sprintf("order-%d-%s", i, secret), nil))
			require.NoError(t, err)
			kitSend(t, ref, kitPanic)
			synctest.Wait()
			require.ErrorIs(t, ref.Send(ctx, kitNothing), actor.ErrStopped)
		}
		for range 5000 { // of which some are timed
			kitSend(t, odd.Ref, kitNothing)
		}
		synctest.Wait()
		broken := errors.New(secret)
		_, err := system.Spawn(ctx, s, actor.Spec[kitDo]{
			Name: "broken " + secret,
			New:  func(context.Context, *actor.Self[kitDo]) (actor.Actor[kitDo], error) { return nil, broken },
		})
		require.ErrorIs(t, err, broken)
		running := metrics.Collect()
		metricsCheck(t, running)
		assert.EqualValues(t, 7, running.Total("actor.count"), "three supervisors, three workers and a function")
		kitSend(t, odd.Ref, func(ctx context.Context) error {
			<-ctx.Done()
			return nil
		})
		kitSend(t, odd.Ref, kitNothing) // to be a dead letter
		kitShut(t, s)

		over := metrics.Collect()
		metricsCheck(t, over)
		assert.NotContains(t, over.Text(), secret)
		assert.NotContains(t, over.Text(), "order-")
		assert.NotContains(t, over.Text(), "/")
		assert.NotContains(t, over.Text(), s.ID().String())
		var names []string
		for _, p := range over {
			if !slices.Contains(names, p.Name) {
				names = append(names, p.Name)
			}
		}
		assert.Subset(t, names, []string{
			"actor.count", "actor.starts", "actor.stops", "actor.failures", "actor.restarts", "actor.restart.duration",
			"actor.processed.messages", "actor.mailbox.depth", "actor.mailbox.depth.max", "actor.telemetry.dropped",
			"actor.process.duration", "actor.mailbox.wait.duration", "actor.escalations", "actor.dead_letters",
		})
		assert.Less(t, len(over), 80, "so many series, and no more with more actors")
	})
}

// What happened is in the metrics, exactly, after all the actors are gone too.
func TestMetricsOfARunningSystem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		metrics := metrictest.New()
		a := kitNew("a", nil)
		cfg := kitConfig(supervision.New(supervision.Spec{
			Name: "sub", Strategy: supervision.OneForAll, Limit: supervision.AtMost(1, time.Minute),
			Defaults: supervision.Defaults{Backoff: &supervision.Backoff{Base: time.Second, Max: time.Second}},
			Children: kitChildren(a, kitNew("b", nil)),
		}))
		cfg.MeterProvider = metrics
		s := kitStart(t, cfg)
		const messages = 1000
		for range messages {
			kitSend(t, a.Ref, kitNothing)
		}
		kitSend(t, a.Ref, kitFail) // a restart, of both
		time.Sleep(2 * time.Second)
		kitSend(t, a.Ref, kitFail) // one too many: the supervisor gives up, and is restarted
		time.Sleep(2 * time.Second)
		kitSend(t, a.Ref, kitNothing)
		synctest.Wait()
		names := []string{
			"actor.count", "actor.starts", "actor.stops", "actor.failures", "actor.restarts", "actor.escalations",
			"actor.processed.messages", "actor.restart.duration",
		}
		running := "" +
			"actor.count{actor.system=sys,actor.type=Supervisor} 3\n" +
			"actor.count{actor.system=sys,actor.type=kitWorker} 2\n" +
			"actor.escalations{actor.system=sys} 1\n" +
			"actor.failures{actor.failure.kind=failure,actor.system=sys,actor.type=Supervisor} 1\n" +
			"actor.failures{actor.failure.kind=failure,actor.system=sys,actor.type=kitWorker} 2\n" +
			"actor.processed.messages{actor.system=sys,actor.type=kitWorker} 1003\n" +
			"actor.restart.duration{actor.system=sys,actor.type=Supervisor} 1\n" +
			"actor.restart.duration{actor.system=sys,actor.type=kitWorker} 1\n" +
			"actor.restarts{actor.system=sys,actor.type=Supervisor} 1\n" +
			"actor.restarts{actor.system=sys,actor.type=kitWorker} 2\n" +
			"actor.starts{actor.system=sys,actor.type=Supervisor} 4\n" +
			"actor.starts{actor.system=sys,actor.type=kitWorker} 6\n" +
			"actor.stops{actor.stop.reason=failure,actor.system=sys,actor.type=Supervisor} 1\n" +
			"actor.stops{actor.stop.reason=failure,actor.system=sys,actor.type=kitWorker} 2\n" +
			"actor.stops{actor.stop.reason=shutdown,actor.system=sys,actor.type=kitWorker} 2\n"
		assert.Equal(t, running, metrics.Collect().NonZero().Text(names...))
		took := metrics.Collect().Named("actor.restart.duration").With("actor.type", "kitWorker")[0]
		assert.InDelta(t, 1, took.Sum, 1e-9, "the backoff is part of it")
		kitShut(t, s)
		over := strings.NewReplacer(
			"actor.count{actor.system=sys,actor.type=Supervisor} 3\n", "",
			"actor.count{actor.system=sys,actor.type=kitWorker} 2\n", "",
			"actor.stops{actor.stop.reason=shutdown,actor.system=sys,actor.type=kitWorker} 2\n", ""+
				"actor.stops{actor.stop.reason=shutdown,actor.system=sys,actor.type=Supervisor} 3\n"+
				"actor.stops{actor.stop.reason=shutdown,actor.system=sys,actor.type=kitWorker} 4\n").Replace(running)
		assert.Equal(t, over, metrics.Collect().NonZero().Text(names...))
		synctest.Wait()
		assert.Zero(t, metrics.Callbacks())
	})
}

// A failure after which a rule lets the actor go on is a failure, and nothing
// else.
func TestMetricsOfFailuresThatArePassedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		metrics := metrictest.New()
		a := kitNew("a", nil)
		cfg := kitConfig(a)
		cfg.Root.Children[0].Decider = []supervision.Rule{supervision.When(errKit).Resume()}
		cfg.MeterProvider = metrics
		s := kitStart(t, cfg)
		kitSend(t, a.Ref, kitFail)
		kitSend(t, a.Ref, kitNothing)
		synctest.Wait()
		assert.Equal(t, ""+
			"actor.count{actor.system=sys,actor.type=kitWorker} 1\n"+
			"actor.failures{actor.failure.kind=failure,actor.system=sys,actor.type=kitWorker} 1\n"+
			"actor.processed.messages{actor.system=sys,actor.type=kitWorker} 2\n"+
			"actor.starts{actor.system=sys,actor.type=kitWorker} 1\n",
			metrics.Collect().With("actor.type", "kitWorker").NonZero().Text())
		kitShut(t, s)
	})
}
