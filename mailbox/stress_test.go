package mailbox_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/mailbox"
)

// parcel is an element that knows where it came from.
type parcel struct{ sender, number int }

// ledger has one entry for each parcel. Whoever is last to hold a parcel, the
// consumer, the sender that was refused or the sender that evicted it, signs
// for it; at the end each has one signature.
type ledger struct {
	senders, each int
	signed        []atomic.Int32

	taken, rejected, droppedNewest, droppedOldest atomic.Uint64
}

func newLedger(senders, each int) *ledger {
	return &ledger{senders: senders, each: each, signed: make([]atomic.Int32, senders*each)}
}

func (l *ledger) sign(p parcel, as *atomic.Uint64) {
	l.signed[p.sender*l.each+p.number].Add(1)
	as.Add(1)
}

// settle signs for the parcels that an Offer or a Put left in its caller's hands.
func (l *ledger) settle(p parcel, outcome mailbox.Outcome, evicted parcel) {
	switch outcome {
	case mailbox.Rejected:
		l.sign(p, &l.rejected)
	case mailbox.DroppedNewest:
		l.sign(p, &l.droppedNewest)
	case mailbox.DroppedOldest:
		l.sign(evicted, &l.droppedOldest)
	}
}

// send sends one sender's parcels, by each of the ways there are in turn.
func (l *ledger) send(ctx context.Context, box *mailbox.Mailbox[parcel], sender int) {
	done, cancel := context.WithCancel(ctx)
	cancel()
	for number := range l.each {
		p := parcel{sender, number}
		switch number % 8 {
		case 0, 1, 2, 3:
			outcome, evicted := box.Offer(p)
			if outcome == mailbox.Full {
				box.C() <- p
			}
			l.settle(p, outcome, evicted)
		case 4:
			outcome, evicted, _ := box.Put(done, p)
			l.settle(p, outcome, evicted)
		default:
			outcome, evicted, _ := box.Put(ctx, p)
			l.settle(p, outcome, evicted)
		}
	}
}

// audit checks that each parcel was signed for once, and that the mailbox
// kept the same books.
func (l *ledger) audit(t *testing.T, box *mailbox.Mailbox[parcel]) {
	t.Helper()
	for i := range l.signed {
		require.EqualValues(t, 1, l.signed[i].Load(), "parcel %d", i)
	}
	s := box.Stats()
	assert.Equal(t, l.taken.Load(), s.Dequeued)
	assert.Equal(t, l.rejected.Load(), s.Rejected)
	assert.Equal(t, l.droppedNewest.Load(), s.DroppedNewest)
	assert.Equal(t, l.droppedOldest.Load(), s.DroppedOldest)
	assert.Zero(t, s.Depth)
	assert.Equal(t, uint64(l.senders*l.each), s.Enqueued+s.Rejected+s.DroppedNewest)
}

// Conservation and order: sent = taken + dropped + rejected + left, and each
// sender's parcels are taken in the order in which they were sent.
func TestConservation(t *testing.T) {
	each := 2000
	if testing.Short() {
		each = 200
	}
	for _, policy := range policies {
		for _, senders := range []int{1, 2, 4, 8, 16} {
			for _, capacity := range []int{1, 7} {
				t.Run(fmt.Sprintf("%v/%d senders/capacity %d", policy, senders, capacity), func(t *testing.T) {
					box := newBox[parcel](t, capacity, policy)
					books := newLedger(senders, each/senders)
					ctx, stop := context.WithCancel(t.Context())
					defer stop()

					var sending sync.WaitGroup
					for sender := range senders {
						sending.Go(func() { books.send(t.Context(), box, sender) })
					}
					var consuming sync.WaitGroup
					consuming.Go(func() { consume(ctx, t, box, books) })
					sending.Wait()
					stop()
					consuming.Wait()

					books.audit(t, box)
				})
			}
		}
	}
}

// consume receives until ctx is done and box is empty, and checks the order.
func consume(ctx context.Context, t *testing.T, box *mailbox.Mailbox[parcel], books *ledger) {
	t.Helper()
	last := make([]int, books.senders)
	for i := range last {
		last[i] = -1
	}
	for {
		p, err := box.Receive(ctx)
		if err != nil {
			break
		}
		assert.Less(t, last[p.sender], p.number, "sender %d", p.sender)
		last[p.sender] = p.number
		books.sign(p, &books.taken)
	}
	for _, p := range takeAll(box) {
		assert.Less(t, last[p.sender], p.number, "sender %d", p.sender)
		last[p.sender] = p.number
		books.sign(p, &books.taken)
	}
}

// Several consumers, as when the successor of one that is stuck takes over:
// order between them means nothing, but the books still balance.
func TestConsumersTogether(t *testing.T) {
	for _, policy := range policies {
		t.Run(policy.String(), func(t *testing.T) {
			box := newBox[parcel](t, 3, policy)
			books := newLedger(4, 300)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()

			var consuming, sending sync.WaitGroup
			for range 3 {
				consuming.Go(func() {
					for p, err := box.Receive(ctx); err == nil; p, err = box.Receive(ctx) {
						books.sign(p, &books.taken)
					}
				})
			}
			for sender := range books.senders {
				sending.Go(func() { books.send(t.Context(), box, sender) })
			}
			sending.Wait()
			stop()
			consuming.Wait()
			for _, p := range takeAll(box) {
				books.sign(p, &books.taken)
			}

			books.audit(t, box)
		})
	}
}

// All senders find the mailbox without a buffer; they agree on one.
func TestFirstUseTogether(t *testing.T) {
	const senders = 16
	for _, policy := range policies {
		for range 50 {
			box := newBox[int](t, senders, policy)
			start := make(chan struct{})
			var sending sync.WaitGroup
			for sender := range senders {
				sending.Go(func() {
					<-start
					outcome, _ := box.Offer(sender)
					assert.Equal(t, mailbox.Accepted, outcome)
				})
			}
			close(start)
			sending.Wait()
			require.Len(t, takeAll(box), senders)
		}
	}
}

// An element that was there when the context ended is received, whichever of
// the two a waiting Receive hears of first.
func TestReceivePrefersElements(t *testing.T) {
	box := newBox[int](t, 1, mailbox.Block)
	for want := range 3000 {
		ctx, cancel := context.WithCancel(t.Context())
		var sending sync.WaitGroup
		sending.Go(func() {
			box.Offer(want)
			cancel()
		})
		v, err := box.Receive(ctx)
		sending.Wait()
		require.NoError(t, err)
		require.Equal(t, want, v)
	}
}

// What Stats promises while others are at work.
func TestStatsMeanwhile(t *testing.T) {
	for _, policy := range policies {
		t.Run(policy.String(), func(t *testing.T) {
			box := newBox[parcel](t, 3, policy)
			books := newLedger(2, 1000)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()

			var working, sending sync.WaitGroup
			working.Go(func() { consume(ctx, t, box, books) })
			working.Go(func() {
				var before mailbox.Stats
				for ctx.Err() == nil {
					s := box.Stats()
					assert.Equal(t, s.Enqueued, s.Dequeued+s.DroppedOldest+uint64(s.Depth))
					assert.LessOrEqual(t, s.Enqueued, uint64(2000))
					assert.LessOrEqual(t, s.Depth, s.MaxDepth)
					assert.LessOrEqual(t, s.MaxDepth, s.Capacity)
					assert.GreaterOrEqual(t, s.Dequeued, before.Dequeued)
					assert.GreaterOrEqual(t, s.Rejected, before.Rejected)
					assert.GreaterOrEqual(t, s.DroppedNewest, before.DroppedNewest)
					assert.GreaterOrEqual(t, s.DroppedOldest, before.DroppedOldest)
					assert.GreaterOrEqual(t, s.MaxDepth, before.MaxDepth)
					before = s
					runtime.Gosched()
				}
			})
			for sender := range books.senders {
				sending.Go(func() { books.send(t.Context(), box, sender) })
			}
			sending.Wait()
			stop()
			working.Wait()

			books.audit(t, box)
		})
	}
}
