package topic_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/actor/topic"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
)

// Many publish to many, some of whom are slow, come and go, or crash. Each
// message is accounted for, for each subscriber; what was delivered and not lost
// with an actor was handled, in each publisher's order; and the events say as
// much as the figures do.
func TestT12Conservation(t *testing.T) {
	const publishers, messages, steady, unsteady = 4, 200, 5, 3
	synctest.Test(t, func(t *testing.T) {
		var readers []*reader
		for i := range steady + unsteady {
			readers = append(readers, newReader(string(rune('a'+i)), mailbox.Config{Capacity: 4}))
		}
		s := newStage(t, readers...)
		s.events.History = 1 << 20
		for i, r := range readers[:steady] {
			require.NoError(t, s.topic.Subscribe(r.Ref, topic.Policy(i%2))) // drop or block
		}
		var all sync.WaitGroup
		for p := range publishers {
			all.Go(func() {
				for n := range messages {
					assert.NoError(t, s.topic.Publish(t.Context(), p*messages+n))
				}
			})
		}
		var removals atomic.Int64
		for i, r := range readers[steady:] {
			all.Go(func() {
				for n := range messages {
					assert.NoError(t, s.topic.Subscribe(r.Ref, topic.Policy(i)))
					if n%3 == 0 {
						_ = r.TrySend(crash)
					}
					if s.topic.Unsubscribe(r.Ref) {
						removals.Add(1)
					}
				}
			})
		}
		all.Wait()
		synctest.Wait()

		st := s.topic.Stats()
		settled(t, s.topic)
		assert.EqualValues(t, publishers*messages, st.Published)
		assert.Equal(t, steady, st.Subscribers)
		assert.GreaterOrEqual(t, st.Addressed, uint64(publishers*messages*steady))
		assert.Zero(t, st.Failed)
		var handled uint64
		for i, r := range readers {
			seen := r.got()
			handled += uint64(len(seen))
			if i < steady && i%2 == int(topic.Block) {
				assert.Len(t, seen, publishers*messages, "whoever is waited for misses nothing")
			}
			last := make(map[int]int)
			for _, n := range seen {
				p := n / messages
				if before, ok := last[p]; ok {
					assert.Greater(t, n, before, "in the publisher's order")
				}
				last[p] = n
			}
		}
		assert.Equal(t, st.Delivered, handled)
		counted := make(map[monitoring.TopicKind]uint64)
		for _, e := range s.events.Snapshot().Recent {
			counted[e.Kind]++
		}
		assert.Equal(t, st.Published, counted[monitoring.Published])
		assert.Equal(t, st.Dropped, counted[monitoring.RoutingFailed])
		assert.Equal(t, counted[monitoring.SubscriberAdded], counted[monitoring.SubscriberRemoved]+steady)
		require.NoError(t, s.Shutdown(context.Background()))
	})
}

// The topic's address ends while there is publishing and subscribing. Whoever
// comes too late is told.
func TestT12EndRacesPublish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReader("a", mailbox.Config{Capacity: 1})
		s := newStage(t, r)
		var all sync.WaitGroup
		var published atomic.Uint64
		for range 3 {
			all.Go(func() {
				var err error
				for err == nil {
					if err = s.topic.Publish(t.Context(), 1); err == nil {
						published.Add(1)
					}
				}
				assert.ErrorIs(t, err, actor.ErrStopped)
			})
		}
		all.Go(func() {
			var err error
			for err == nil {
				err = s.topic.Subscribe(r.Ref, topic.Fail)
			}
			assert.ErrorIs(t, err, actor.ErrStopped)
		})
		require.NoError(t, supervision.TerminateChild(t.Context(), s.Root(), "numbers"))
		all.Wait()
		assert.Empty(t, s.topic.Subscribers())
		assert.Equal(t, published.Load(), s.topic.Stats().Published)
		require.NoError(t, s.Shutdown(context.Background()))
		settled(t, s.topic)
	})
}

// A subscriber ends while there is publishing: it is removed once, and nobody
// who publishes notices.
func TestT12SubscriberEndRacesPublish(t *testing.T) {
	for range 20 {
		r := newReader("a", mailbox.Config{Capacity: 2})
		perform(t, func(t *testing.T, s *stage) {
			require.NoError(t, s.topic.Subscribe(r.Ref, topic.Block))
			var all sync.WaitGroup
			for range 3 {
				all.Go(func() { s.publish(t, 1, 2, 3) })
			}
			all.Go(func() { s.publish(t, leave) })
			all.Wait()
			synctest.Wait()
			assert.Empty(t, s.topic.Subscribers())
			s.publish(t, 4)
			removed := 0
			for _, e := range s.events.Snapshot().Recent {
				if e.Kind == monitoring.SubscriberRemoved {
					removed++
				}
			}
			assert.Equal(t, 1, removed)
		}, r)
	}
}
