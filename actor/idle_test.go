package actor

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestL9IdleIsExact(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		from := time.Now()
		p := newParent(t)
		p.self.OnIdle(10*time.Second, log.at(from, "idle", 0))
		NewTimers[int](p.self).Every(1, 3*time.Second, nothing) // does not count
		pass(9 * time.Second)
		require.NoError(t, p.Send(ctx, log.at(from, "busy", 4*time.Second))) // idle from 13 s on
		pass(time.Hour)
		assert.Equal(t, []string{"busy@9s", "idle@23s"}, log.take(), "once")
		require.NoError(t, p.Send(ctx, nothing))
		pass(10 * time.Second)
		assert.Len(t, log.take(), 1, "and again after a message")
		p.self.OnIdle(time.Second, log.adds("replaced"))
		p.self.OnIdle(2*time.Second, log.adds("other"))
		pass(time.Hour)
		assert.Equal(t, []string{"other"}, log.take())
		p.self.OnIdle(0, nothing)
		require.NoError(t, p.Send(ctx, nothing))
		pass(time.Hour)
		assert.Empty(t, log.take())
		assert.False(t, p.Process.inc.heeded, "costs nothing any more")
		end(p.Process, p.h)
	})
}

func TestL9ABusyActorIsNotIdle(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p := newParent(t)
		p.self.OnIdle(time.Second, log.adds("idle"))
		synctest.Wait()
		for range 3 {
			require.NoError(t, p.Send(ctx, func(context.Context) error { time.Sleep(time.Minute); return nil }))
		}
		pass(3 * time.Minute)
		assert.Empty(t, log.take())
		// Control traffic holds the run loop up while a message waits.
		p.self.After(0, func(context.Context) error { time.Sleep(time.Minute); return nil })
		synctest.Wait()
		require.NoError(t, p.Send(ctx, log.adds("message")))
		pass(time.Hour)
		assert.Equal(t, []string{"message", "idle"}, log.take())
		end(p.Process, p.h)
	})
}

func TestL9IdleBelongsToTheIncarnation(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p := newParent(t)
		old := p.self
		old.OnIdle(time.Second, log.adds("idle"))
		require.NoError(t, p.Send(ctx, fails))
		<-p.h.ended
		again(t, p.Process, p.h)
		old.OnIdle(time.Second, log.adds("of the dead"))
		pass(time.Hour)
		assert.Empty(t, log.take())
		end(p.Process, p.h)
	})
}

func TestL9IdleGoesOnAfterAFailureThatIsPassedOver(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		var self *Self[do]
		from := time.Now()
		p := doer("p", withSelf(&self))
		h := newHost()
		p.Start(ctx, resumes{h})
		require.NoError(t, <-h.started)
		self.OnIdle(time.Second, log.at(from, "idle", 0))
		pass(500 * time.Millisecond)
		require.NoError(t, p.Send(ctx, fails))
		pass(time.Hour)
		assert.Equal(t, []string{"idle@1.5s"}, log.take())
		end(p, h)
	})
}

func TestL9PassivationIsANormalEnd(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		from := time.Now()
		p := newParent(t)
		p.self.Passivate(time.Minute)
		pass(30 * time.Second)
		require.NoError(t, p.Send(ctx, nothing))
		exit := <-p.h.ended
		assert.Equal(t, Normal, exit.Kind)
		require.NoError(t, exit.Err)
		assert.Equal(t, 90*time.Second, time.Since(from))
		retire(p.Process)
	})
}

func TestL9WhoOwesAnAnswerDoesNotPassivate(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		from := time.Now()
		p := newParent(t)
		p.self.Passivate(time.Minute)
		n, err := question(ctx, p.Process, func(_ context.Context, r Reply[int]) error {
			time.AfterFunc(150*time.Second, func() { r.Send(1) })
			return nil
		})
		require.NoError(t, err)
		assert.Equal(t, 1, n)
		assert.Equal(t, Normal, (<-p.h.ended).Kind)
		assert.Equal(t, 3*time.Minute, time.Since(from))
		retire(p.Process)
	})
}

// What comes at the moment of passivation is handled, or is a dead letter.
func TestL8PassivationLosesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		for range 20 {
			p := newParent(t)
			p.self.Passivate(time.Second)
			const senders = 8
			sent := make(chan bool, senders)
			for range senders {
				time.AfterFunc(time.Second, func() { sent <- p.Send(ctx, nothing) == nil })
			}
			go func() {
				<-p.h.ended
				retire(p.Process)
			}()
			<-p.Done()
			accepted := uint64(0)
			for range senders {
				if <-sent {
					accepted++
				}
			}
			synctest.Wait()
			i := p.Info()
			assert.Equal(t, accepted, i.Handled+i.DeadLettered)
			assert.Equal(t, uint64(senders), i.Handled+i.DeadLettered+i.Rejected)
			assert.Zero(t, i.Depth)
		}
	})
}

// A child of its own does not keep an actor busy.
func TestL9AParentPassivates(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		p, c := newParent(t), doer("c")
		p.start(t, c)
		p.self.Passivate(time.Second)
		pass(time.Second)
		assert.Equal(t, Normal, (<-p.h.ended).Kind)
		retire(p.Process)
	})
}

func TestL9NoPassivationDuringADrain(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := newParent(t)
		p.self.Passivate(time.Second)
		require.NoError(t, p.Send(ctx, nothing))
		synctest.Wait()
		p.self.After(0, func(context.Context) error { time.Sleep(2 * time.Second); return nil })
		synctest.Wait()
		require.NoError(t, p.Send(ctx, nothing))
		p.Drain(time.Minute)
		assert.Equal(t, Shutdown, (<-p.h.ended).Kind)
		retire(p.Process)
	})
}
