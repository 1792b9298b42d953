package actor

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestL7SelfSendToAFullMailboxIsToldAsDeadlock(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p", withCapacity(2))
		h := start(t, p)
		err, askErr := call(ctx, p, func(ctx context.Context) error {
			assert.NoError(t, p.Send(ctx, nothing))
			assert.NoError(t, p.Send(ctx, nothing))
			assert.ErrorIs(t, p.TrySend(nothing), ErrMailboxFull)
			return p.Send(ctx, nothing)
		})
		require.NoError(t, askErr)
		var cycle *DeadlockError
		require.ErrorAs(t, err, &cycle)
		assert.Equal(t, []string{"/p", "/p"}, cycle.Path)
		assert.EqualError(t, err, "actor: deadlock: /p → /p")
		assert.ErrorIs(t, err, ErrDeadlock)
		assert.ErrorIs(t, err, ErrFatal)
		synctest.Wait()
		i := p.Info()
		assert.EqualValues(t, 3, i.Handled)
		assert.EqualValues(t, 2, i.Rejected)
		end(p, h)
	})
}

func TestL10AskingOneselfIsADeadlockAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p", withHook(func(_ context.Context, _ Exit) error { return nil }))
		h := start(t, p)
		err, askErr := call(ctx, p, func(ctx context.Context) error {
			_, err := call(context.WithoutCancel(ctx), p, func(context.Context) int { return 1 })
			return err
		})
		require.NoError(t, askErr)
		require.ErrorIs(t, err, ErrDeadlock)
		end(p, h)
	})
}

// ring starts n actors with full mailboxes of one message, each of which is
// handling a message meanwhile, and has all of these handlers go on at once.
func ring(t *testing.T, n int, step func(ctx context.Context, i int, actors []*Process[do]) error) []error {
	t.Helper()
	actors, hosts := make([]*Process[do], n), make([]*host, n)
	for i := range n {
		actors[i] = doer(strconv.Itoa(i), withCapacity(1))
		hosts[i] = start(t, actors[i])
	}
	errs, entered, next := make([]error, n), make(chan struct{}, n), make(chan struct{})
	var wg sync.WaitGroup
	wg.Add(n)
	for i := range n {
		require.NoError(t, actors[i].TrySend(func(ctx context.Context) error {
			defer wg.Done()
			entered <- struct{}{}
			<-next
			errs[i] = step(ctx, i, actors)
			return nil
		}))
	}
	for range n {
		<-entered
	}
	for _, p := range actors {
		require.NoError(t, p.TrySend(nothing))
	}
	close(next)
	wg.Wait()
	for i, p := range actors {
		p.Retire(nil)
		p.Stop(time.Minute)
		<-hosts[i].ended
	}
	return errs
}

func TestL10CyclesAreToldWithTheirPath(t *testing.T) {
	send := func(ctx context.Context, to *Process[do]) error { return to.Send(ctx, nothing) }
	ask := func(ctx context.Context, to *Process[do]) error {
		_, err := call(ctx, to, func(context.Context) int { return 1 })
		return err
	}
	for name, steps := range map[string][]func(context.Context, *Process[do]) error{
		"mailboxes of two":   {send, send},
		"mailboxes of three": {send, send, send},
		"mixed two":          {ask, send},
		"mixed three":        {ask, send, ask},
		"asks of two":        {ask, ask},
		"asks of three":      {ask, ask, ask},
		"mailboxes of nine":  {send, send, send, send, send, send, send, send, send},
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 {
				bubble(t, func(t *testing.T, _ context.Context) {
					n := len(steps)
					began := time.Now()
					errs := ring(t, n, func(ctx context.Context, i int, actors []*Process[do]) error {
						return steps[i](ctx, actors[(i+1)%n])
					})
					assert.Zero(t, time.Since(began))
					told := 0
					for i, err := range errs {
						if err == nil {
							continue
						}
						told++
						var cycle *DeadlockError
						require.ErrorAs(t, err, &cycle)
						require.Len(t, cycle.Path, n+1)
						for k, path := range cycle.Path {
							assert.Equal(t, fmt.Sprintf("/%d", (i+k)%n), path)
						}
					}
					assert.Positive(t, told, "somebody had to give way")
				})
			}
		})
	}
}

func TestL10AskBackIsTold(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		a, b := doer("a"), doer("b")
		ha, hb := start(t, a), start(t, b)
		err, e := call(ctx, a, func(ctx context.Context) error {
			inner, err := call(ctx, b, func(ctx context.Context) error {
				_, err := call(ctx, a, func(context.Context) int { return 1 })
				return err
			})
			return errors.Join(inner, err)
		})
		require.NoError(t, e)
		require.ErrorIs(t, err, ErrDeadlock)
		assert.Contains(t, []string{"actor: deadlock: /b → /a → /b", "actor: deadlock: /a → /b → /a"}, err.Error(), "one of them is told, and the other one goes on")
		end(a, ha)
		end(b, hb)
	})
}

// A wait that is part of no cycle, though it leads into one, is no deadlock.
func TestL10WhoLeadsIntoACycleIsNotTold(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		a, b, c := doer("a"), doer("b"), doer("c")
		ha, hb, hc := start(t, a), start(t, b), start(t, c)
		next := make(chan struct{})
		errs := make(chan error, 3)
		ask := func(from, to *Process[do], gate <-chan struct{}) {
			require.NoError(t, from.Send(ctx, func(ctx context.Context) error {
				<-gate
				_, err := call(ctx, to, func(context.Context) int { return 1 })
				errs <- err
				return nil
			}))
		}
		opened := make(chan struct{})
		close(opened)
		ask(c, a, opened)
		synctest.Wait()
		ask(a, b, next)
		ask(b, a, next)
		synctest.Wait()
		close(next)
		deadlocks := 0
		for range 3 {
			if err := <-errs; err != nil {
				deadlocks++
				assert.NotContains(t, err.Error(), "/c")
			}
		}
		assert.LessOrEqual(t, deadlocks, 2)
		end(a, ha)
		end(b, hb)
		end(c, hc)
	})
}

// Questions along a graph without cycles, with answers that come late and
// mailboxes that are full most of the time: nothing may be told as a deadlock,
// and nothing may hang.
func TestL10NoFalseDeadlocksUnderStress(t *testing.T) {
	const layers, width, asks = 4, 3, 40
	var actors [layers][width]*Process[do]
	for l := range layers {
		for w := range width {
			actors[l][w] = doer(fmt.Sprintf("%d-%d", l, w), withCapacity(1))
			h := start(t, actors[l][w])
			defer end(actors[l][w], h)
		}
	}
	var down func(ctx context.Context, layer, n int) error
	down = func(ctx context.Context, layer, n int) error {
		if layer == layers {
			return nil
		}
		to := actors[layer][n%width]
		if n%3 == 0 {
			if err := to.Send(ctx, nothing); err != nil {
				return err
			}
		}
		err, askErr := call(ctx, to, func(ctx context.Context) error { return down(ctx, layer+1, n*7+layer) })
		if askErr != nil {
			return askErr
		}
		return err
	}
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range asks {
				assert.NoError(t, down(t.Context(), 0, w*asks+i))
			}
		})
	}
	wg.Wait()
}

// A ring of actors whose mailboxes run full and that pass messages on in a
// ring is no deadlock for as long as one of them can move.
func TestL10FullMailboxesThatMakeProgress(t *testing.T) {
	const n, hops = 4, 2000
	actors := make([]*Process[do], n)
	for i := range actors {
		actors[i] = doer(strconv.Itoa(i), withCapacity(2))
		h := start(t, actors[i])
		defer end(actors[i], h)
	}
	var wg sync.WaitGroup
	var pass func(i, left int) do
	pass = func(i, left int) do {
		return func(ctx context.Context) error {
			if left == 0 {
				wg.Done()
				return nil
			}
			next := (i + 1) % n
			if err := actors[next].Send(ctx, pass(next, left-1)); !assert.NoError(t, err) {
				wg.Done()
			}
			return nil
		}
	}
	for range 3 { // fewer than there are places
		wg.Add(1)
		require.NoError(t, actors[0].Send(t.Context(), pass(0, hops)))
	}
	wg.Wait()
}

// A goroutine that a handler left behind stands for no handler.
func TestL10WaitsThatAreOverAreReplaced(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		a, b := doer("a"), doer("b", withCapacity(1))
		ha, hb := start(t, a), start(t, b)
		release := block(t, b)
		require.NoError(t, b.TrySend(nothing))
		got := make(chan error, 1)
		require.NoError(t, a.Send(ctx, func(ctx context.Context) error {
			go func() { got <- b.Send(ctx, nothing) }()
			time.Sleep(time.Second) // it waits now
			return nil
		}))
		time.Sleep(time.Minute)
		release()
		require.NoError(t, <-got)
		err, askErr := call(ctx, a, func(ctx context.Context) error {
			err, e := call(ctx, b, func(ctx context.Context) error {
				_, err := call(ctx, a, func(context.Context) int { return 1 })
				return err
			})
			return errors.Join(err, e)
		})
		require.NoError(t, askErr)
		assert.ErrorIs(t, err, ErrDeadlock)
		end(a, ha)
		end(b, hb)
	})
}
