package mailbox_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/understudy-go/understudy/mailbox"
)

// Elements 1, 2 and 3 arrive at a mailbox that holds two.
func TestOverflow(t *testing.T) {
	for _, test := range []struct {
		policy  mailbox.Overflow
		outcome mailbox.Outcome
		evicted int
		left    []int
		stats   mailbox.Stats // before anything is taken
	}{
		{
			policy: mailbox.Block, outcome: mailbox.Full, left: []int{1, 2},
			stats: mailbox.Stats{Enqueued: 2, Depth: 2, MaxDepth: 2, Capacity: 2},
		},
		{
			policy: mailbox.Reject, outcome: mailbox.Rejected, left: []int{1, 2},
			stats: mailbox.Stats{Enqueued: 2, Rejected: 1, Depth: 2, MaxDepth: 2, Capacity: 2},
		},
		{
			policy: mailbox.DropNewest, outcome: mailbox.DroppedNewest, left: []int{1, 2},
			stats: mailbox.Stats{Enqueued: 2, DroppedNewest: 1, Depth: 2, MaxDepth: 2, Capacity: 2},
		},
		{
			policy: mailbox.DropOldest, outcome: mailbox.DroppedOldest, evicted: 1, left: []int{2, 3},
			stats: mailbox.Stats{Enqueued: 3, DroppedOldest: 1, Depth: 2, MaxDepth: 2, Capacity: 2},
		},
	} {
		t.Run(test.policy.String(), func(t *testing.T) {
			box := newBox[int](t, 2, test.policy)
			for v := 1; v <= 2; v++ {
				outcome, evicted := box.Offer(v)
				assert.Equal(t, mailbox.Accepted, outcome)
				assert.Zero(t, evicted)
			}

			outcome, evicted := box.Offer(3)

			assert.Equal(t, test.outcome, outcome)
			assert.Equal(t, test.evicted, evicted)
			assert.Equal(t, test.stats, box.Stats())
			assert.Equal(t, test.left, takeAll(box))

			emptied := test.stats
			emptied.Depth, emptied.Dequeued = 0, 2
			assert.Equal(t, emptied, box.Stats())
		})
	}
}

func TestZeroMailbox(t *testing.T) {
	var box mailbox.Mailbox[string]
	assert.Equal(t, mailbox.Block, box.Overflow())
	assert.Equal(t, mailbox.DefaultCapacity, box.Cap())
	outcome, _ := box.Offer("hello")
	assert.Equal(t, mailbox.Accepted, outcome)
	v, ok := box.Take()
	assert.True(t, ok)
	assert.Equal(t, "hello", v)
}

func TestEmpty(t *testing.T) {
	for _, policy := range policies {
		t.Run(policy.String(), func(t *testing.T) {
			box := newBox[int](t, 3, policy)
			assert.Equal(t, policy, box.Overflow())
			assert.Equal(t, 3, box.Cap())
			for range 2 { // before the buffer is there, and with it
				_, ok := box.Take()
				assert.False(t, ok)
				assert.Zero(t, box.Len())
				box.Offer(1)
				assert.Equal(t, 1, box.Len())
				_, ok = box.Take()
				assert.True(t, ok)
			}
		})
	}
}

// An idle mailbox is one allocation and holds no buffer; looking at it does
// not make one.
func TestBufferIsLazy(t *testing.T) {
	var box *mailbox.Mailbox[int]
	look := func() {
		box, _ = mailbox.New[int](mailbox.Config{Capacity: 1000})
		box.Take()
		box.Len()
		box.Stats()
	}
	assert.EqualValues(t, 1, testing.AllocsPerRun(100, look))
	assert.EqualValues(t, 2, testing.AllocsPerRun(100, func() { look(); box.Offer(1) }))
}

func TestHotPathAllocatesNothing(t *testing.T) {
	for _, policy := range policies {
		box := newBox[[4]int](t, 2, policy)
		box.Offer([4]int{})
		n := testing.AllocsPerRun(100, func() {
			box.Offer([4]int{1})
			box.Offer([4]int{2}) // overflows
			box.Take()
		})
		assert.Zero(t, n, "policy %v", policy)
	}
}

// Under Block a send on C is a Put; elsewhere there is nothing to wait for.
func TestC(t *testing.T) {
	box := newBox[int](t, 1, mailbox.Block)
	box.C() <- 1
	select {
	case box.C() <- 2:
		t.Fatal("sent to a full mailbox")
	default:
	}
	assert.Equal(t, mailbox.Stats{Enqueued: 1, Depth: 1, MaxDepth: 1, Capacity: 1}, box.Stats())
	assert.Equal(t, []int{1}, takeAll(box))

	for _, policy := range policies[1:] {
		assert.Nil(t, newBox[int](t, 1, policy).C(), "policy %v", policy)
	}
}

// The largest depth is found out although nobody looked while it was reached.
func TestMaxDepth(t *testing.T) {
	for depth := range 65 {
		box := newBox[int](t, 64, mailbox.Block)
		for v := range depth {
			box.Offer(v)
		}
		takeAll(box)
		got := box.Stats().MaxDepth
		assert.LessOrEqual(t, got, depth)
		assert.GreaterOrEqual(t, got, depth-8)
	}
	box := newBox[int](t, 3, mailbox.Block)
	for v := range 4 {
		box.Offer(v)
	}
	takeAll(box)
	assert.Equal(t, 3, box.Stats().MaxDepth, "an overflow was seen")
}
