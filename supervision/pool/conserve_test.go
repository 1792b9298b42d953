package pool

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/system"
)

// Senders send while workers die and come back, are added and taken, and, if it is
// to end early, the pool ends in the midst of it: every message is handled, a dead letter,
// or refused, and none of it twice. Under Pull a message may be handled more than
// once; it is accounted for when it has been handled without a failure.
func TestConservation(t *testing.T) {
	for _, route := range []Route{RoundRobin, Random, LeastLoaded, ByKey, Pull} {
		for _, overflow := range []mailbox.Overflow{mailbox.Block, mailbox.DropOldest} {
			if route == Pull && overflow != mailbox.Block {
				continue
			}
			for _, early := range []bool{false, true} {
				t.Run(fmt.Sprint(route, " ", overflow, " ", early), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { conserve(t, route, overflow, early) })
				})
			}
		}
	}
}

// shutdown ends a system whose workers may fail while they are stopped.
func shutdown(t *testing.T, sys *system.ActorSystem) {
	t.Helper()
	if err := sys.Shutdown(t.Context()); err != nil {
		assert.ErrorIs(t, err, errBoom)
	}
}

func conserve(t *testing.T, route Route, overflow mailbox.Overflow, early bool) {
	t.Helper()
	const senders, each = 8, 200
	b := new(book)
	s := b.spec(4, route)
	if route == Pull {
		s.Capacity = 8
	} else {
		s.Worker.Mailbox = mailbox.Config{Capacity: 8, Overflow: overflow}
	}
	p, sys := start(t, s)

	ends := make([]atomic.Int32, senders*each) // how often each message came to an end
	var rejected, failed atomic.Int64
	var all sync.WaitGroup
	for sender := range senders {
		all.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(sender)))
			for i := range each {
				id := sender*each + i
				vain := max(random.IntN(40)-34, 0) // how often it makes a worker fail, mostly 0
				n := note{id: id, key: strconv.Itoa(random.IntN(50)), do: func(context.Context, string) error {
					if vain--; vain < 0 {
						ends[id].Add(1)
						return nil
					}
					failed.Add(1)
					if route != Pull {
						ends[id].Add(1)
					}
					return errBoom
				}}
				var err error
				if i%4 == 0 {
					err = p.TrySend(n)
				} else {
					err = p.Send(t.Context(), n)
				}
				if err != nil && !errors.Is(err, actor.ErrDropped) {
					rejected.Add(1)
					ends[id].Add(1)
				}
			}
		})
	}
	all.Go(func() {
		for i := range 30 {
			if err := p.Resize(t.Context(), 1+i%5); err != nil {
				assert.ErrorIs(t, err, actor.ErrStopped)
			}
		}
		if early {
			shutdown(t, sys)
		}
	})
	all.Wait()
	shutdown(t, sys)
	synctest.Wait()
	for _, letter := range b.dead() {
		ends[letter.Msg.id].Add(1)
	}
	for id := range ends {
		require.EqualValues(t, 1, ends[id].Load(), "message %d", id)
	}
	assert.EqualValues(t, len(b.dead()), sys.DeadLetters().Total())
	t.Logf("handled %d, dead %d, rejected %d, failures %d", len(b.handled()), len(b.dead()), rejected.Load(), failed.Load())
}
