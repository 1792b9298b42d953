package system_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/internal/metrictest"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// chaosActor is one of many, and what happened to it.
type chaosActor struct {
	*actor.Process[kitDo]
	handled, dead, sent, refused atomic.Uint64
	started, stopped             atomic.Uint64
}

func (c *chaosActor) Receive(ctx context.Context, do kitDo) error {
	c.handled.Add(1)
	return do(ctx)
}

func (c *chaosActor) Stopped(context.Context, actor.Exit) error {
	c.stopped.Add(1)
	return nil
}

// chaosNew declares an actor with each of the overflow policies in turn.
func chaosNew(i int) *chaosActor {
	c := new(chaosActor)
	c.Process = actor.New(actor.Spec[kitDo]{
		Name:    fmt.Sprint("a", i),
		Mailbox: mailbox.Config{Capacity: 1 + i%5, Overflow: mailbox.Overflow(i % 4)},
		New: func(context.Context, *actor.Self[kitDo]) (actor.Actor[kitDo], error) {
			c.started.Add(1)
			return c, nil
		},
		DeadLetters: func(actor.DeadLetter[kitDo]) { c.dead.Add(1) },
	})
	return c
}

// send sends and counts. A sender may lose patience.
func (c *chaosActor) send(rnd *rand.Rand) {
	do := kitDo(kitNothing)
	switch rnd.IntN(20) {
	case 0:
		do = kitFail
	case 1:
		do = kitPanic
	case 2:
		do = kitStop
	case 3:
		do = func(context.Context) error { runtime.Goexit(); return nil }
	case 4, 5:
		do = func(context.Context) error { time.Sleep(time.Millisecond); return nil }
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel()
	c.sent.Add(1)
	switch err := c.Send(ctx, do); {
	case err == nil:
	case errors.Is(err, actor.ErrDropped): // a dead letter
	default:
		c.refused.Add(1)
	}
}

// Whatever happens, no message is lost without a trace: sent = handled + dead
// letters + refused (L8, H1). No incarnation is left without its end.
func TestChaosConservation(t *testing.T) {
	for _, strategy := range []supervision.Strategy{supervision.OneForOne, supervision.OneForAll, supervision.RestForOne} {
		t.Run(strategy.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var actors []*chaosActor
				var groups []actor.Child
				for g := range 8 {
					var members []actor.Child
					for i := range 12 {
						c := chaosNew(12*g + i)
						actors = append(actors, c)
						members = append(members, c.Process)
					}
					groups = append(groups, supervision.New(supervision.Spec{
						Name: fmt.Sprint("g", g), Strategy: strategy, Children: kitChildren(members...),
						Limit:    supervision.AtMost(20, time.Second), // is exceeded now and then
						Defaults: supervision.Defaults{Restart: supervision.Restart(1 + g%2)},
					}))
				}
				cfg := kitConfig(groups...)
				cfg.Root.Limit = supervision.AtMost(1_000_000, time.Hour)
				metrics := metrictest.New()
				cfg.MeterProvider = metrics
				s := kitStart(t, cfg)

				var senders sync.WaitGroup
				for n := range 16 {
					senders.Go(func() {
						rnd := rand.New(rand.NewPCG(uint64(n), 1))
						for range 400 {
							actors[rnd.IntN(len(actors))].send(rnd)
							if rnd.IntN(8) == 0 {
								time.Sleep(time.Duration(rnd.IntN(2000)) * time.Microsecond)
							}
						}
					})
				}
				senders.Go(func() { chaosByHand(s, len(groups)) })
				senders.Go(func() {
					var last int64
					for range 50 {
						n := metrics.Collect().Total("actor.processed.messages")
						assert.LessOrEqual(t, last, n, "a counter never goes back")
						last = n
						time.Sleep(time.Millisecond)
					}
				})
				senders.Wait()
				err := s.Shutdown(context.Background())
				require.NotErrorIs(t, err, actor.ErrAbandoned)

				var handled, dead, late, started uint64
				for _, c := range actors {
					i := c.Info()
					sent := c.sent.Load()
					require.Zero(t, i.Depth, i.Path)
					require.Equal(t, sent, i.Handled+i.DeadLettered+i.Rejected, "%+v", i)
					require.Equal(t, c.handled.Load(), i.Handled, i.Path)
					require.Equal(t, c.dead.Load(), i.DeadLettered, i.Path)
					require.Equal(t, c.refused.Load(), i.Rejected, i.Path)
					require.Equal(t, c.started.Load(), c.stopped.Load(), i.Path)
					handled += i.Handled
					dead += i.DeadLettered
					late += i.LateReplies
					started += c.started.Load()
				}
				counted := metrics.Collect().With("actor.type", "chaosActor")
				assert.EqualValues(t, handled, counted.Total("actor.processed.messages"))
				assert.EqualValues(t, dead, counted.Total("actor.dead_letters"))
				assert.EqualValues(t, started, counted.Total("actor.starts"))
				assert.EqualValues(t, started, counted.Total("actor.stops"))
				assert.Zero(t, counted.Total("actor.count"))
				assert.Positive(t, counted.Total("actor.process.duration"))
				assert.Zero(t, late)
				assert.Equal(t, dead, s.DeadLetters().Total())
				assert.Positive(t, handled)
				assert.Positive(t, dead)
				t.Logf("handled %d, dead letters %d of %v", handled, dead, s.DeadLetters().Counts)
			})
		})
	}
}

// chaosByHand terminates and restarts groups meanwhile.
func chaosByHand(s *system.ActorSystem, groups int) {
	ctx := context.Background()
	for n := range 20 {
		id := fmt.Sprint("g", n%groups)
		time.Sleep(3 * time.Millisecond)
		_ = supervision.TerminateChild(ctx, s.Root(), id)
		time.Sleep(time.Millisecond)
		_ = supervision.RestartChild(ctx, s.Root(), id)
	}
}
