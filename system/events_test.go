package system_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// eventsOf are monitors that keep everything.
type eventsOf struct {
	supervision monitoring.Memory[monitoring.SupervisionEvent]
	actor       monitoring.Memory[monitoring.ActorEvent]
	mailbox     monitoring.Memory[monitoring.MailboxEvent]
	system      monitoring.Memory[monitoring.SystemEvent]
	topic       monitoring.Memory[monitoring.TopicEvent]
}

func eventsIn(cfg *system.Config) *eventsOf {
	var e eventsOf
	e.supervision.Min, e.actor.Min, e.mailbox.Min, e.system.Min, e.topic.Min =
		monitoring.Trace, monitoring.Trace, monitoring.Trace, monitoring.Trace, monitoring.Trace
	cfg.Monitors = monitoring.Monitors{Supervision: &e.supervision, Actor: &e.actor, Mailbox: &e.mailbox, System: &e.system, Topic: &e.topic}
	return &e
}

// supervised returns the events of supervision, a line each.
func (e *eventsOf) supervised() (lines []string) {
	for _, ev := range e.supervision.Snapshot().Recent {
		line := fmt.Sprintf("%v: %v %s", ev.Severity(), ev, ev.Supervisor)
		if ev.Child != "" {
			line += "/" + ev.Child
		}
		if ev.Incarnation != 0 {
			line += fmt.Sprint("#", ev.Incarnation)
		}
		if ev.Restarts != 0 {
			line += fmt.Sprint(" restarts=", ev.Restarts)
		}
		if ev.Affected != nil {
			line += fmt.Sprint(" ", ev.Strategy, ev.Affected)
		}
		lines = append(lines, line)
	}
	return lines
}

// of returns the events of one actor, a line each.
func (e *eventsOf) of(path string) (lines []string) {
	for _, ev := range e.actor.Snapshot().Recent {
		if ev.Path == path {
			line := fmt.Sprintf("%v#%d", ev, ev.Incarnation)
			if ev.Message != "" {
				line += " " + ev.Message
			}
			if ev.Reason != "" {
				line += " " + ev.Reason
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// A running system tells its monitors what happens.
func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		spec := lookupSpec("a", "the a")
		spec.Mailbox = mailbox.Config{Capacity: 1, Overflow: mailbox.DropNewest}
		a := actor.New(spec)
		cfg := kitConfig(a)
		events := eventsIn(&cfg)
		s := kitStart(t, cfg)
		kitSend(t, a.Ref, func(context.Context) error {
			time.Sleep(time.Second)
			return nil
		})
		synctest.Wait()
		kitSend(t, a.Ref, kitFail)
		assert.ErrorIs(t, a.Send(context.Background(), kitNothing), actor.ErrDropped)
		time.Sleep(time.Minute)
		kitSend(t, a.Ref, func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(time.Second)
			return nil
		})
		synctest.Wait()
		kitSend(t, a.Ref, kitNothing)
		kitShut(t, s)

		assert.Equal(t, []string{
			"info: child started /sys/a#1",
			"error: child failed /sys/a#1",
			"warning: strategy applied /sys one_for_one[a]",
			"warning: child restarted /sys/a#2 restarts=1",
			"info: child stopped /sys/a#2",
		}, events.supervised())
		assert.Equal(t, []string{
			"actor spawned#1",
			"actor started#1",
			"message received#1 kitDo",
			"message processed#1 kitDo",
			"message received#1 kitDo",
			"error occurred#1 kitDo failure",
			"actor stopped#1 failure",
			"actor started#2",
			"message received#2 kitDo",
			"message processed#2 kitDo",
			"actor stopped#2 shutdown",
		}, events.of("/sys/a"))

		var kinds []monitoring.SystemKind
		for _, ev := range events.system.Snapshot().Recent {
			kinds = append(kinds, ev.Kind)
			switch ev.Kind {
			case monitoring.ActorRegistered, monitoring.ActorDeregistered:
				assert.Equal(t, "the a", ev.Name)
				assert.Equal(t, "/sys/a", ev.Path)
			default:
				assert.Equal(t, s.ID(), ev.ID)
			}
			assert.Equal(t, "sys", ev.System)
		}
		assert.Equal(t, []monitoring.SystemKind{
			monitoring.ActorRegistered, monitoring.SystemStarted, monitoring.ActorDeregistered, monitoring.SystemShutdown,
		}, kinds)
		last := events.system.Snapshot().Recent[3]
		assert.Equal(t, "requested", last.Reason)
		assert.NoError(t, last.Err)

		count := map[monitoring.MailboxKind]int{}
		for _, ev := range events.mailbox.Snapshot().Recent {
			if ev.Path == "/sys/a" {
				count[ev.Kind]++
				assert.Equal(t, 1, ev.Capacity)
				assert.Equal(t, "kitDo", ev.Message)
			}
		}
		assert.Equal(t, 4, count[monitoring.Enqueued])
		assert.Equal(t, 3, count[monitoring.Dequeued], "one is left at the end")
		assert.Equal(t, 1, count[monitoring.CapacityReached])
		assert.Equal(t, 1, count[monitoring.MessageDropped])
		assert.Equal(t, 2, count[monitoring.DeadLetter], "the one dropped, and the one that waited at the end")
		assert.Equal(t, map[actor.DropReason]uint64{actor.ReasonOverflow: 1, actor.ReasonStopped: 1}, s.DeadLetters().Counts)
	})
}

// Back-pressure is an event; so is a supervisor that gives up.
func TestEventsOfTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		spec := kitSpec("a", nil)
		spec.Mailbox.Capacity = 1
		a := actor.New(spec)
		cfg := kitConfig(supervision.New(supervision.Spec{
			Name: "sub", Strategy: supervision.OneForAll, Limit: supervision.AtMost(1, time.Minute),
			Children: kitChildren(a, kitNew("b", nil)),
		}))
		events := eventsIn(&cfg)
		s := kitStart(t, cfg)
		kitSend(t, a.Ref, func(context.Context) error { time.Sleep(time.Second); return nil })
		synctest.Wait()
		kitSend(t, a.Ref, kitNothing)
		kitSend(t, a.Ref, kitNothing) // has to wait
		for range 2 {
			kitSend(t, a.Ref, kitFail)
			time.Sleep(time.Second)
		}
		kitShut(t, s)
		assert.Equal(t, []string{
			"info: child started /sys/sub/a#1",
			"info: child started /sys/sub/b#1",
			"info: child started /sys/sub#1",
			"error: child failed /sys/sub/a#1",
			"warning: strategy applied /sys/sub one_for_all[a b]",
			"info: child stopped /sys/sub/b#1",
			"warning: child restarted /sys/sub/a#2 restarts=1",
			"warning: child restarted /sys/sub/b#2 restarts=1",
			"error: child failed /sys/sub/a#2 restarts=1",
			"critical: restart limit exceeded /sys/sub/a#2 restarts=2",
			"info: child stopped /sys/sub/b#2",
			"critical: escalated /sys/sub",
			"error: child failed /sys/sub#1",
			"warning: strategy applied /sys one_for_one[sub]",
			"info: child started /sys/sub/a#3",
			"info: child started /sys/sub/b#3",
			"warning: child restarted /sys/sub#2 restarts=1",
			"info: child stopped /sys/sub/b#3",
			"info: child stopped /sys/sub/a#3",
			"info: child stopped /sys/sub#2",
		}, events.supervised())
		assert.True(t, slices.ContainsFunc(events.mailbox.Snapshot().Recent, func(ev monitoring.MailboxEvent) bool {
			return ev.Kind == monitoring.BackpressureApplied && ev.Path == "/sys/sub/a"
		}))
	})
}

// A monitor that panics or blocks harms nobody.
type eventsHostile struct {
	monitoring.Noop[monitoring.ActorEvent]
	hang kitDo
}

func (m *eventsHostile) Record(monitoring.ActorEvent) {
	_ = m.hang(context.Background())
	panic("hostile")
}

func TestEventsHostileMonitor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := kitNew("a", nil)
		cfg := kitConfig(a)
		cfg.Monitors.Actor = &eventsHostile{hang: kitHang(t)}
		var none *monitoring.Memory[monitoring.SupervisionEvent]
		cfg.Monitors.Supervision = none
		s := kitStart(t, cfg)
		require.NoError(t, kitCall(t, a.Ref, kitNothing))
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		kitWithin(t, time.Second, func() {
			assert.ErrorContains(t, s.Shutdown(ctx), "system: telemetry not flushed in time")
		})
	})
}
