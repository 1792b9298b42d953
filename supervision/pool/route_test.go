package pool

import (
	"context"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

func TestRoundRobinGoesRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		p, _ := start(t, b.spec(3, RoundRobin))
		sendAll(t, p, 6)
		synctest.Wait()
		assert.Equal(t, map[string]int{"worker-1": 2, "worker-2": 2, "worker-3": 2}, b.by())
		assert.Equal(t, "/sys/pool", p.Path())
		assert.Equal(t, p.Supervisor.ID(), p.ID())
	})
}

func TestRandomReachesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		p, _ := start(t, b.spec(4, Random))
		for i := range 400 {
			require.NoError(t, p.Send(t.Context(), note{id: i}))
			synctest.Wait()
		}
		by := b.by()
		require.Len(t, by, 4)
		for name, n := range by {
			assert.Greater(t, n, 40, name) // of 100 expected: 7 standard deviations
		}
	})
}

func TestLeastLoadedCountsWhatWaitsAndWhatIsInHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		p, _ := start(t, b.spec(3, LeastLoaded))
		h := make(hold)
		for i := range 3 { // one each
			require.NoError(t, p.Send(t.Context(), note{id: i, do: h.do}))
			synctest.Wait()
		}
		assert.Len(t, b.by(), 3)
		for i := range 3 { // and one each that waits
			require.NoError(t, p.Send(t.Context(), note{id: 3 + i}))
		}
		for ref := range p.All() {
			w, _ := ref.Process()
			assert.Equal(t, 2, w.Backlog())
		}
		close(h)
		synctest.Wait()
		assert.Equal(t, map[string]int{"worker-1": 2, "worker-2": 2, "worker-3": 2}, b.by())
	})
}

func TestLeastLoadedSpreadsOverEquals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		p, _ := start(t, b.spec(3, LeastLoaded))
		for i := range 9 {
			require.NoError(t, p.Send(t.Context(), note{id: i}))
			synctest.Wait()
		}
		assert.Equal(t, map[string]int{"worker-1": 3, "worker-2": 3, "worker-3": 3}, b.by())
	})
}

func TestBroadcastReachesEveryOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		s := b.spec(3, Broadcast)
		s.Worker.Mailbox.Capacity = 1
		p, _ := start(t, s)
		h := make(hold)
		require.NoError(t, p.Send(t.Context(), note{id: 1, do: h.do}))
		synctest.Wait()
		assert.Len(t, b.by(), 3)

		// Who has no room does not keep the others from getting it.
		first := firstOf(p)
		require.NoError(t, first.TrySend(note{id: 2}))
		require.ErrorIs(t, p.TrySend(note{id: 3}), actor.ErrMailboxFull)
		close(h)
		synctest.Wait()
		assert.Equal(t, map[string]int{"worker-1": 2, "worker-2": 2, "worker-3": 2}, b.by())

		_, err := actor.Ask(t.Context(), p.Ref, func(actor.Reply[int]) note { return note{} })
		require.ErrorIs(t, err, ErrBroadcast)
		assert.ErrorIs(t, err, actor.ErrFatal)
	})
}

func TestAskIsAnsweredByAWorker(t *testing.T) {
	for _, route := range []Route{RoundRobin, Random, LeastLoaded, ByKey, Pull} {
		t.Run(route.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, _ := start(t, new(book).spec(2, route))
				by, err := actor.Ask(t.Context(), p.Ref, func(r actor.Reply[string]) note {
					return note{do: func(_ context.Context, by string) error { r.Send(by); return nil }}
				})
				require.NoError(t, err)
				assert.Contains(t, by, "worker-")
			})
		})
	}
}

func TestWhoIsBeingRestartedIsPassedOver(t *testing.T) {
	for _, route := range []Route{RoundRobin, Random, LeastLoaded} {
		t.Run(route.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := new(book)
				s := b.spec(2, route)
				s.Supervisor.Defaults.Backoff = &supervision.Backoff{Base: time.Minute}
				p, _ := start(t, s)
				require.NoError(t, firstOf(p).Send(t.Context(), note{id: -1, do: fail}))
				synctest.Wait()
				sendAll(t, p, 4)
				synctest.Wait()
				assert.Equal(t, map[string]int{"worker-1": 1, "worker-2": 4}, b.by())

				// With nobody up, messages wait for whoever comes back.
				for ref := range p.All() {
					if ref.Name() == "worker-2" {
						require.NoError(t, ref.Send(t.Context(), note{id: -2, do: fail}))
					}
				}
				synctest.Wait()
				sendAll(t, p, 4)
				synctest.Wait()
				assert.Equal(t, 2, p.Size())
				assert.Len(t, b.handled(), 6)
				time.Sleep(2 * time.Minute)
				assert.Len(t, b.handled(), 10)
			})
		})
	}
}

func TestWhoHasEndedIsPassedOver(t *testing.T) {
	for _, route := range []Route{RoundRobin, Random, LeastLoaded, ByKey, Broadcast, Pull} {
		t.Run(route.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := new(book)
				s := b.spec(2, route)
				s.Supervisor.Defaults.Restart = supervision.Temporary
				p, sys := start(t, s)
				require.NoError(t, firstOf(p).Send(t.Context(), note{id: -1, do: fail}))
				synctest.Wait()
				assert.Equal(t, 1, p.Size())
				for i := range 8 {
					require.NoError(t, p.Send(t.Context(), note{id: i, key: strconv.Itoa(i)}))
				}
				synctest.Wait()
				assert.Equal(t, map[string]int{"worker-1": 1, "worker-2": 8}, b.by())

				require.NoError(t, firstOf(p).Send(t.Context(), note{id: -1, do: fail}))
				synctest.Wait()
				err := p.Send(t.Context(), note{})
				require.ErrorIs(t, err, ErrEmpty)
				require.ErrorIs(t, err, actor.ErrRetryable)
				assert.Zero(t, p.Size())

				require.NoError(t, sys.Shutdown(t.Context()))
				require.ErrorIs(t, p.Send(t.Context(), note{}), actor.ErrStopped)
				require.ErrorIs(t, p.TrySend(note{}), actor.ErrStopped)
			})
		})
	}
}

func TestMessagesWaitForTheFirstStart(t *testing.T) {
	for _, route := range []Route{RoundRobin, Random, LeastLoaded, ByKey, Broadcast, Pull} {
		t.Run(route.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := new(book)
				p := New(b.spec(2, route))
				require.NoError(t, p.Send(t.Context(), note{id: 1}))
				run(t, p)
				synctest.Wait()
				assert.Contains(t, b.ids(), 1)
			})
		})
	}
}

// firstOf is the first worker that there is.
func firstOf(p *Pool[note]) actor.Ref[note] {
	for ref := range p.All() {
		return ref
	}
	return actor.Ref[note]{}
}
