package monitoring

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestSeveritiesAreOrdered(t *testing.T) {
	all := []Severity{Trace, Debug, Info, Warning, Error, Critical}
	names := []string{"trace", "debug", "info", "warning", "error", "critical"}
	for i, s := range all {
		assert.Equal(t, names[i], s.String())
		if i > 0 {
			assert.Less(t, all[i-1], s)
			assert.Less(t, all[i-1].Level(), s.Level())
		}
	}
	assert.Equal(t, "unset", Severity(0).String())
	assert.Equal(t, "unknown", Severity(200).String())
}

func TestEachKindHasANameAndASeverity(t *testing.T) {
	wrong := errors.New("wrong")
	for _, tc := range []struct {
		event interface {
			Event
			String() string
		}
		name     string
		severity Severity
	}{
		{SupervisionEvent{Kind: ChildStarted}, "child started", Info},
		{SupervisionEvent{Kind: ChildStopped}, "child stopped", Info},
		{SupervisionEvent{Kind: ChildStopped, Err: wrong}, "child stopped", Warning},
		{SupervisionEvent{Kind: ChildFailed}, "child failed", Error},
		{SupervisionEvent{Kind: ChildRestarted}, "child restarted", Warning},
		{SupervisionEvent{Kind: ChildDegraded}, "child degraded", Warning},
		{SupervisionEvent{Kind: RestartLimitExceeded}, "restart limit exceeded", Critical},
		{SupervisionEvent{Kind: StrategyApplied}, "strategy applied", Warning},
		{SupervisionEvent{Kind: Escalated}, "escalated", Critical},
		{SupervisionEvent{}, "unknown", Info},
		{SupervisionEvent{Kind: 99}, "unknown", Info},

		{ActorEvent{Kind: Spawned}, "actor spawned", Debug},
		{ActorEvent{Kind: Started}, "actor started", Info},
		{ActorEvent{Kind: MessageReceived}, "message received", Trace},
		{ActorEvent{Kind: MessageProcessed}, "message processed", Trace},
		{ActorEvent{Kind: ErrorOccurred}, "error occurred", Error},
		{ActorEvent{Kind: Stopped}, "actor stopped", Info},

		{MailboxEvent{Kind: Enqueued}, "enqueued", Trace},
		{MailboxEvent{Kind: Dequeued}, "dequeued", Trace},
		{MailboxEvent{Kind: BackpressureApplied}, "backpressure applied", Debug},
		{MailboxEvent{Kind: CapacityReached}, "capacity reached", Info},
		{MailboxEvent{Kind: MessageDropped}, "message dropped", Warning},
		{MailboxEvent{Kind: DeadLetter}, "dead letter", Warning},

		{SystemEvent{Kind: SystemStarted}, "system started", Info},
		{SystemEvent{Kind: SystemShutdown}, "system shutdown", Info},
		{SystemEvent{Kind: SystemShutdown, Err: wrong}, "system shutdown", Error},
		{SystemEvent{Kind: ActorRegistered}, "actor registered", Debug},
		{SystemEvent{Kind: ActorDeregistered}, "actor deregistered", Debug},
		{SystemEvent{Kind: ConfigurationChanged}, "configuration changed", Info},
		{TopicEvent{Kind: Published}, "published", Trace},
		{TopicEvent{Kind: SubscriberAdded}, "subscriber added", Info},
		{TopicEvent{Kind: SubscriberRemoved}, "subscriber removed", Info},
		{TopicEvent{Kind: SubscriberRemoved, Err: wrong}, "subscriber removed", Warning},
		{TopicEvent{Kind: RoutingFailed}, "routing failed", Warning},
		{TopicEvent{Kind: TopicDeadLetter}, "topic dead letter", Warning},
	} {
		assert.Equal(t, tc.name, tc.event.String())
		assert.Equal(t, tc.severity, tc.event.Severity(), tc.name)
	}
}

func TestStepKindsHaveNames(t *testing.T) {
	assert.Equal(t, "stop backoff restart start unknown",
		strings.Join([]string{StepStop.String(), StepBackoff.String(), StepRestart.String(), StepStart.String(), StepKind(9).String()}, " "))
}

// A log value holds what is set and nothing else.
func TestEventsAsLogValues(t *testing.T) {
	id := NewIDs().Next()
	wrong := errors.New("wrong")
	for _, tc := range []struct {
		event slog.LogValuer
		want  string
	}{
		{SupervisionEvent{}, "[]"},
		{SupervisionEvent{
			Supervisor: "/shop", Child: "till", Path: "/shop/till", Type: "Till", Incarnation: 2, Restarts: 1,
			MaxRestarts: 5, Window: time.Minute, Strategy: "one_for_one", Affected: []string{"till"}, Reason: "r", Err: wrong,
		}, "[supervisor=/shop child=till path=/shop/till type=Till incarnation=2 restarts=1 max_restarts=5 window=1m0s " +
			"strategy=one_for_one affected=[till] reason=r error=wrong]"},
		{ActorEvent{
			ID: id, Path: "/a", Type: "A", Incarnation: 1, Message: "Inc", Duration: time.Second, Reason: "r", Err: wrong,
		}, "[id=" + id.String() + " path=/a type=A incarnation=1 message=Inc duration=1s reason=r error=wrong]"},
		{MailboxEvent{Path: "/a", Type: "A", Message: "Inc", Depth: 3, Capacity: 4, Reason: "stopped", Err: wrong},
			"[path=/a type=A message=Inc depth=3 capacity=4 reason=stopped error=wrong]"},
		{SystemEvent{System: "shop", ID: id, Name: "n", Path: "/a", Reason: "r", Err: wrong},
			"[system=shop id=" + id.String() + " name=n path=/a reason=r error=wrong]"},
		{TopicEvent{
			Topic: "/prices", Type: "Topic", Subscriber: "/a", Subscribers: 2, Message: "Price", Reason: "full", Err: wrong,
		}, "[topic=/prices type=Topic subscriber=/a subscribers=2 message=Price reason=full error=wrong]"},
	} {
		assert.Equal(t, tc.want, tc.event.LogValue().String())
	}
}

func TestIDsAreUnequalAndReadable(t *testing.T) {
	ids, others := NewIDs(), NewIDs()
	first, second := ids.Next(), ids.Next()
	assert.NotEqual(t, first, second)
	assert.NotEqual(t, first, others.Next())
	assert.EqualValues(t, 2, second.Sequence())
	assert.Equal(t, ids.System().String()+"-2", second.String())
	assert.Len(t, ids.System().String(), 36)
	assert.True(t, ID{}.IsZero())
	assert.False(t, ids.System().IsZero())
	assert.Empty(t, ID{}.String())
	text, err := second.MarshalText()
	assert.NoError(t, err)
	assert.Equal(t, second.String(), string(text))
}

func TestNextCostsNoAllocation(t *testing.T) {
	ids := NewIDs()
	assert.Zero(t, testing.AllocsPerRun(100, func() { ids.Next() }))
}
