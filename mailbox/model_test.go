package mailbox_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/understudy-go/understudy/mailbox"
)

// model is what a mailbox is meant to be, with nothing in it but a slice.
// Elements are numbered as they arrive.
type model struct {
	box  *mailbox.Mailbox[int]
	done context.Context // done, so that Put and Receive give up instead of waiting

	policy mailbox.Overflow
	queue  []int
	next   int
	want   mailbox.Stats
}

func newModel(t require.TestingT, capacity int, policy mailbox.Overflow) *model {
	box, err := mailbox.New[int](mailbox.Config{Capacity: capacity, Overflow: policy})
	require.NoError(t, err)
	done, cancel := context.WithCancel(context.Background())
	cancel()
	return &model{box: box, done: done, policy: policy, want: mailbox.Stats{Capacity: capacity}}
}

// arrive says what becomes of the next element, and does it to the model.
func (m *model) arrive() (v int, outcome mailbox.Outcome, evicted int) {
	m.next++
	v = m.next
	if len(m.queue) == m.want.Capacity {
		switch m.policy {
		case mailbox.Block:
			return v, mailbox.Full, 0
		case mailbox.Reject:
			m.want.Rejected++
			return v, mailbox.Rejected, 0
		case mailbox.DropNewest:
			m.want.DroppedNewest++
			return v, mailbox.DroppedNewest, 0
		case mailbox.DropOldest:
			evicted, m.queue = m.queue[0], m.queue[1:]
			m.want.DroppedOldest++
			outcome = mailbox.DroppedOldest
		}
	}
	m.queue = append(m.queue, v)
	m.want.Enqueued++
	m.want.MaxDepth = max(m.want.MaxDepth, len(m.queue))
	return v, outcome, evicted
}

func (m *model) leave() (v int, ok bool) {
	if len(m.queue) == 0 {
		return 0, false
	}
	v, m.queue = m.queue[0], m.queue[1:]
	m.want.Dequeued++
	return v, true
}

func (m *model) offer(t require.TestingT) {
	v, outcome, evicted := m.arrive()
	gotOutcome, gotEvicted := m.box.Offer(v)
	require.Equal(t, outcome, gotOutcome)
	require.Equal(t, evicted, gotEvicted)
}

func (m *model) put(t require.TestingT) {
	v, outcome, evicted := m.arrive()
	var want error
	switch outcome {
	case mailbox.Full:
		m.want.Rejected++
		outcome, want = mailbox.Rejected, context.Canceled
	case mailbox.Rejected:
		want = mailbox.ErrFull
	}
	gotOutcome, gotEvicted, err := m.box.Put(m.done, v)
	require.Equal(t, outcome, gotOutcome)
	require.Equal(t, evicted, gotEvicted)
	require.Equal(t, want, err)
}

// send goes through C, which has nothing to say but whether there was room.
func (m *model) send(t require.TestingT) {
	if m.policy != mailbox.Block {
		require.Nil(t, m.box.C())
		return
	}
	v, outcome, _ := m.arrive()
	select {
	case m.box.C() <- v:
		require.Equal(t, mailbox.Accepted, outcome)
	default:
		require.Equal(t, mailbox.Full, outcome)
	}
}

func (m *model) take(t require.TestingT) {
	v, ok := m.leave()
	got, gotOK := m.box.Take()
	require.Equal(t, ok, gotOK)
	require.Equal(t, v, got)
}

func (m *model) receive(t require.TestingT) {
	v, ok := m.leave()
	got, err := m.box.Receive(m.done)
	if ok {
		require.NoError(t, err)
	} else {
		require.Equal(t, context.Canceled, err)
	}
	require.Equal(t, v, got)
}

// check compares what can be seen without changing anything.
func (m *model) check(t require.TestingT) {
	m.want.Depth = len(m.queue)
	require.Equal(t, len(m.queue), m.box.Len())
	got, want := m.box.Stats(), m.want
	require.LessOrEqual(t, got.MaxDepth, want.MaxDepth)
	require.GreaterOrEqual(t, got.MaxDepth, want.MaxDepth-8)
	want.MaxDepth = got.MaxDepth
	require.Equal(t, want, got)
}

func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(t,
			rapid.IntRange(1, 9).Draw(t, "capacity"),
			rapid.SampledFrom(policies).Draw(t, "policy"))
		t.Repeat(map[string]func(*rapid.T){
			"offer":   func(t *rapid.T) { m.offer(t) },
			"put":     func(t *rapid.T) { m.put(t) },
			"send":    func(t *rapid.T) { m.send(t) },
			"take":    func(t *rapid.T) { m.take(t) },
			"receive": func(t *rapid.T) { m.receive(t) },
			"":        func(t *rapid.T) { m.check(t) },
		})
	})
}
