package actor

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asks has p answer with f, and does not wait.
func asks(ctx context.Context, self *Self[do], p Ref[do], f func(context.Context, Reply[int]) error, log *probe) {
	AskAsync(ctx, self, p, func(r Reply[int]) do {
		return func(ctx context.Context) error { return f(ctx, r) }
	}, log.result)
}

func seven(_ context.Context, r Reply[int]) error { r.Send(7); return nil }

func TestL10AskAsyncGivesTheAnswer(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p, other := newParent(t), doer("other", withCapacity(1))
		h := start(t, other)
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		asks(ctx, p.self, other.Ref, seven, &log)
		cancel() // takes no effect
		pass(time.Hour)
		assert.Equal(t, []string{"7 <nil>"}, log.take())
		assert.Empty(t, p.Process.inc.ties.asking)

		ctx = t.Context()
		asks(ctx, p.self, p.Ref, seven, &log) // oneself
		synctest.Wait()
		assert.Equal(t, []string{"7 <nil>"}, log.take())
		asks(ctx, p.self, Ref[do]{}, seven, &log)
		synctest.Wait()
		assert.Equal(t, []string{"0 actor: stopped"}, log.take())
		over, quit := context.WithCancelCause(ctx)
		quit(errBoom)
		asks(over, p.self, other.Ref, seven, &log)
		synctest.Wait()
		assert.Equal(t, []string{"0 boom"}, log.take())
		release := block(t, other)
		asks(ctx, p.self, other.Ref, seven, &log)
		asks(ctx, p.self, other.Ref, seven, &log)
		synctest.Wait()
		assert.Equal(t, []string{"0 actor: mailbox full"}, log.take())
		release()
		synctest.Wait()
		assert.Equal(t, []string{"7 <nil>"}, log.take())
		asks(ctx, p.self, other.Ref, func(context.Context, Reply[int]) error { return errBoom }, &log)
		synctest.Wait()
		assert.Equal(t, []string{"0 boom"}, log.take())
		<-h.ended
		retire(other)
		asks(ctx, p.self, other.Ref, seven, &log)
		synctest.Wait()
		assert.Equal(t, []string{"0 actor: stopped"}, log.take())
		end(p.Process, p.h)
	})
}

func TestL10AskAsyncHasADeadline(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p, other := newParent(t), doer("other")
		h := start(t, other)
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		var kept Reply[int]
		asks(ctx, p.self, other.Ref, func(ctx context.Context, r Reply[int]) error {
			by, _ := ctx.Deadline()
			assert.Equal(t, time.Minute, time.Until(by))
			kept = r
			return nil
		}, &log)
		pass(time.Minute - 1)
		assert.Empty(t, log.take())
		pass(time.Second)
		assert.Equal(t, []string{"0 context deadline exceeded"}, log.take())
		kept.Send(1)
		synctest.Wait()
		assert.Empty(t, log.take())
		assert.EqualValues(t, 1, other.Info().LateReplies)
		end(other, h)
		end(p.Process, p.h)
	})
}

func TestL10AskAsyncEndsWithTheIncarnation(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p, other := newParent(t), doer("other")
		h := start(t, other)
		limited, cancel := context.WithTimeout(ctx, time.Hour)
		defer cancel()
		old := p.self
		var kept Reply[int]
		asks(limited, old, other.Ref, func(_ context.Context, r Reply[int]) error { kept = r; return nil }, &log)
		synctest.Wait()
		require.NoError(t, p.Send(ctx, func(ctx context.Context) error {
			asks(ctx, old, other.Ref, seven, &log)
			time.Sleep(time.Second) // the answer is in the lane meanwhile
			return errBoom
		}))
		<-p.h.ended
		again(t, p.Process, p.h)
		kept.Send(1)
		asks(ctx, old, other.Ref, seven, &log)
		pass(2 * time.Hour)
		assert.Empty(t, log.take())
		assert.EqualValues(t, 1, other.Info().LateReplies)
		assert.EqualValues(t, 2, other.Info().Handled, "the last one was not asked")
		end(other, h)
		end(p.Process, p.h)
	})
}

// Two that ask each other wait for each other with Ask, and do not with AskAsync.
func TestL10AskAsyncKnowsNoDeadlock(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		a, b := newParent(t), newParent(t)
		n, err := question(ctx, a.Process, func(ctx context.Context, r Reply[int]) error {
			n, err := question(ctx, b.Process, func(ctx context.Context, r Reply[int]) error {
				asks(ctx, b.self, a.Ref, seven, &log)
				r.Send(1)
				return nil
			})
			r.Send(n)
			return err
		})
		require.NoError(t, err)
		assert.Equal(t, 1, n)
		synctest.Wait()
		assert.Equal(t, []string{"7 <nil>"}, log.take())
		end(a.Process, a.h)
		end(b.Process, b.h)
	})
}

func TestL10AskAsyncFromAnAbandonedHandler(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p, other := newParent(t), newParent(t)
		over := make(chan struct{})
		require.NoError(t, p.Send(ctx, func(ctx context.Context) error {
			defer close(over)
			time.Sleep(time.Minute)
			asks(ctx, p.self, other.Ref, seven, &log)
			asks(context.WithoutCancel(ctx), other.self, other.Ref, seven, &log) // with another one's Self
			return nil
		}))
		synctest.Wait()
		p.Stop(0)
		<-p.h.ended
		<-over
		synctest.Wait()
		assert.Equal(t, []string{"0 actor: abandoned"}, log.take())
		assert.Zero(t, other.Info().Handled)
		retire(p.Process)
		end(other.Process, other.h)
	})
}

func TestL10AskAsyncOfAnActorElsewhere(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p, other := newParent(t), newParent(t)
		asks(ctx, p.self, NewRef[do](hidden{other.Process}), seven, &log)
		synctest.Wait()
		assert.Equal(t, []string{"7 <nil>"}, log.take())
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		asks(ctx, p.self, NewRef[do](hidden{other.Process}), func(ctx context.Context, _ Reply[int]) error {
			<-ctx.Done()
			return nil
		}, &log)
		pass(time.Hour)
		assert.Equal(t, []string{"0 context deadline exceeded"}, log.take())
		end(p.Process, p.h)
		end(other.Process, other.h)
	})
}

// hidden hides that a target is a Process.
type hidden struct{ Target[do] }

func TestL9WhoAsksDoesNotPassivate(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		from := time.Now()
		p, other := newParent(t), newParent(t)
		ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
		defer cancel()
		asks(ctx, p.self, other.Ref, func(_ context.Context, r Reply[int]) error {
			time.AfterFunc(time.Hour, func() { r.Send(1) })
			return nil
		}, &log)
		p.self.Passivate(time.Minute)
		assert.Equal(t, Normal, (<-p.h.ended).Kind)
		assert.Equal(t, 2*time.Minute, time.Since(from))
		retire(p.Process)
		end(other.Process, other.h)
	})
}
