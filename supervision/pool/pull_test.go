package pool

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// failures are what is done n times in vain, and then succeeds.
func failures(n int) func(context.Context, string) error {
	return func(context.Context, string) error {
		if n--; n >= 0 {
			return errBoom
		}
		return nil
	}
}

func TestWorkersTakeWorkWhenTheyAreFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		p, _ := start(t, b.spec(2, Pull))
		h := make(hold)
		require.NoError(t, p.Send(t.Context(), note{id: 1, do: h.do}))
		synctest.Wait()
		for i := range 5 {
			require.NoError(t, p.Send(t.Context(), note{id: 2 + i}))
		}
		synctest.Wait()
		by := b.by()
		assert.Len(t, b.handled(), 6)
		busy := b.handled()[0].by
		assert.Equal(t, 1, by[busy], "one that is busy takes nothing")
		close(h)
	})
}

func TestTheQueueIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		s := b.spec(1, Pull)
		s.Capacity = 2
		p, _ := start(t, s)
		h := make(hold)
		for i := range 3 { // one is in hand
			require.NoError(t, p.Send(t.Context(), note{id: i, do: h.do}))
			synctest.Wait()
		}
		require.ErrorIs(t, p.TrySend(note{id: 3}), actor.ErrMailboxFull)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, p.Send(ctx, note{id: 3}), context.DeadlineExceeded)
		time.AfterFunc(time.Second, func() { close(h) })
		require.NoError(t, p.Send(t.Context(), note{id: 4}))
		synctest.Wait()
		assert.Equal(t, []int{0, 1, 2, 4}, b.ids())
	})
}

func TestAWorkerDoesNotWaitForItsOwnPool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		s := b.spec(1, Pull)
		s.Capacity = 1
		p, _ := start(t, s)
		got := make(chan error, 1)
		require.NoError(t, p.Send(t.Context(), note{do: func(ctx context.Context, _ string) error {
			if err := p.Send(ctx, note{id: 1}); err != nil {
				return err
			}
			got <- p.Send(ctx, note{id: 2})
			return nil
		}}))
		require.ErrorIs(t, <-got, actor.ErrMailboxFull)
		synctest.Wait()
		assert.Equal(t, []int{0, 1}, b.ids())
	})
}

func TestUnfinishedWorkIsGivenToAnother(t *testing.T) {
	for name, how := range map[string]func(context.Context, string) error{
		"error":    fail,
		"panic":    func(context.Context, string) error { panic("boom") },
		"stop":     func(context.Context, string) error { return actor.ErrStop },
		"shutdown": func(context.Context, string) error { return actor.ErrShutdown },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := new(book)
				s := b.spec(2, Pull)
				s.Supervisor.Defaults.Backoff = &supervision.Backoff{Base: time.Minute}
				p, _ := start(t, s)
				first := true
				require.NoError(t, p.Send(t.Context(), note{id: 1, do: func(ctx context.Context, by string) error {
					if first {
						first = false
						return how(ctx, by)
					}
					return nil
				}}))
				synctest.Wait()
				require.Len(t, b.handled(), 2)
				assert.NotEqual(t, b.handled()[0].by, b.handled()[1].by)
				assert.Empty(t, b.dead())
				assert.Equal(t, 2, p.Size())
			})
		})
	}
}

func TestWorkOfAWorkerThatHangsIsGivenToAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		s := b.spec(2, Pull)
		s.Supervisor.Defaults.Health = &supervision.HealthCheck{Interval: time.Second, Timeout: time.Second, Threshold: 1}
		s.Supervisor.Defaults.Shutdown = supervision.Immediate
		p, _ := start(t, s)
		stuck := make(chan struct{})
		var first atomic.Bool
		require.NoError(t, p.Send(t.Context(), note{id: 1, do: func(context.Context, string) error {
			if first.CompareAndSwap(false, true) {
				<-stuck
			}
			return nil
		}}))
		time.Sleep(10 * time.Second)
		assert.Equal(t, []int{1, 1}, b.ids())
		close(stuck) // what comes of it then counts no more
		synctest.Wait()
		sendAll(t, p, 4)
		synctest.Wait()
		assert.Len(t, b.handled(), 6)
	})
}

func TestAPoisonousJobIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		p, sys := start(t, b.spec(2, Pull))
		require.NoError(t, p.Send(t.Context(), note{id: 1, do: fail}))
		require.NoError(t, p.Send(t.Context(), note{id: 2}))
		synctest.Wait()
		assert.ElementsMatch(t, []int{1, 1, 1, 2}, b.ids())
		require.Len(t, b.dead(), 1)
		letter := b.dead()[0]
		assert.Equal(t, 1, letter.Msg.id)
		assert.Equal(t, actor.ReasonFailed, letter.Reason)
		assert.Equal(t, "/sys/pool/queue", letter.To.Path())
		require.ErrorIs(t, letter.Err, errBoom)
		job, ok := errors.AsType[*JobError](letter.Err)
		require.True(t, ok)
		assert.Equal(t, 3, job.Attempts)
		require.EqualError(t, letter.Err, "pool: given up after 3 attempts: boom")
		assert.Equal(t, map[actor.DropReason]uint64{actor.ReasonFailed: 1}, sys.DeadLetters().Counts)
		assert.Equal(t, "note", sys.DeadLetters().Recent[0].Message)
	})
}

func TestAttemptsAreAsManyAsTheSpecSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		s := b.spec(1, Pull)
		s.Attempts = 5
		p, _ := start(t, s)
		require.NoError(t, p.Send(t.Context(), note{id: 1, do: failures(4)}))
		synctest.Wait()
		assert.Equal(t, []int{1, 1, 1, 1, 1}, b.ids())
		assert.Empty(t, b.dead())
	})
}

func TestAnAnswerIsThatOfWhoeverSucceeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		p, _ := start(t, b.spec(2, Pull))
		ask := func(ctx context.Context, times int) (int, error) {
			return actor.Ask(ctx, p.Ref, func(r actor.Reply[int]) note {
				again := failures(times)
				return note{do: func(ctx context.Context, by string) error {
					if _, limited := ctx.Deadline(); limited {
						r.Fail(errBoom)
					}
					if err := again(ctx, by); err != nil {
						return err
					}
					r.Send(7)
					return nil
				}}
			})
		}
		n, err := ask(t.Context(), 2)
		require.NoError(t, err)
		assert.Equal(t, 7, n)
		_, err = ask(t.Context(), 3)
		job, ok := errors.AsType[*JobError](err)
		require.True(t, ok)
		assert.Equal(t, 3, job.Attempts)
		require.ErrorIs(t, err, errBoom)
		synctest.Wait()
		assert.Len(t, b.dead(), 1)

		_, err = actor.Ask(t.Context(), p.Ref, func(actor.Reply[int]) note { return note{} })
		require.ErrorIs(t, err, actor.ErrNoReply)

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = ask(ctx, 0)
		require.ErrorIs(t, err, errBoom, "the handler has the deadline")
		cancel()
		_, err = ask(ctx, 0)
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestAWorkerThatResumesGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		s := b.spec(1, Pull)
		s.Supervisor.Defaults.Decider = []supervision.Rule{supervision.When(errBoom).Resume()}
		p, _ := start(t, s)
		require.NoError(t, p.Send(t.Context(), note{id: 1, do: fail}))
		require.NoError(t, p.Send(t.Context(), note{id: 2}))
		synctest.Wait()
		assert.ElementsMatch(t, []int{1, 1, 1, 2}, b.ids())
		assert.Len(t, b.dead(), 1)
		w, _ := firstOf(p).Process()
		assert.EqualValues(t, 1, w.Incarnation())
	})
}

func TestWhatWaitsWhenThePoolEndsIsDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		s := b.spec(2, Pull)
		s.Capacity = 2
		p, sys := start(t, s)
		h := make(hold)
		for i := range 4 {
			require.NoError(t, p.Send(t.Context(), note{id: i, do: h.do}))
			synctest.Wait()
		}
		over := make(chan error, 3)
		for range 2 { // they wait for room
			go func() { over <- p.Send(t.Context(), note{id: 9}) }()
		}
		go func() {
			_, err := actor.Ask(t.Context(), p.Ref, func(actor.Reply[int]) note { return note{id: 9} })
			over <- err
		}()
		synctest.Wait()
		require.NoError(t, sys.Shutdown(t.Context()))
		var asked error
		for range 3 {
			if err := <-over; err != nil {
				asked = err
			}
		}
		require.ErrorIs(t, asked, actor.ErrStopped)
		assert.Equal(t, []int{0, 1}, b.ids())
		require.Len(t, b.dead(), 5)
		for _, letter := range b.dead() {
			assert.Equal(t, actor.ReasonStopped, letter.Reason)
		}
		assert.EqualValues(t, 5, sys.DeadLetters().Total())
	})
}

func TestAWorkerThatDiedIdleIsGivenNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		s := b.spec(2, Pull)
		s.Supervisor.Defaults.Backoff = &supervision.Backoff{Base: time.Minute}
		p, _ := start(t, s)
		require.NoError(t, firstOf(p).Send(t.Context(), note{id: -1, do: fail})) // past the queue
		synctest.Wait()
		sendAll(t, p, 3)
		synctest.Wait()
		assert.Equal(t, map[string]int{"worker-1": 1, "worker-2": 3}, b.by())
	})
}

func TestAWorkerWhoseMailboxIsFilledPastTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		p, _ := start(t, b.spec(1, Pull))
		h := make(hold)
		first := firstOf(p)
		for first.TrySend(note{id: -1, do: h.do}) == nil {
			synctest.Wait()
		}
		require.NoError(t, p.Send(t.Context(), note{id: 1}))
		synctest.Wait()
		close(h)
		synctest.Wait()
		require.NoError(t, p.Send(t.Context(), note{id: 2}))
		synctest.Wait()
		ids := b.ids()
		assert.Equal(t, []int{1, 2}, ids[len(ids)-2:])
	})
}

func TestAWorkerStoppedBeforeItsJobGivesItBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		s := b.spec(2, Pull)
		s.Attempts = 1
		p, sys := start(t, s)
		h := make(hold)
		w1, w2 := refs(p)[0], refs(p)[1]
		for _, w := range []actor.Ref[note]{w1, w2} { // both are busy, and the queue does not know
			require.NoError(t, w.Send(t.Context(), note{id: -1, do: h.do}))
		}
		synctest.Wait()
		sendAll(t, p, 2) // one is in the mailbox of each
		require.NoError(t, supervision.TerminateChild(t.Context(), p.Supervisor.Ref, w1.Name()))
		close(h)
		synctest.Wait()
		assert.ElementsMatch(t, []int{-1, -1, 1, 2}, b.ids())
		assert.Empty(t, b.dead())
		assert.Zero(t, sys.DeadLetters().Total())
		p1, _ := w1.Process()
		assert.Zero(t, p1.Info().DeadLettered)
		assert.EqualValues(t, 1, p1.Info().Rejected)
	})
}

func TestWhatIsSentToTheQueuesPlaceIsQueued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		s := b.spec(2, Pull)
		p, _ := start(t, s)
		require.NoError(t, p.r.queue.process.Send(t.Context(), note{id: 1}))
		synctest.Wait()
		assert.Equal(t, []int{1}, b.ids())
		assert.Len(t, b.by(), 1)
	})
}

func TestTheQueueIsInTheTree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, sys := start(t, new(book).spec(2, Pull))
		node, err := sys.At(t.Context(), "/sys/pool")
		require.NoError(t, err)
		var names []string
		for _, n := range node.Children {
			names = append(names, n.Name)
		}
		assert.Equal(t, []string{"queue", "worker-1", "worker-2"}, names)
	})
}

func TestAJobThatIsPutAsideIsOneAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		s := b.spec(1, Pull)
		var stash *actor.Stash[note]
		create := s.Worker.New
		s.Worker.New = func(ctx context.Context, self *actor.Self[note]) (actor.Actor[note], error) {
			stash = actor.NewStash(self, 1)
			self.After(time.Second, note{id: -1, do: func(context.Context, string) error { stash.Release(); return nil }})
			return create(ctx, self)
		}
		p, _ := start(t, s)
		first := true
		require.NoError(t, p.Send(t.Context(), note{id: 1, do: func(context.Context, string) error {
			if first {
				first = false
				return stash.Hold()
			}
			return nil
		}}))
		require.NoError(t, p.Send(t.Context(), note{id: 2}))
		time.Sleep(time.Minute)
		assert.Equal(t, []int{1, -1, 1, 2}, b.ids())
	})
}

func TestWhatAnAbandonedWorkerSendsHasNoEffect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		s := b.spec(1, Pull)
		s.Attempts = 1
		p, _ := start(t, s)
		stuck, got := make(chan struct{}), make(chan error, 1)
		require.NoError(t, p.Send(t.Context(), note{id: 1, do: func(ctx context.Context, _ string) error {
			<-stuck
			got <- p.Send(context.WithoutCancel(ctx), note{id: 2})
			return nil
		}}))
		synctest.Wait()
		require.NoError(t, supervision.TerminateChild(t.Context(), p.Supervisor.Ref, "worker-1"))
		close(stuck)
		require.ErrorIs(t, <-got, actor.ErrAbandoned)
		synctest.Wait()
		assert.Equal(t, []int{1}, b.ids())
		require.Len(t, b.dead(), 1)
		require.ErrorIs(t, b.dead()[0].Err, actor.ErrAbandoned)
	})
}
