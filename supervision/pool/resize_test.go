package pool

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// names are those of the workers that there are.
func names(p *Pool[note]) (names []string) {
	for ref := range p.All() {
		names = append(names, ref.Name())
	}
	return names
}

func TestResizeAddsAndTakesWorkers(t *testing.T) {
	for _, route := range []Route{RoundRobin, Pull} {
		t.Run(route.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := new(book)
				p, _ := start(t, b.spec(2, route))
				require.NoError(t, p.Resize(t.Context(), 4))
				assert.Equal(t, []string{"worker-1", "worker-2", "worker-3", "worker-4"}, names(p))
				h := make(hold)
				for i := range 8 { // four are busy, four wait
					require.NoError(t, p.Send(t.Context(), note{id: i, do: h.do}))
				}
				synctest.Wait()
				close(h)
				synctest.Wait()
				assert.Len(t, b.by(), 4)
				assert.Len(t, b.handled(), 8)

				require.NoError(t, p.Resize(t.Context(), 1))
				assert.Equal(t, []string{"worker-1"}, names(p))
				require.NoError(t, p.Resize(t.Context(), 1))
				sendAll(t, p, 3)
				synctest.Wait()
				assert.Len(t, b.handled(), 11)

				require.NoError(t, p.Resize(t.Context(), 0))
				require.ErrorIs(t, p.Send(t.Context(), note{}), ErrEmpty)
				require.NoError(t, p.Resize(t.Context(), 3))
				assert.Equal(t, []string{"worker-1", "worker-2", "worker-3"}, names(p))
				sendAll(t, p, 3)
				synctest.Wait()
				assert.Len(t, b.handled(), 14)
				assert.Empty(t, b.dead())
			})
		})
	}
}

func TestShrinkingHandlesWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		p, _ := start(t, b.spec(2, RoundRobin))
		h := make(hold)
		for i := range 6 {
			require.NoError(t, p.Send(t.Context(), note{id: i, do: h.do}))
		}
		time.AfterFunc(time.Second, func() { close(h) })
		require.NoError(t, p.Resize(t.Context(), 1))
		synctest.Wait()
		assert.Equal(t, map[string]int{"worker-1": 3, "worker-2": 3}, b.by())
		assert.Empty(t, b.dead())
	})
}

func TestShrinkingHasTheTimeOfTheShutdownPolicy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		p, _ := start(t, b.spec(2, RoundRobin))
		h := make(hold) // ends with the context only
		for i := range 6 {
			require.NoError(t, p.Send(t.Context(), note{id: i, do: h.do}))
		}
		began := time.Now()
		require.NoError(t, p.Resize(t.Context(), 1))
		assert.Equal(t, 5*time.Second, time.Since(began))
		assert.Equal(t, map[string]int{"worker-1": 1, "worker-2": 1}, b.by())
		assert.Len(t, b.dead(), 2)
		close(h)
	})
}

func TestResizeGoesOnWhenItsContextIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		p, _ := start(t, b.spec(2, RoundRobin))
		h := make(hold)
		for i := range 2 {
			require.NoError(t, p.Send(t.Context(), note{id: i, do: h.do}))
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, p.Resize(ctx, 1), context.DeadlineExceeded)
		assert.Equal(t, []string{"worker-1"}, names(p))

		// A number is not given again before its worker has ended.
		require.NoError(t, p.Resize(t.Context(), 2))
		assert.Equal(t, []string{"worker-1", "worker-3"}, names(p))
		close(h)
		synctest.Wait()
		require.NoError(t, p.Resize(t.Context(), 3))
		assert.Equal(t, []string{"worker-1", "worker-2", "worker-3"}, names(p))
		sendAll(t, p, 3)
		synctest.Wait()
		assert.Equal(t, map[string]int{"worker-1": 2, "worker-2": 2, "worker-3": 1}, b.by())

		cancel()
		require.ErrorIs(t, p.Resize(ctx, 9), context.DeadlineExceeded)
		assert.Equal(t, 3, p.Size())
	})
}

func TestOneResizeWaitsForTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _ := start(t, new(book).spec(1, RoundRobin))
		h := make(hold)
		require.NoError(t, p.Send(t.Context(), note{do: h.do}))
		synctest.Wait()
		over := make(chan error)
		go func() { over <- p.Resize(t.Context(), 0) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, p.Resize(ctx, 2), context.DeadlineExceeded)
		close(h)
		require.NoError(t, <-over)
		assert.Zero(t, p.Size())
	})
}

func TestAWorkerCannotBeTakenByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		p, _ := start(t, b.spec(2, RoundRobin))
		got := make(chan error, 1)
		resize := note{do: func(ctx context.Context, _ string) error { got <- p.Resize(ctx, 0); return nil }}
		require.NoError(t, p.Send(t.Context(), resize))
		require.ErrorIs(t, <-got, actor.ErrDeadlock)
		assert.Equal(t, []string{"worker-1"}, names(p))
		sendAll(t, p, 2)
		synctest.Wait()
		assert.Equal(t, map[string]int{"worker-1": 3}, b.by())
		require.NoError(t, p.Resize(t.Context(), 0))
	})
}

func TestResizeThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		s := b.spec(1, RoundRobin)
		create, more := s.Worker.New, errBoom
		s.Worker.New = func(ctx context.Context, self *actor.Self[note]) (actor.Actor[note], error) {
			if self.Name() == "worker-3" && more != nil {
				return nil, more
			}
			return create(ctx, self)
		}
		p, sys := start(t, s)
		require.ErrorIs(t, p.Resize(t.Context(), 4), errBoom)
		assert.Equal(t, []string{"worker-1", "worker-2"}, names(p))
		more = nil
		require.NoError(t, p.Resize(t.Context(), 4))
		assert.Equal(t, 4, p.Size())

		err := p.Resize(t.Context(), -1)
		require.ErrorIs(t, err, actor.ErrFatal)
		require.ErrorContains(t, err, "size: -1 is negative")
		require.NoError(t, sys.Shutdown(t.Context()))
		require.ErrorIs(t, p.Resize(t.Context(), 5), actor.ErrStopped)
		assert.Zero(t, p.Size())
	})
}

func TestARestartOfThePoolBeginsWithItsSize(t *testing.T) {
	for _, route := range []Route{RoundRobin, Pull} {
		t.Run(route.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := new(book)
				s := b.spec(3, route)
				s.Supervisor.Limit = supervision.AtMost(0, time.Minute)
				p, _ := start(t, s)
				second := refs(p)[1]
				require.NoError(t, p.Resize(t.Context(), 5))
				require.NoError(t, p.Resize(t.Context(), 1))
				require.NoError(t, p.Resize(t.Context(), 2)) // worker-2 is another one now
				require.NoError(t, firstOf(p).Send(t.Context(), note{do: fail}))
				synctest.Wait()
				assert.Equal(t, []string{"worker-1", "worker-2", "worker-3"}, names(p))
				assert.Equal(t, second, refs(p)[1])
				h := make(hold)
				for i := range 3 {
					require.NoError(t, p.Send(t.Context(), note{id: i, do: h.do}))
				}
				synctest.Wait()
				close(h)
				synctest.Wait()
				assert.Len(t, b.by(), 3)
				assert.Len(t, b.handled(), 4)
			})
		})
	}
}

func refs(p *Pool[note]) []actor.Ref[note] { return slices.Collect(p.All()) }

func TestAPoolThatIsStartedAgain(t *testing.T) {
	for _, route := range []Route{RoundRobin, Pull} {
		t.Run(route.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := new(book)
				p, sys := start(t, b.spec(2, route))
				require.NoError(t, sys.Shutdown(t.Context()))
				require.ErrorIs(t, p.Send(t.Context(), note{}), actor.ErrStopped)
				run(t, p)
				sendAll(t, p, 2)
				synctest.Wait()
				assert.Len(t, b.handled(), 2)
				assert.Empty(t, b.dead())
			})
		})
	}
}

func TestAPoolMayEndWithItsLastWorker(t *testing.T) {
	for _, route := range []Route{RoundRobin, Pull} {
		t.Run(route.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := new(book)
				s := b.spec(2, route)
				s.Supervisor.AutoShutdown = supervision.AllSignificant
				s.Supervisor.Defaults.Restart = supervision.Temporary
				p, _ := start(t, s)
				require.NoError(t, p.Resize(t.Context(), 3))
				for range 3 {
					require.NoError(t, p.Send(t.Context(), note{id: 1}))
					synctest.Wait()
					require.NoError(t, firstOf(p).Send(t.Context(), note{id: -1, do: fail}))
					synctest.Wait()
				}
				assert.Len(t, b.handled(), 6)
				<-p.Supervisor.Done()
				require.ErrorIs(t, p.Send(t.Context(), note{}), actor.ErrStopped)
			})
		})
	}
}

func TestAWorkerThatIsStartedByHandIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		s := b.spec(3, RoundRobin)
		s.Supervisor.AutoShutdown = supervision.AllSignificant // the supervisor is not a dynamic one then
		s.Supervisor.Defaults.Restart = supervision.Transient
		p, _ := start(t, s)
		require.NoError(t, supervision.TerminateChild(t.Context(), p.Supervisor.Ref, "worker-2"))
		assert.Equal(t, []string{"worker-1", "worker-3"}, names(p))
		require.NoError(t, supervision.RestartChild(t.Context(), p.Supervisor.Ref, "worker-2"))
		assert.Equal(t, []string{"worker-1", "worker-2", "worker-3"}, names(p))
	})
}

func TestAWorkerMayBeTerminatedByItsAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _ := start(t, new(book).spec(2, RoundRobin))
		ref := refs(p)[1]
		require.NoError(t, supervision.TerminateRef(t.Context(), p.Supervisor.Ref, ref))
		assert.Equal(t, []string{"worker-1"}, names(p))
		require.NoError(t, supervision.TerminateRef(t.Context(), p.Supervisor.Ref, ref))
		require.NoError(t, p.Resize(t.Context(), 2))
		require.NoError(t, supervision.TerminateRef(t.Context(), p.Supervisor.Ref, ref), "the other one of that name is left alone")
		assert.Equal(t, 2, p.Size())
	})
}
