package actor

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/mailbox"
)

// Without a bound nobody waits, and nothing is lost.
func TestUnboundedMailbox(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		const n = 5000
		p := doer("p", func(s *Spec[do]) { s.Mailbox.Kind = mailbox.NoBound })
		var log []int
		for i := range n {
			require.NoError(t, p.TrySend(func(context.Context) error {
				log = append(log, i)
				return nil
			}))
		}
		assert.Equal(t, n, p.Info().Depth)
		assert.Zero(t, p.Info().Capacity)
		h := start(t, p)
		_, err := call(ctx, p, func(context.Context) int { return 0 })
		require.NoError(t, err)
		require.Len(t, log, n)
		assert.IsIncreasing(t, log)
		p.Stop(0)
		<-h.ended
	})
}

// What waits is handled by its priority, then as it was sent, also by the
// incarnation after a failure; a question finds its place like any message.
func TestPriorityMailbox(t *testing.T) {
	type ranked struct {
		priority int
		name     string
		reply    Reply[int]
	}
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log []string
		p := New(Spec[ranked]{
			Name: "p",
			New: Make(func() Func[ranked] {
				return func(_ context.Context, m ranked) error {
					log = append(log, m.name)
					m.reply.Send(m.priority)
					if m.name == "fails" {
						return errBoom
					}
					return nil
				}
			}),
			Mailbox:  mailbox.Config{Kind: mailbox.NoBound},
			Priority: func(m ranked) int { return m.priority },
		})
		for _, m := range []ranked{{1, "a", Reply[int]{}}, {2, "b", Reply[int]{}}, {1, "c", Reply[int]{}}, {9, "fails", Reply[int]{}}, {2, "d", Reply[int]{}}} {
			require.NoError(t, p.Send(ctx, m))
		}
		h := newHost()
		p.Start(ctx, h)
		require.NoError(t, <-h.started)
		assert.ErrorIs(t, (<-h.ended).Err, errBoom)
		again(t, p, h)
		n, err := Ask(ctx, p.Ref, func(r Reply[int]) ranked { return ranked{0, "asked", r} })
		require.NoError(t, err)
		assert.Zero(t, n)
		assert.Equal(t, []string{"fails", "b", "d", "a", "c", "asked"}, log)
		p.Stop(0)
		<-h.ended
	})
}

func TestPriorityNeedsAMailboxWithoutABound(t *testing.T) {
	p := New(Spec[int]{Name: "p", New: Make(func() Func[int] { return nil }), Priority: func(int) int { return 0 }})
	var wrong *FieldError
	require.ErrorAs(t, p.Validate(), &wrong)
	assert.Equal(t, "Priority", wrong.Field)
	assert.ErrorIs(t, p.TrySend(1), ErrInvalidSpec)
}
