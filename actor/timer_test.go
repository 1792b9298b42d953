package actor

import (
	"context"
	"math"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestL9TimerFiresOnceInTime(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		var log probe
		p := newParent(t)
		waiting := func(i *incarnation) int {
			i.mu.Lock()
			defer i.mu.Unlock()
			return len(i.ties.timers)
		}
		p.self.After(2*time.Second, log.adds("two"))
		p.self.After(time.Second, log.adds("one"))
		p.self.After(0, log.adds("now"))
		p.self.After(-time.Second, log.adds("now too"))
		never := p.self.After(math.MaxInt64, log.adds("never"))
		synctest.Wait()
		assert.Equal(t, 3, waiting(p.self.inc()))
		assert.Equal(t, []string{"now", "now too"}, log.take())
		pass(time.Second)
		synctest.Wait()
		assert.Equal(t, []string{"one"}, log.take())
		pass(time.Hour)
		assert.Equal(t, []string{"two"}, log.take())
		assert.Equal(t, 1, waiting(p.self.inc()), "those that fired are forgotten")
		end(p.Process, p.h)
		assert.Zero(t, waiting(p.self.inc()))
		assert.False(t, never.timer.Stop(), "it is not left running")
	})
}

func TestL9StoppedTimerIsNotDelivered(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p := newParent(t)
		early := p.self.After(time.Second, log.adds("early"))
		early.Stop()
		early.Stop()
		queued := p.self.After(time.Second, log.adds("queued"))
		require.NoError(t, p.Send(ctx, func(context.Context) error {
			time.Sleep(time.Minute) // the tick is in the lane meanwhile
			queued.Stop()
			return nil
		}))
		pass(time.Hour)
		assert.Empty(t, log.take())
		end(p.Process, p.h)
	})
}

func TestL9TimersBelongToTheIncarnation(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		var log probe
		p := newParent(t)
		old := p.self
		p.self.After(time.Minute, log.adds("running"))
		p.self.After(time.Second, log.adds("queued"))
		p.self.After(0, func(context.Context) error { time.Sleep(2 * time.Second); return errBoom })
		<-p.h.ended
		again(t, p.Process, p.h)
		old.After(0, log.adds("of the dead"))
		old.After(time.Second, log.adds("of the dead"))
		kept := p.self.After(time.Second, log.adds("alive"))
		pass(time.Hour)
		assert.Equal(t, []string{"alive"}, log.take())
		kept.Stop()
		end(p.Process, p.h)
	})
}

func TestG3TroubleInATimersMessage(t *testing.T) {
	for want, f := range map[Kind]do{
		Failure: fails,
		Panic:   func(context.Context) error { panic(errBoom) },
		Goexit:  func(context.Context) error { runtime.Goexit(); return nil },
		Normal:  func(context.Context) error { return ErrStop },
	} {
		bubble(t, func(t *testing.T, _ context.Context) {
			p := newParent(t)
			p.self.After(time.Second, f)
			exit := <-p.h.ended
			assert.Equal(t, want, exit.Kind)
			assert.Equal(t, "do", exit.Message)
		})
	}
}
