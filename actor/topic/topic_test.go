package topic_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/actor/topic"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/supervision"
)

// Everybody who has subscribed gets everything that is published thereafter, in
// order; who has not gets nothing.
func TestT1Publish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, c := newReader("a", mailbox.Config{}), newReader("b", mailbox.Config{}), newReader("c", mailbox.Config{})
		s := newStage(t, a, b, c)
		require.NoError(t, s.topic.Subscribe(a.Ref, topic.Drop))
		s.publish(t, 1, 2)
		require.NoError(t, s.topic.Subscribe(b.Ref, topic.Block))
		s.publish(t, 3, 4)
		assert.True(t, s.topic.Unsubscribe(a.Ref))
		assert.False(t, s.topic.Unsubscribe(a.Ref))
		s.publish(t, 5)
		assert.Equal(t, []int{1, 2, 3, 4}, a.got())
		assert.Equal(t, []int{3, 4, 5}, b.got())
		assert.Empty(t, c.got())
		assert.Equal(t, topic.Stats{Subscribers: 1, Published: 5, Addressed: 7, Delivered: 7}, s.topic.Stats())
		assert.Equal(t, []topic.Subscriber{{Path: "/sys/b", Policy: topic.Block}}, s.topic.Subscribers())
		require.NoError(t, s.Shutdown(context.Background()))
		assert.Equal(t, []string{
			"subscriber added 1 /sys/a", "published 1", "published 1",
			"subscriber added 2 /sys/b", "published 2", "published 2",
			"subscriber removed 1 /sys/a: unsubscribed", "published 1",
			"subscriber removed 0 /sys/b: topic ended",
		}, s.told())
	})
}

// What is published when nobody has subscribed is a dead letter.
func TestT2NobodyHasSubscribed(t *testing.T) {
	perform(t, func(t *testing.T, s *stage) {
		s.publish(t, 1)
		assert.Equal(t, topic.Stats{Published: 1, Unheard: 1}, s.topic.Stats())
		e := s.events.Snapshot().Recent
		require.Len(t, e, 1)
		assert.Equal(t, "topic dead letter", e[0].String())
		assert.Equal(t, []string{"/sys/numbers", "Topic", "int"}, []string{e[0].Topic, e[0].Type, e[0].Message})
	})
}

// The same address has one subscription; the latest holds.
func TestT3SubscribingAgain(t *testing.T) {
	r := newReader("a", mailbox.Config{})
	perform(t, func(t *testing.T, s *stage) {
		require.NoError(t, s.topic.Subscribe(r.Ref, topic.Drop))
		require.NoError(t, topic.SubscribeFunc(s.topic, r.Ref, topic.Block, func(n int) int { return 10 * n }))
		s.publish(t, 1)
		assert.Equal(t, []topic.Subscriber{{Path: "/sys/a", Policy: topic.Block}}, s.topic.Subscribers())
		assert.Equal(t, []string{
			"subscriber added 1 /sys/a", "subscriber removed 0 /sys/a: replaced", "subscriber added 1 /sys/a", "published 1",
		}, s.told())
		// The watch of the first one does not end the second.
		require.NoError(t, supervision.TerminateChild(t.Context(), s.Root(), "a"))
		require.NoError(t, supervision.DeleteChild(t.Context(), s.Root(), "a"))
		assert.Equal(t, []string{"subscriber removed 0 /sys/a: ended"}, s.told())
	}, r)
}

// Drop: a slow subscriber misses what it has no room for, and nobody waits.
func TestT4Drop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, other := newReader("slow", mailbox.Config{Capacity: 1}), newReader("other", mailbox.Config{})
		s := newStage(t, slow, other)
		require.NoError(t, s.topic.Subscribe(slow.Ref, topic.Drop))
		require.NoError(t, s.topic.Subscribe(other.Ref, topic.Drop))
		slow.fill(t)
		s.told()
		s.publish(t, 1, 2)
		close(slow.release)
		assert.Equal(t, []int{0}, slow.got())
		s.publish(t, 3)
		assert.Equal(t, []int{0, 3}, slow.got())
		assert.Equal(t, []int{1, 2, 3}, other.got())
		assert.Equal(t, topic.Stats{Subscribers: 2, Published: 3, Addressed: 6, Delivered: 4, Dropped: 2}, s.topic.Stats())
		assert.Equal(t, []topic.Subscriber{{"/sys/slow", topic.Drop, 2}, {"/sys/other", topic.Drop, 0}}, s.topic.Subscribers())
		const full = "routing failed 2 /sys/slow: full: topic: the subscriber has no room"
		assert.Equal(t, []string{full, "published 2", full, "published 2", "published 2"}, s.told())

		// So does one whose mailbox has a policy of its own, or a publisher whose
		// context is done, which changes nothing for the others.
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(actor.ErrStopped)
		slow.release = make(chan struct{})
		slow.fill(t)
		require.NoError(t, s.topic.Publish(ctx, 4))
		assert.Equal(t, []int{1, 2, 3, 4}, other.got())
		assert.Len(t, s.topic.Subscribers(), 2)
		assert.EqualValues(t, 3, s.topic.Stats().Dropped)
		close(slow.release)
		require.NoError(t, s.Shutdown(context.Background()))
	})
}

// A mailbox that rejects or drops by its own policy does so under any of the
// topic's.
func TestT4MailboxesOwnPolicy(t *testing.T) {
	for _, policy := range []topic.Policy{topic.Drop, topic.Block} {
		synctest.Test(t, func(t *testing.T) {
			r := newReader("rejects", mailbox.Config{Capacity: 1, Overflow: mailbox.Reject})
			d := newReader("drops", mailbox.Config{Capacity: 1, Overflow: mailbox.DropNewest})
			s := newStage(t, r, d)
			require.NoError(t, s.topic.Subscribe(r.Ref, policy))
			require.NoError(t, s.topic.Subscribe(d.Ref, policy))
			r.fill(t)
			d.fill(t)
			s.publish(t, 1)
			assert.EqualValues(t, 2, s.topic.Stats().Dropped)
			close(r.release)
			close(d.release)
			require.NoError(t, s.Shutdown(context.Background()))
			settled(t, s.topic)
		})
	}
}

// Block: the publisher waits for room, after everybody else has been served.
func TestT5Block(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, other := newReader("slow", mailbox.Config{Capacity: 1}), newReader("other", mailbox.Config{})
		s := newStage(t, slow, other)
		require.NoError(t, s.topic.Subscribe(slow.Ref, topic.Block))
		require.NoError(t, s.topic.Subscribe(other.Ref, topic.Drop))
		slow.fill(t)
		time.AfterFunc(time.Second, func() { close(slow.release) })
		began := time.Now()
		go func() {
			time.Sleep(time.Millisecond)
			other.mu.Lock()
			defer other.mu.Unlock()
			assert.Equal(t, []int{1}, other.seen, "it does not wait with the publisher")
		}()
		s.publish(t, 1)
		assert.Equal(t, time.Second, time.Since(began))
		s.publish(t, 2)
		assert.Equal(t, []int{0, 1, 2}, slow.got())
		require.NoError(t, s.Shutdown(context.Background()))
		assert.Equal(t, topic.Stats{Published: 2, Addressed: 4, Delivered: 4}, s.topic.Stats())
	})
}

// The publisher's context bounds the waiting, and nothing else.
func TestT5BlockUntilTheContextIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, other := newReader("slow", mailbox.Config{Capacity: 1}), newReader("other", mailbox.Config{})
		s := newStage(t, slow, other)
		require.NoError(t, s.topic.Subscribe(slow.Ref, topic.Block))
		require.NoError(t, s.topic.Subscribe(other.Ref, topic.Block))
		slow.fill(t)
		for _, cause := range []error{errBoom, actor.ErrStopped} {
			ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, cause)
			require.ErrorIs(t, s.topic.Publish(ctx, 1), cause)
			cancel()
		}
		assert.Equal(t, []int{1, 1}, other.got())
		assert.Equal(t, topic.Stats{Subscribers: 2, Published: 2, Addressed: 4, Delivered: 2, Failed: 2}, s.topic.Stats())
		assert.Contains(t, s.told(), "routing failed 2 /sys/slow: publisher: boom")
		close(slow.release)
		require.NoError(t, s.Shutdown(context.Background()))
	})
}

// A handler that publishes to itself with its mailbox full is told, where it
// would wait for ever.
func TestT5BlockOnOneself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		got := make(chan error, 1)
		p := actor.New(actor.Spec[int]{Name: "echo", Mailbox: mailbox.Config{Capacity: 1},
			New: actor.Make(func() actor.Func[int] {
				return func(ctx context.Context, n int) error {
					if n == 1 {
						_ = s.topic.Publish(ctx, 2) // there is room
						got <- s.topic.Publish(ctx, 3)
					}
					return nil
				}
			})})
		require.NoError(t, supervision.StartChild(t.Context(), s.Root(), supervision.Child{Process: p}))
		require.NoError(t, s.topic.Subscribe(p.Ref, topic.Block))
		s.publish(t, 1)
		require.ErrorIs(t, <-got, actor.ErrDeadlock)
		require.NoError(t, s.Shutdown(context.Background()))
		settled(t, s.topic)
	})
}

// Fail: a subscriber that cannot keep up is one no more.
func TestT6Fail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := newReader("slow", mailbox.Config{Capacity: 1})
		s := newStage(t, slow)
		require.NoError(t, s.topic.Subscribe(slow.Ref, topic.Fail))
		slow.fill(t)
		s.told()
		s.publish(t, 1, 2)
		assert.Empty(t, s.topic.Subscribers())
		assert.Equal(t, []string{
			"routing failed 1 /sys/slow: full: topic: the subscriber has no room",
			"subscriber removed 0 /sys/slow: slow: actor: mailbox full",
			"published 1",
			"topic dead letter 0",
		}, s.told())
		assert.Equal(t, topic.Stats{Published: 2, Unheard: 1, Addressed: 1, Dropped: 1}, s.topic.Stats())
		close(slow.release)
		synctest.Wait()
		require.NoError(t, s.topic.Subscribe(slow.Ref, topic.Fail), "it may try again")
		s.publish(t, 3)
		assert.Equal(t, []int{0, 3}, slow.got())
		require.NoError(t, s.Shutdown(context.Background()))
	})
}

// An adapter makes a message of another type. Its panic is the subscriber's
// loss, not the publisher's; so is all that is left when it ends the goroutine.
func TestT7Adapter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var texts []string
		p := actor.New(actor.Spec[string]{Name: "texts", New: actor.Make(func() actor.Func[string] {
			return func(_ context.Context, text string) error {
				texts = append(texts, text)
				return nil
			}
		})})
		r := newReader("r", mailbox.Config{})
		s := newStage(t, r)
		require.NoError(t, supervision.StartChild(t.Context(), s.Root(), supervision.Child{Process: p}))
		require.NoError(t, topic.SubscribeFunc(s.topic, p.Ref, topic.Drop, adapt))
		require.NoError(t, s.topic.Subscribe(r.Ref, topic.Drop))
		s.told()
		s.publish(t, 1, 0, 2)
		assert.Equal(t, []int{1, 0, 2}, r.got())
		assert.Equal(t, []string{"x", "xx"}, texts)
		assert.Equal(t, []string{
			"published 2", "routing failed 2 /sys/texts: adapter: topic: adapter: panic: boom", "published 2", "published 2",
		}, s.told())
		over := make(chan struct{})
		go func() {
			defer close(over)
			_ = s.topic.Publish(t.Context(), -9)
		}()
		<-over
		assert.Equal(t, topic.Stats{Subscribers: 2, Published: 4, Addressed: 8, Delivered: 5, Failed: 3}, s.topic.Stats())
		assert.True(t, topic.Unsubscribe(s.topic, p.Ref))
		assert.Equal(t, []string{
			"routing failed 2 /sys/texts: publisher: actor: runtime.Goexit called",
			"routing failed 2 /sys/r: publisher: actor: runtime.Goexit called",
			"published 2", "subscriber removed 1 /sys/texts: unsubscribed",
		}, s.told())
		require.NoError(t, s.Shutdown(context.Background()))
	})
}
