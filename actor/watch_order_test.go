package actor

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/monitoring"
)

// The notice comes after what the dead actor had sent, and before what comes
// later.
func TestL11NoticeComesAfterEarlierMessages(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s, p := newSentry(t, "s", withCapacity(1000)), doer("p")
		h := start(t, p)
		s.watch(t, p)
		release := block(t, s.Process)
		const many = budget + 50 // more than a batch
		require.NoError(t, p.Send(ctx, func(ctx context.Context) error {
			for range many {
				_ = s.Send(ctx, s.log.adds("sent"))
			}
			return ErrStop
		}))
		<-h.ended
		p.Retire(nil)
		<-p.Done()
		synctest.Wait()
		release()
		// The notice reaches the actor with the next turn; this comes later.
		s.self.After(0, func(context.Context) error { return s.TrySend(s.log.adds("later")) })
		synctest.Wait()
		log := s.log.take()
		require.Len(t, log, many+2)
		assert.Equal(t, "down /p: normal", log[many])
		assert.Equal(t, "later", log[many+1])
		end(s.Process, s.h)
	})
}

// When what the notice waits for is evicted, it waits for as many others.
func TestL11NoticeIsNotHeldUpByEvictions(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		s := newSentry(t, "s", func(s *Spec[do]) { s.Mailbox = mailbox.Config{Capacity: 4, Overflow: mailbox.DropOldest} })
		p := doer("p")
		h := start(t, p)
		s.watch(t, p)
		release := block(t, s.Process)
		require.NoError(t, s.TrySend(func(context.Context) error {
			for i := range 5 {
				_ = s.TrySend(s.log.adds(strconv.Itoa(i)))
			}
			return nil
		}))
		for range 3 {
			require.NoError(t, s.TrySend(s.log.adds("old")))
		}
		die(t, p, h, nothingThenStop)
		release()
		synctest.Wait()
		assert.Equal(t, []string{"1", "2", "3", "down /p: normal", "4"}, s.log.take())
		balanced(t, s.Process, 1+1+3+5)
		end(s.Process, s.h)
	})
}

func TestL11TheNameIsFreeAndLettersAreDeadBeforeTheNotice(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		rt := NewRuntime(monitoring.NewIDs(), nil)
		s := newSentry(t, "s")
		p := doer("p", func(spec *Spec[do]) {
			spec.Registered = "the name"
			spec.DeadLetters = func(DeadLetter[do]) { s.log.add("dead letter") }
		})
		h := newHost()
		p.Start(rt.Context(ctx), h)
		require.NoError(t, <-h.started)
		require.NoError(t, s.self.Watch(p, func(Down) do {
			_, err := Lookup[do](rt, "the name")
			s.log.add(fmt.Sprint("free: ", errors.Is(err, ErrNotFound), ", done: ", isDone(p), ", send: ", p.Send(ctx, nothing)))
			return nothing
		}))
		require.NoError(t, p.Send(ctx, func(ctx context.Context) error {
			return errors.Join(p.Send(ctx, nothing), ErrStop)
		}))
		p.Retire(nil)
		synctest.Wait()
		assert.Equal(t, []string{"dead letter", "free: true, done: true, send: actor: stopped"}, s.log.take())
		end(s.Process, s.h)
	})
}

// A notice that waits is a part of what a drain handles.
func TestL11DrainHandlesNoticesThatWait(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		s, p, q := newSentry(t, "s"), doer("p"), doer("q")
		hp, hq := start(t, p), start(t, q)
		s.watch(t, p)
		s.watch(t, q)
		release := block(t, s.Process)
		require.NoError(t, s.TrySend(func(context.Context) error {
			s.log.add("queued")
			return s.TrySend(s.log.adds("later"))
		}))
		die(t, p, hp, nothingThenStop)
		die(t, q, hq, nothingThenStop)
		s.Drain(time.Minute)
		release()
		exit := <-s.h.ended
		assert.Equal(t, 1, exit.Depth)
		assert.Equal(t, []string{"queued", "down /p: normal", "down /q: normal"}, s.log.take())
	})
}
