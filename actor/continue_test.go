package actor

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestL7ContinueComesBeforeTheMailbox(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		var self *Self[do]
		p := doer("p", withCapacity(1), withNew(func(_ context.Context, s *Self[do]) (Actor[do], error) {
			self = s
			s.Continue(log.adds("after New"))
			return plain{}, nil
		}))
		require.NoError(t, p.Send(ctx, log.adds("message")))
		h := start(t, p)
		synctest.Wait()
		assert.Equal(t, []string{"after New", "message"}, log.take())

		require.NoError(t, p.Send(ctx, func(ctx context.Context) error {
			require.NoError(t, p.Send(ctx, log.adds("message"))) // now the mailbox is full
			require.ErrorIs(t, p.Send(ctx, nothing), ErrDeadlock)
			self.Continue(func(ctx context.Context) error {
				self.Continue(log.adds("second"))
				return log.adds("first")(ctx)
			})
			return nil
		}))
		synctest.Wait()
		assert.Equal(t, []string{"first", "second", "message"}, log.take())
		end(p, h)
	})
}

func TestL7ContinueBelongsToTheIncarnation(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p := newParent(t)
		old := p.self
		require.NoError(t, p.Send(ctx, func(context.Context) error {
			old.Continue(log.adds("of the dead"))
			return errBoom
		}))
		<-p.h.ended
		again(t, p.Process, p.h)
		old.Continue(log.adds("of the dead"))
		synctest.Wait()
		assert.Empty(t, log.take())
		end(p.Process, p.h)
	})
}

func TestL6DrainHandlesWhatIsContinued(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p := newParent(t)
		require.NoError(t, p.Send(ctx, func(context.Context) error {
			time.Sleep(time.Second) // Drain comes meanwhile
			p.self.Continue(func(ctx context.Context) error {
				p.self.Continue(log.adds("second"))
				return log.adds("first")(ctx)
			})
			return nil
		}))
		synctest.Wait()
		p.Drain(time.Minute)
		<-p.h.ended
		assert.Equal(t, []string{"first", "second"}, log.take())
		retire(p.Process)
	})
}
