package topic_test

import (
	"context"
	"runtime"
	"strings"
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
)

// adapt makes as many letters, panics at zero, and ends the goroutine below it.
func adapt(n int) string {
	switch {
	case n == 0:
		panic(errBoom)
	case n < 0:
		runtime.Goexit()
	}
	return strings.Repeat("x", n)
}

// A subscription lasts over crashes of the subscriber, and ends with its address.
func TestT8SubscriberEnds(t *testing.T) {
	r := newReader("a", mailbox.Config{})
	perform(t, func(t *testing.T, s *stage) {
		require.NoError(t, s.topic.Subscribe(r.Ref, topic.Drop))
		s.publish(t, 1, crash, 2)
		assert.Equal(t, []int{1, 2}, r.got())
		assert.EqualValues(t, 2, r.Incarnation())
		s.told()
		s.publish(t, leave)
		assert.ElementsMatch(t, []string{"published 1", "subscriber removed 0 /sys/a: ended"}, s.told())
		assert.Empty(t, s.topic.Subscribers())
		require.NoError(t, s.topic.Subscribe(r.Ref, topic.Drop))
		assert.Equal(t, []string{"subscriber added 1 /sys/a", "subscriber removed 0 /sys/a: ended"}, s.told(), "it has ended already")
	}, r)
}

// A topic that is restarted with its group has its subscribers still.
func TestT8TopicRestarts(t *testing.T) {
	perform(t, func(t *testing.T, s *stage) {
		in, r := topic.New[int](topic.Spec{Name: "inner"}), newReader("a", mailbox.Config{})
		require.NoError(t, supervision.StartChild(t.Context(), s.Root(), supervision.Child{Process: supervision.New(supervision.Spec{
			Name: "group", Strategy: supervision.OneForAll, Children: []supervision.Child{{Process: in}, {Process: r.Process}},
		})}))
		require.NoError(t, in.Subscribe(r.Ref, topic.Drop))
		require.NoError(t, in.Publish(t.Context(), crash))
		require.NoError(t, in.Publish(t.Context(), 1))
		assert.Equal(t, []int{1}, r.got())
		assert.EqualValues(t, 2, in.Incarnation())
		assert.Equal(t, []string{"subscriber added 1 /sys/group/a", "published 1", "published 1"}, s.told())
		require.NoError(t, r.TrySend(leave)) // it is permanent, and comes back
		require.NoError(t, in.Publish(t.Context(), 2))
		assert.Equal(t, []int{1, 2}, r.got())
	})
}

// Who ends while the topic has no incarnation is found out by whoever publishes
// next, or by the next incarnation.
func TestT8SubscriberEndsMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &stage{topic: topic.New[int](topic.Spec{Name: "numbers"})}
		s.events.Min = monitoring.Trace
		telemetry, err := monitoring.NewTelemetry(monitoring.TelemetryConfig{Monitors: monitoring.Monitors{Topic: &s.events}})
		require.NoError(t, err)
		ctx := actor.NewRuntime(monitoring.NewIDs(), telemetry).Context(t.Context())
		a, b := newReader("a", mailbox.Config{}), newReader("b", mailbox.Config{})
		for _, child := range []actor.Child{s.topic, a.Process, b.Process} {
			child.Start(ctx, parent{})
		}
		synctest.Wait()
		require.NoError(t, s.topic.Subscribe(a.Ref, topic.Drop))
		require.NoError(t, s.topic.Subscribe(b.Ref, topic.Block))
		s.publish(t, 1)
		s.topic.Stop(time.Second)
		synctest.Wait()
		end := func(r *reader) {
			r.Stop(time.Second)
			synctest.Wait()
			r.Retire(nil)
			<-r.Done()
		}
		end(a)
		s.told()
		s.publish(t, 2)
		assert.Equal(t, []string{
			"routing failed 2 /a: ended: actor: stopped", "subscriber removed 1 /a: ended", "published 2",
		}, s.told())
		end(b)
		assert.Empty(t, s.told())
		s.topic.Start(ctx, parent{})
		assert.Equal(t, []string{"subscriber removed 0 /b: ended"}, s.told())
		assert.Equal(t, []int{1}, a.got())
		assert.Equal(t, []int{1, 2}, b.got())
		s.topic.Stop(time.Second)
		synctest.Wait()
		s.topic.Retire(nil)
		<-s.topic.Done()
		settled(t, s.topic)
	})
}

// parent is one that starts nobody again.
type parent struct{}

func (parent) Started(error)    {}
func (parent) Ended(actor.Exit) {}

// Nothing can be published any more when the topic's address has ended; if it is
// opened again, it begins with nobody.
func TestT9TopicEnds(t *testing.T) {
	r := newReader("a", mailbox.Config{})
	perform(t, func(t *testing.T, s *stage) {
		require.NoError(t, s.topic.Subscribe(r.Ref, topic.Drop))
		root, ctx := s.Root(), t.Context()
		require.NoError(t, supervision.TerminateChild(ctx, root, "numbers"))
		require.NoError(t, supervision.DeleteChild(ctx, root, "numbers"))
		assert.Equal(t, []string{"subscriber added 1 /sys/a", "subscriber removed 0 /sys/a: topic ended"}, s.told())
		require.ErrorIs(t, s.topic.Publish(ctx, 1), actor.ErrStopped)
		require.ErrorIs(t, s.topic.Subscribe(r.Ref, topic.Drop), actor.ErrStopped)
		assert.False(t, s.topic.Unsubscribe(r.Ref))
		assert.Zero(t, s.topic.Stats())
		require.NoError(t, supervision.StartChild(ctx, root, supervision.Child{Process: s.topic}))
		require.NoError(t, s.topic.Subscribe(r.Ref, topic.Drop))
		s.publish(t, 2)
		assert.Equal(t, []int{2}, r.got())
	}, r)
}

// Before the first start a topic works; what happens then is told of later.
func TestT10BeforeTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, r := topic.New[int](topic.Spec{Name: "early", Type: "Prices"}), newReader("a", mailbox.Config{})
		other := newReader("b", mailbox.Config{})
		require.NoError(t, in.Subscribe(other.Ref, topic.Block))
		require.NoError(t, in.Subscribe(r.Ref, topic.Drop))
		require.True(t, in.Unsubscribe(other.Ref))
		require.NoError(t, in.Publish(t.Context(), 1))
		s := newStage(t, r)
		require.NoError(t, supervision.StartChild(t.Context(), s.Root(), supervision.Child{Process: in}))
		assert.Equal(t, []int{1}, r.got())
		require.NoError(t, in.Send(t.Context(), nil), "it means nothing to it")
		e := s.events.Snapshot().Recent
		require.Len(t, e, 1)
		e[0].Time = time.Time{}
		assert.Equal(t, monitoring.TopicEvent{
			Kind: monitoring.SubscriberAdded, Topic: "/sys/early", Type: "Prices", Subscriber: "/sys/a", Subscribers: 1,
		}, e[0])
		require.NoError(t, s.Shutdown(context.Background()))
	})
}

// An address that ends without ever having been started ends all the same.
func TestT9NeverStarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := topic.New[int](topic.Spec{Name: "never"})
		in.Retire(nil)
		<-in.Done()
		require.ErrorIs(t, in.Publish(t.Context(), 1), actor.ErrStopped)
	})
}

// What is wrong is told, by everything that takes part, and never panics.
func TestT11WrongSpecs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReader("a", mailbox.Config{})
		for _, spec := range []topic.Spec{{}, {Name: "a/b"}, {Name: "a", Type: "a\n"}} {
			in := topic.New[int](spec)
			require.ErrorIs(t, in.Validate(), actor.ErrInvalidSpec)
			require.ErrorIs(t, in.Publish(t.Context(), 1), actor.ErrInvalidSpec)
			require.ErrorIs(t, in.Subscribe(r.Ref, topic.Drop), actor.ErrInvalidSpec)
			assert.Empty(t, in.Subscribers())
		}
		in := topic.New[int](topic.Spec{Name: "numbers"})
		require.ErrorIs(t, in.Subscribe(actor.Ref[int]{}, topic.Drop), actor.ErrStopped)
		assert.False(t, in.Unsubscribe(actor.Ref[int]{}))
		for _, wrong := range []struct {
			text string
			err  error
		}{
			{`invalid spec of "numbers": policy: Policy(3) is none`, in.Subscribe(r.Ref, 3)},
			{`invalid spec of "numbers": adapt: is nil`, topic.SubscribeFunc[int, int](in, r.Ref, topic.Drop, nil)},
			{`invalid spec of "numbers": ref: its target is not comparable`, in.Subscribe(actor.NewRef(elsewhere{odd: []int{}}), topic.Drop)},
		} {
			require.ErrorIs(t, wrong.err, actor.ErrInvalidSpec)
			assert.ErrorContains(t, wrong.err, wrong.text)
		}
		assert.False(t, in.Unsubscribe(actor.NewRef(elsewhere{odd: []int{}})))

		// A subscriber that was declared wrongly never gets anything.
		bad := actor.New(actor.Spec[int]{})
		require.NoError(t, in.Subscribe(bad.Ref, topic.Drop))
		require.NoError(t, in.Publish(t.Context(), 1))
		assert.Equal(t, topic.Stats{Published: 1, Addressed: 1, Failed: 1}, in.Stats())
		assert.Equal(t, "drop block fail", strings.Join([]string{topic.Drop.String(), topic.Block.String(), topic.Fail.String()}, " "))
	})
}

// elsewhere is a subscriber that is no actor of this process.
type elsewhere struct {
	actor.Target[int]
	answer *error
	odd    any
}

func (e elsewhere) Deliver(ctx context.Context, _ int, _ bool) error {
	if *e.answer == nil {
		<-ctx.Done() // at once: a topic does not have it wait
	}
	return *e.answer
}
func (elsewhere) Path() string      { return "elsewhere" }
func (elsewhere) ID() monitoring.ID { return monitoring.ID{} }

// An actor that lives elsewhere may subscribe too, even if it does not tell of
// its end.
func TestT8SubscriberElsewhere(t *testing.T) {
	perform(t, func(t *testing.T, s *stage) {
		var answer error
		require.NoError(t, s.topic.Subscribe(actor.NewRef(elsewhere{answer: &answer}), topic.Drop))
		s.publish(t, 1)
		answer = errBoom
		s.publish(t, 2)
		answer = actor.ErrAbandoned
		require.ErrorIs(t, s.topic.Publish(t.Context(), 3), actor.ErrAbandoned)
		answer = &wrapped{actor.ErrStopped}
		s.publish(t, 4)
		assert.Equal(t, []string{
			"subscriber added 1 elsewhere",
			"published 1",
			"routing failed 1 elsewhere: refused: boom",
			"published 1",
			"routing failed 1 elsewhere: publisher: actor: abandoned",
			"published 1",
			"routing failed 1 elsewhere: ended: far: actor: stopped",
			"subscriber removed 0 elsewhere: ended",
			"published 1",
		}, s.told())
	})
}

type wrapped struct{ err error }

func (w *wrapped) Error() string { return "far: " + w.err.Error() }
func (w *wrapped) Unwrap() error { return w.err }
