package monitoring

import (
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
)

// received returns the numbers of the events that wait in a subscription.
func received(s *Subscription[mark]) []int {
	out := []int{}
	for {
		select {
		case e, ok := <-s.Events():
			if !ok {
				return append(out, -1)
			}
			out = append(out, e.number)
		default:
			return out
		}
	}
}

func TestSubscriptionGetsWhatIsRecorded(t *testing.T) {
	m := Memory[mark]{Min: Debug}
	m.Record(mark{Info, 1})
	all, few := m.Subscribe(0, 0), m.Subscribe(Warning, 10)
	for i, s := range []Severity{Trace, Debug, Info, Warning, Critical} {
		m.Record(mark{s, 2 + i})
	}
	assert.Equal(t, DefaultBuffer, cap(all.Events()))
	assert.Equal(t, []int{3, 4, 5, 6}, received(all), "from now on, and not below Min")
	assert.Equal(t, []int{5, 6}, received(few))

	m.SetEnabled(false)
	m.Record(mark{Info, 7})
	m.SetEnabled(true)
	m.Reset()
	m.Record(mark{Error, 8})
	assert.Equal(t, []int{8}, received(all), "a reset is not the end of it")

	few.Cancel()
	few.Cancel()
	m.Record(mark{Error, 9})
	assert.Equal(t, []int{8, -1}, received(few), "what came before can still be read")
	assert.Equal(t, []int{9}, received(all))
	all.Cancel()
	assert.Empty(t, m.subscriptions)
	assert.Zero(t, all.Dropped())
	new(Memory[mark]).Subscribe(0, -1).Cancel()
}

// A reader that does not read holds up nobody, and knows how much it has missed.
func TestSubscriptionIsBounded(t *testing.T) {
	m := Memory[mark]{History: -1}
	s := m.Subscribe(0, 3)
	for i := range 10 {
		m.Record(mark{Info, i})
	}
	assert.Equal(t, []int{0, 1, 2}, received(s))
	assert.EqualValues(t, 7, s.Dropped())
	m.Record(mark{Info, 10})
	assert.Equal(t, []int{10}, received(s))
	assert.EqualValues(t, 10, m.Snapshot().Counts.Total()-1)
	s.Cancel()
}

// A subscription ends a range over its events; there is no goroutine to be
// left behind, as the bubble would tell.
func TestSubscriptionCanBeRangedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m Memory[mark]
		s := m.Subscribe(0, 0)
		var got []int
		done := make(chan struct{})
		go func() {
			defer close(done)
			for e := range s.Events() {
				got = append(got, e.number)
			}
		}()
		m.Record(mark{Info, 1})
		synctest.Wait()
		m.Record(mark{Info, 2})
		s.Cancel()
		<-done
		assert.Equal(t, []int{1, 2}, got)
	})
}

// Recording, subscribing and cancelling may meet in any way: whatever was
// recorded while somebody had subscribed was received or dropped.
func TestSubscriptionsUnderLoad(t *testing.T) {
	const writers, events = 3, 2000
	m := Memory[mark]{History: 1}
	whole := m.Subscribe(0, 16)
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for i := range events {
				m.Record(mark{Info, i})
			}
		})
	}
	wg.Go(func() {
		for range 200 {
			s := m.Subscribe(0, 1)
			m.Record(mark{Debug, 0})
			s.Cancel()
		}
	})
	var got uint64
	read := make(chan struct{})
	go func() {
		defer close(read)
		for range whole.Events() {
			got++
		}
	}()
	wg.Wait()
	whole.Cancel()
	<-read
	assert.EqualValues(t, writers*events, got+whole.Dropped())
}
