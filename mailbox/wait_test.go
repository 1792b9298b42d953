package mailbox_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/understudy-go/understudy/mailbox"
)

var errHurry = errors.New("hurry")

func TestPutWaitsForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := newBox[int](t, 1, mailbox.Block)
		box.Offer(1)
		begun := time.Now()
		go func() {
			time.Sleep(time.Second)
			box.Take()
		}()

		outcome, evicted, err := box.Put(t.Context(), 2)

		assert.NoError(t, err)
		assert.Equal(t, mailbox.Accepted, outcome)
		assert.Zero(t, evicted)
		assert.Equal(t, time.Second, time.Since(begun))
		assert.Equal(t, []int{2}, takeAll(box))
		synctest.Wait() // Take has counted what it took
		assert.Equal(t, mailbox.Stats{Enqueued: 2, Dequeued: 2, MaxDepth: 1, Capacity: 1}, box.Stats())
	})
}

func TestPutGivesUpWithTheCause(t *testing.T) {
	for _, test := range []struct {
		name string
		ctx  func(context.Context) (context.Context, context.CancelFunc)
		want error
	}{
		{
			name: "deadline",
			ctx: func(ctx context.Context) (context.Context, context.CancelFunc) {
				return context.WithTimeout(ctx, time.Minute)
			},
			want: context.DeadlineExceeded,
		},
		{
			name: "deadline with a cause",
			ctx: func(ctx context.Context) (context.Context, context.CancelFunc) {
				return context.WithTimeoutCause(ctx, time.Minute, errHurry)
			},
			want: errHurry,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				box := newBox[int](t, 1, mailbox.Block)
				box.Offer(1)
				begun := time.Now()
				ctx, cancel := test.ctx(t.Context())
				defer cancel()

				outcome, _, err := box.Put(ctx, 2)

				assert.Equal(t, test.want, err)
				assert.Equal(t, mailbox.Rejected, outcome)
				assert.Equal(t, time.Minute, time.Since(begun))
				assert.Equal(t, uint64(1), box.Stats().Rejected)
				assert.Equal(t, []int{1}, takeAll(box), "what gave up was not stored")
			})
		})
	}
}

// Producers that wait are served in the order in which they began to, and an
// Offer that comes when there is room for them does not take it.
func TestWaitingIsFair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := newBox[int](t, 1, mailbox.Block)
		box.Offer(0)
		for v := 1; v <= 3; v++ {
			go func() {
				_, _, err := box.Put(t.Context(), v)
				assert.NoError(t, err)
			}()
			synctest.Wait()
		}
		for want := range 4 {
			v, ok := box.Take()
			assert.True(t, ok)
			assert.Equal(t, want, v)
			if want < 3 {
				outcome, _ := box.Offer(99)
				assert.Equal(t, mailbox.Full, outcome)
			}
		}
	})
}

// The policies other than Block answer at once, whatever the context.
func TestPutWithoutWaiting(t *testing.T) {
	done, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		policy  mailbox.Overflow
		outcome mailbox.Outcome
		evicted int
		err     error
	}{
		{mailbox.Block, mailbox.Rejected, 0, context.Canceled},
		{mailbox.Reject, mailbox.Rejected, 0, mailbox.ErrFull},
		{mailbox.DropNewest, mailbox.DroppedNewest, 0, nil},
		{mailbox.DropOldest, mailbox.DroppedOldest, 1, nil},
	} {
		t.Run(test.policy.String(), func(t *testing.T) {
			box := newBox[int](t, 1, test.policy)
			outcome, _, err := box.Put(done, 1)
			assert.NoError(t, err, "a done context is no reason to refuse what there is room for")
			assert.Equal(t, mailbox.Accepted, outcome)

			outcome, evicted, err := box.Put(done, 2)
			assert.Equal(t, test.outcome, outcome)
			assert.Equal(t, test.evicted, evicted)
			assert.ErrorIs(t, err, test.err)
		})
	}
}

func TestReceiveWaits(t *testing.T) {
	for _, policy := range policies {
		t.Run(policy.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				box := newBox[int](t, 1, policy)
				begun := time.Now()
				go func() {
					time.Sleep(time.Second)
					box.Offer(7)
				}()
				v, err := box.Receive(t.Context())
				assert.NoError(t, err)
				assert.Equal(t, 7, v)
				assert.Equal(t, time.Second, time.Since(begun))
				assert.Equal(t, uint64(1), box.Stats().Dequeued)
			})
		})
	}
}

func TestReceiveGivesUpWithTheCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := newBox[int](t, 1, mailbox.Block)
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errHurry)
		defer cancel()

		_, err := box.Receive(ctx)
		assert.Equal(t, errHurry, err)

		box.Offer(1)
		v, err := box.Receive(ctx)
		assert.NoError(t, err, "what is queued can be received all the same")
		assert.Equal(t, 1, v)
		assert.Equal(t, uint64(1), box.Stats().Dequeued)
	})
}
