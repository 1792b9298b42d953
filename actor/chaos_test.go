package actor

import (
	"context"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// moody is an actor that fails in all ways, in all of its methods.
type moody struct {
	c    *chaos
	dice *rand.Rand
	// Set by Stopped, which must not be called twice.
	stopped bool
}

type chaos struct {
	seed    atomic.Uint64
	made    atomic.Int64
	stopped atomic.Int64
	again   atomic.Int64 // hooks called twice
}

func (c *chaos) roll() *rand.Rand { return rand.New(rand.NewPCG(7, c.seed.Add(1))) }

func (m *moody) trouble() error {
	switch m.dice.IntN(10) {
	case 0:
		return errBoom
	case 1:
		panic(errBoom)
	case 2:
		runtime.Goexit()
	}
	return nil
}

func (m *moody) Receive(ctx context.Context, msg do) error {
	if err := msg(ctx); err != nil {
		return err
	}
	return m.trouble()
}

func (m *moody) Health(context.Context) Health { _ = m.trouble(); return Healthy }

func (m *moody) PreRestart(context.Context, Exit) error { return m.trouble() }

func (m *moody) Stopped(context.Context, Exit) error {
	m.c.stopped.Add(1)
	if m.stopped {
		m.c.again.Add(1)
	}
	m.stopped = true
	return m.trouble()
}

// Whatever fails, however the parent decides, and whenever somebody stops the
// actor: each start has one outcome and one end, each value one stop hook, and
// every message is somewhere.
func TestL4EveryLifeEndsOnceUnderChaos(t *testing.T) {
	const actors, rounds, messages = 8, 30, 40
	var everybody sync.WaitGroup
	for n := range actors {
		everybody.Go(func() {
			var c chaos
			c.seed.Store(uint64(n) << 32)
			dice := c.roll()
			other := doer("other" + strconv.Itoa(n))
			p := New(Spec[do]{Name: "p" + strconv.Itoa(n), New: func(_ context.Context, self *Self[do]) (Actor[do], error) {
				m := &moody{c: &c, dice: c.roll()}
				if err := m.trouble(); err != nil {
					return nil, err
				}
				quiet := func(Event) do { return nothing }
				for _, child := range []*Process[do]{doer("a"), doer("b")} {
					_ = self.Start(child, quiet)
				}
				_ = self.Watch(other, func(Down) do { return nothing })
				c.made.Add(1)
				return m, nil
			}})
			var lock sync.Mutex
			o := &overseer{newHost(), func(Exit) Prospect {
				lock.Lock()
				defer lock.Unlock()
				if dice.IntN(12) == 0 {
					panic("undecided")
				}
				return Prospect(dice.IntN(4))
			}, make(chan Exit, 1<<12), make(chan continued, 1<<12)}
			sent := 0
			for range rounds {
				p.Start(t.Context(), o)
				if err := <-o.started; err != nil {
					continue
				}
				for range messages {
					_ = p.TrySend(nothing)
					sent++
					p.Check(t.Context(), func(Health) {})
				}
				if sent%3 == 0 {
					p.Drain(time.Minute)
				} else {
					p.Stop(time.Minute)
				}
				<-o.ended
			}
			p.Retire(nil)
			<-p.Done()
			assert.Empty(t, o.ended)
			assert.Empty(t, o.started)
			assert.Equal(t, c.made.Load(), c.stopped.Load())
			assert.Zero(t, c.again.Load())
			i := p.Info()
			assert.EqualValues(t, sent, i.Handled+i.DeadLettered+i.Rejected)
			_, watched := bonds(other)
			assert.Zero(t, watched)
		})
	}
	everybody.Wait()
}
