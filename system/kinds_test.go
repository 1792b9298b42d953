package system_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/actor/topic"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// There is no kind of event that a running system never tells of.
func TestEachKindOfEventIsEmitted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dropping, waiting := kitSpec("dropping", nil), kitSpec("waiting", nil)
		dropping.Mailbox = mailbox.Config{Capacity: 1, Overflow: mailbox.DropOldest}
		dropping.Registered = "dropping"
		waiting.Mailbox = mailbox.Config{Capacity: 1}
		d, w := actor.New(dropping), actor.New(waiting)
		failing := kitNew("failing", nil)
		ailing := supervision.Child{Process: kitNew("ailing", nil), Health: &supervision.HealthCheck{
			Interval: time.Second, Check: func(context.Context) actor.Health { return actor.Degraded("a cold") },
		}}
		works := topic.New[kitDo](topic.Spec{Name: "works"})
		cfg := kitConfig(d, w, works, supervision.New(supervision.Spec{
			Name: "sub", Limit: supervision.AtMost(1, time.Minute), Children: kitChildren(failing),
		}))
		cfg.Root.Children = append(cfg.Root.Children, ailing)
		events := eventsIn(&cfg)
		s := kitStart(t, cfg)
		require.NoError(t, works.Publish(t.Context(), kitNothing))
		require.NoError(t, topic.SubscribeFunc(works, d.Ref, topic.Drop, func(kitDo) kitDo { panic(errKit) }))
		require.NoError(t, works.Publish(t.Context(), kitNothing))
		require.True(t, works.Unsubscribe(d.Ref))
		for _, to := range []*actor.Process[kitDo]{d, w} {
			kitSend(t, to.Ref, func(context.Context) error { time.Sleep(time.Second); return nil })
			synctest.Wait()
			kitSend(t, to.Ref, kitNothing)
			kitSend(t, to.Ref, kitNothing)
			time.Sleep(2 * time.Second)
		}
		for range 2 {
			kitSend(t, failing.Ref, kitFail)
			synctest.Wait()
		}
		require.NoError(t, supervision.StartChild(t.Context(), s.Root(), supervision.Child{Process: kitNew("late", nil)}))
		kitShut(t, s)

		seen := make(map[string]bool)
		for _, ev := range events.supervision.Snapshot().Recent {
			seen[ev.String()] = true
		}
		for _, ev := range events.actor.Snapshot().Recent {
			seen[ev.String()] = true
		}
		for _, ev := range events.mailbox.Snapshot().Recent {
			seen[ev.String()] = true
		}
		for _, ev := range events.system.Snapshot().Recent {
			seen[ev.String()] = true
		}
		for _, ev := range events.topic.Snapshot().Recent {
			seen[ev.String()] = true
		}
		kinds := func(name func(uint8) string) {
			for k := uint8(1); name(k) != "unknown"; k++ {
				assert.True(t, seen[name(k)], "never emitted: %s", name(k))
			}
		}
		kinds(func(k uint8) string { return monitoring.SupervisionKind(k).String() })
		kinds(func(k uint8) string { return monitoring.ActorKind(k).String() })
		kinds(func(k uint8) string { return monitoring.MailboxKind(k).String() })
		kinds(func(k uint8) string { return monitoring.SystemKind(k).String() })
		kinds(func(k uint8) string { return monitoring.TopicKind(k).String() })
	})
}

// An actor that was idle is seen to be sent a message before it takes it.
func TestEnqueuedComesBeforeDequeued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := kitNew("a", nil)
		cfg := kitConfig(a)
		events := eventsIn(&cfg)
		s := kitStart(t, cfg)
		for range 3 {
			kitSend(t, a.Ref, kitNothing)
			synctest.Wait()
		}
		var seen []string
		for _, ev := range events.mailbox.Snapshot().Recent {
			if ev.Path == "/sys/a" {
				seen = append(seen, fmt.Sprint(ev.Severity(), " ", ev, " ", ev.Depth, "/", ev.Capacity))
			}
		}
		once := []string{"trace enqueued 1/64", "trace dequeued 0/64"}
		assert.Equal(t, slices.Concat(once, once, once), seen)
		kitShut(t, s)
	})
}

// What a supervisor was declared with is its configuration: who adds a child or
// deletes one, or switches health checks, changes that. What is spawned was never
// declared.
func TestConfigurationChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := kitConfig(kitNew("a", nil), kitNew("b", nil))
		cfg.Root.Children[1].Health = new(supervision.HealthCheck)
		events := eventsIn(&cfg)
		s := kitStart(t, cfg)
		ctx := t.Context()
		require.NoError(t, supervision.StartChild(ctx, s.Root(), supervision.Child{ID: "the new one", Process: kitNew("c", nil)}))
		require.Error(t, supervision.StartChild(ctx, s.Root(), supervision.Child{Process: kitBroken("d", errKit)}))
		require.Error(t, supervision.DeleteChild(ctx, s.Root(), "a"), "it runs")
		require.NoError(t, supervision.TerminateChild(ctx, s.Root(), "a"))
		require.NoError(t, supervision.RestartChild(ctx, s.Root(), "a"))
		require.NoError(t, supervision.TerminateChild(ctx, s.Root(), "a"))
		require.NoError(t, supervision.DeleteChild(ctx, s.Root(), "a"))
		require.NoError(t, supervision.DisableHealth(ctx, s.Root(), "b"))
		require.NoError(t, supervision.EnableHealth(ctx, s.Root(), "b"))
		_, err := system.Spawn(ctx, s, kitSpec("e", nil))
		require.NoError(t, err)
		var seen []string
		for _, ev := range events.system.Snapshot().Recent {
			if ev.Kind == monitoring.ConfigurationChanged {
				seen = append(seen, fmt.Sprintf("%v: %s: %s %q", ev.Severity(), ev.Path, ev.Reason, ev.Name))
			}
		}
		assert.Equal(t, []string{
			`info: /sys: child added "the new one"`,
			`info: /sys: child deleted "a"`,
			`info: /sys: health checks off "b"`,
			`info: /sys: health checks on "b"`,
		}, seen)
		kitShut(t, s)
	})
}

// Events can be followed as they happen. A reader that has stopped reading does
// not hold up the system, and cancelling leaves nothing behind.
func TestSubscriptionToARunningSystem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := kitNew("a", nil)
		cfg := kitConfig(a)
		events := eventsIn(&cfg)
		failures := events.supervision.Subscribe(monitoring.Error, 0)
		stuck := events.actor.Subscribe(0, 2)
		s := kitStart(t, cfg)
		got := make(chan string, 1)
		go func() {
			for ev := range failures.Events() {
				got <- ev.Path + ": " + ev.Err.Error()
			}
			close(got)
		}()
		kitSend(t, a.Ref, kitFail)
		assert.Equal(t, "/sys/a: boom", <-got)
		kitShut(t, s)
		failures.Cancel()
		stuck.Cancel()
		_, more := <-got
		assert.False(t, more)
		assert.EqualValues(t, len(events.actor.Snapshot().Recent)-2, stuck.Dropped())
		assert.Len(t, stuck.Events(), 2)
	})
}

// The knobs of telemetry reach it.
func TestTelemetryKnobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := kitNew("a", nil)
		cfg := kitConfig(a)
		cfg.Root.Limit = supervision.AtMost(1000, time.Minute)
		cfg.IncidentsPerSecond = 1
		var lines atomic.Int64
		cfg.Logger = slog.New(kitCount{lines: &lines})
		s := kitStart(t, cfg)
		for range 10 {
			kitSend(t, a.Ref, kitFail)
			synctest.Wait()
		}
		kitShut(t, s)
		assert.EqualValues(t, 2*2, lines.Load(), "two failures at once, and their restarts")

		b := kitNew("b", nil)
		cfg = kitConfig(b)
		cfg.TelemetryQueue = 1
		events := monitoring.Memory[monitoring.ActorEvent]{Min: monitoring.Trace}
		release := make(chan struct{})
		cfg.Monitors.Actor = &kitSlow{memory: &events, release: release}
		s = kitStart(t, cfg)
		kitSend(t, b.Ref, kitNothing)
		synctest.Wait()
		close(release)
		synctest.Wait()
		assert.EqualValues(t, 1, events.Snapshot().Counts.Total(), "there was room for no more while the monitor waited")
		kitShut(t, s)
	})
}

// kitCount is a log handler that counts.
type kitCount struct {
	slog.Handler
	lines *atomic.Int64
}

func (h kitCount) Enabled(context.Context, slog.Level) bool { return true }

func (h kitCount) Handle(context.Context, slog.Record) error {
	h.lines.Add(1)
	return nil
}

// kitSlow is a monitor that waits.
type kitSlow struct {
	monitoring.Noop[monitoring.ActorEvent]
	memory  *monitoring.Memory[monitoring.ActorEvent]
	release chan struct{}
}

func (m *kitSlow) Record(ev monitoring.ActorEvent) {
	<-m.release
	m.memory.Record(ev)
}
