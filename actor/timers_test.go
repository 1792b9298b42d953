package actor

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// at is a message that notes when it was handled, in seconds since from, and
// then takes a while.
func (p *probe) at(from time.Time, entry string, takes time.Duration) do {
	return func(context.Context) error {
		p.add(fmt.Sprintf("%s@%v", entry, time.Since(from)))
		time.Sleep(takes)
		return nil
	}
}

// resumes is a parent that has its child resume.
type resumes struct{ *host }

func (resumes) Foresee(Exit) Prospect    { return Resumes }
func (resumes) Continued(Exit, Prospect) {}

func TestL9KeyedTimersFireOnce(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		var log probe
		p := newParent(t)
		timers := NewTimers[string](p.self)
		timers.After("a", time.Second, log.adds("a"))
		timers.After("now", 0, log.adds("now"))
		timers.After("b", time.Minute, log.adds("b"))
		assert.True(t, timers.Active("b"))
		synctest.Wait()
		assert.Equal(t, []string{"now"}, log.take())
		assert.False(t, timers.Active("now"))
		pass(time.Second)
		assert.Equal(t, []string{"a"}, log.take())
		assert.False(t, timers.Active("a"))
		assert.False(t, timers.Cancel("a"))
		assert.True(t, timers.Cancel("b"))
		assert.False(t, timers.Active("b"))
		pass(time.Hour)
		assert.Empty(t, log.take())
		assert.Empty(t, p.Process.inc.ties.timers, "nothing is left of them")
		end(p.Process, p.h)
	})
}

func TestL9KeyTakesThePlaceOfAQueuedTick(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p := newParent(t)
		timers := NewTimers[int](p.self)
		timers.After(1, time.Second, log.adds("old"))
		timers.Every(2, time.Second, log.adds("cancelled"))
		require.NoError(t, p.Send(ctx, func(context.Context) error {
			time.Sleep(time.Minute) // both ticks are in the lane meanwhile
			timers.After(1, time.Second, log.adds("new"))
			assert.True(t, timers.Cancel(2))
			return nil
		}))
		pass(time.Hour)
		assert.Equal(t, []string{"new"}, log.take())
		end(p.Process, p.h)
	})
}

func TestL9EveryKeepsItsRateAndCoalesces(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		var log probe
		from := time.Now()
		p := newParent(t)
		timers := NewTimers[int](p.self)
		takes := []time.Duration{0, 2500 * time.Millisecond, 0, 0, 0}
		timers.Every(1, time.Second, func(ctx context.Context) error {
			d := takes[0]
			takes = takes[1:]
			if len(takes) == 0 {
				timers.Cancel(1)
			}
			return log.at(from, "tick", d)(ctx)
		})
		assert.True(t, timers.Active(1))
		pass(time.Hour)
		// What was due at 3 s and at 4 s comes once, and the rate stays.
		assert.Equal(t, []string{"tick@1s", "tick@2s", "tick@4.5s", "tick@5s", "tick@6s"}, log.take())
		assert.False(t, timers.Active(1))
		end(p.Process, p.h)
	})
}

func TestL9RepeatKeepsItsDelay(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		var log probe
		from := time.Now()
		p := newParent(t)
		timers := NewTimers[int](p.self)
		timers.Repeat(1, time.Second, log.at(from, "tick", 2*time.Second))
		pass(7 * time.Second)
		assert.Equal(t, []string{"tick@1s", "tick@4s", "tick@7s"}, log.take())
		assert.True(t, timers.Cancel(1), "also while it is handled")
		pass(time.Hour)
		assert.Empty(t, log.take())
		end(p.Process, p.h)
	})
}

// The delay is counted from the timer's own message, whatever else comes.
func TestL9RepeatIsNotDelayedByOtherTimers(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		var log probe
		from := time.Now()
		p := newParent(t)
		timers := NewTimers[int](p.self)
		timers.Repeat(1, 2*time.Second, log.at(from, "repeat", 0))
		timers.After(2, 3*time.Second, log.at(from, "once", 0))
		pass(7 * time.Second)
		assert.Equal(t, []string{"repeat@2s", "once@3s", "repeat@4s", "repeat@6s"}, log.take())
		end(p.Process, p.h)
	})
}

func TestL9RepeatGoesOnAfterAFailureThatIsPassedOver(t *testing.T) {
	for name, f := range map[string]do{
		"failure": fails,
		"panic":   func(context.Context) error { panic(errBoom) },
		"goexit":  func(context.Context) error { runtime.Goexit(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				n := 0
				var self *Self[do]
				p := doer("p", withSelf(&self))
				h := newHost()
				p.Start(ctx, resumes{h})
				require.NoError(t, <-h.started)
				NewTimers[int](self).Repeat(1, time.Second, func(ctx context.Context) error {
					n++
					return f(ctx)
				})
				pass(3500 * time.Millisecond)
				assert.Equal(t, 3, n)
				end(p, h)
			})
		})
	}
}

func TestL9PeriodsThatAreNotPositiveOnlyCancel(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		var log probe
		p := newParent(t)
		timers := NewTimers[int](p.self)
		timers.After(1, time.Second, log.adds("a"))
		timers.After(2, time.Second, log.adds("b"))
		timers.Every(1, 0, log.adds("never"))
		timers.Repeat(2, -1, log.adds("never"))
		assert.False(t, timers.Active(1))
		assert.False(t, timers.Active(2))
		pass(time.Hour)
		assert.Empty(t, log.take())
		end(p.Process, p.h)
	})
}

func TestL9KeyedTimersBelongToTheIncarnation(t *testing.T) {
	for name, parent := range map[string]func(*host) Host{
		"restart": func(h *host) Host { return h },
		"renewal": func(h *host) Host { return renews{h} },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				var log probe
				var self *Self[do]
				p := doer("p", withSelf(&self))
				h := newHost()
				p.Start(ctx, parent(h))
				require.NoError(t, <-h.started)
				old := NewTimers[int](self)
				old.Every(1, time.Second, log.adds("every"))
				old.Repeat(2, time.Second, log.adds("repeat"))
				old.After(3, time.Second, log.adds("after"))
				require.NoError(t, p.Send(ctx, func(context.Context) error {
					time.Sleep(time.Minute) // all of them are in the lane meanwhile
					return errBoom
				}))
				pass(time.Minute)
				if name == "restart" {
					<-h.ended
					again(t, p, h)
				}
				assert.False(t, old.Active(1))
				old.After(1, 0, log.adds("of the dead"))
				NewTimers[int](self).After(1, time.Second, log.adds("alive"))
				pass(time.Hour)
				assert.Equal(t, []string{"alive"}, log.take())
				end(p, h)
			})
		})
	}
}

// renews is a parent that has its child renewed.
type renews struct{ *host }

func (renews) Foresee(Exit) Prospect    { return Renews }
func (renews) Continued(Exit, Prospect) {}

func TestL9TimersOfAnAbandonedIncarnationHaveNoEffect(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p := newParent(t)
		timers := NewTimers[int](p.self)
		timers.Every(1, time.Second, log.adds("every"))
		over := make(chan struct{})
		require.NoError(t, p.Send(ctx, func(context.Context) error {
			defer close(over)
			time.Sleep(time.Minute)
			timers.After(2, 0, log.adds("of the dead"))
			timers.Every(3, time.Second, log.adds("of the dead"))
			assert.False(t, timers.Cancel(1))
			return nil
		}))
		synctest.Wait()
		p.Stop(0)
		assert.Equal(t, Abandoned, (<-p.h.ended).Kind)
		again(t, p.Process, p.h)
		<-over
		pass(time.Hour)
		assert.Empty(t, log.take())
		end(p.Process, p.h)
	})
}

func TestL9EveryGoesOnDuringADrain(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		from := time.Now()
		p := newParent(t)
		NewTimers[int](p.self).Every(1, time.Second, log.at(from, "tick", 0))
		for range 3 {
			require.NoError(t, p.Send(ctx, log.at(from, "message", 1500*time.Millisecond)))
		}
		synctest.Wait()
		p.Drain(time.Minute)
		<-p.h.ended
		assert.Equal(t, []string{"message@0s", "tick@1.5s", "message@1.5s", "tick@3s", "message@3s", "tick@4.5s"}, log.take())
		retire(p.Process)
	})
}

// retire ends the address of an actor that does not run.
func retire(p *Process[do]) {
	p.Retire(nil)
	<-p.Done()
}
