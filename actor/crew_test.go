package actor

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/monitoring"
)

// hands is how many goroutines of a crew wait for work, and how many runs there are.
func hands(rt *Runtime) (idle, runs int) {
	rt.crew.mu.Lock()
	defer rt.crew.mu.Unlock()
	return len(rt.crew.idle), rt.crew.runs
}

func requireHands(t *testing.T, rt *Runtime, idle, runs int) {
	t.Helper()
	synctest.Wait()
	i, r := hands(rt)
	require.Equal(t, []int{idle, runs}, []int{i, r})
	rt.crew.mu.Lock()
	defer rt.crew.mu.Unlock()
	for place, h := range rt.crew.hands {
		require.Equal(t, place, h.place)
	}
}

// Who waits for work is the next to get some.
func TestCrewGivesWorkToThoseWhoWait(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		processors := runtime.GOMAXPROCS(0)
		rt := NewRuntime(monitoring.NewIDs(), nil)
		rt.Employ()
		p, q, h := doer("p"), doer("q"), newHost()
		for _, c := range []*Process[do]{p, q} {
			c.Start(rt.Context(ctx), h)
			require.NoError(t, <-h.started)
			synctest.Wait()
		}
		requireHands(t, rt, 1, 0)
		release := block(t, p)
		requireHands(t, rt, 0, 1)
		also := block(t, q)
		requireHands(t, rt, 0, 2)
		release()
		requireHands(t, rt, 1, 1)
		also()
		requireHands(t, rt, min(2, processors), 0)
		assert.Equal(t, processors, runtime.GOMAXPROCS(0), "it asks, and does not set")
		require.NoError(t, rt.Dismiss(ctx))
		requireHands(t, rt, 0, 0)
		assert.Empty(t, rt.crew.hands)
		assert.Zero(t, rt.crew.leaving)
		assert.Zero(t, running())
	})
}

// Dismiss waits for every run, and so does whoever calls it meanwhile.
func TestDismissWaitsForWhatIsRunning(t *testing.T) {
	for _, employed := range []bool{false, true} {
		bubble(t, func(t *testing.T, ctx context.Context) {
			rt := NewRuntime(monitoring.NewIDs(), nil)
			if employed {
				rt.Employ()
			}
			p, q, h := doer("p"), doer("q"), newHost()
			for _, c := range []*Process[do]{p, q} {
				c.Start(rt.Context(ctx), h)
				require.NoError(t, <-h.started)
			}
			first, second := block(t, p), block(t, q)
			timed, cancel := context.WithTimeoutCause(ctx, time.Second, errBoom)
			defer cancel()
			require.ErrorIs(t, rt.Dismiss(timed), errBoom)
			dismissed := make(chan error, 2)
			for range 2 {
				go func() { dismissed <- rt.Dismiss(ctx) }()
				synctest.Wait()
			}
			first()
			synctest.Wait()
			assert.Empty(t, dismissed)
			second()
			synctest.Wait()
			require.Len(t, dismissed, 2)
			require.NoError(t, <-dismissed)
			require.NoError(t, <-dismissed)
			requireHands(t, rt, 0, 0)
		})
	}
}

// An actor may be started while its address ends, on a goroutine that belongs
// to no system yet.
func TestStartFromADeadLetterOfAnActorThatNeverRan(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		rt := NewRuntime(monitoring.NewIDs(), nil)
		h := newHost()
		var p *Process[do]
		p = doer("p",
			withNew(func(context.Context, *Self[do]) (Actor[do], error) { runtime.Goexit(); return plain{}, nil }),
			func(s *Spec[do]) { s.DeadLetters = func(DeadLetter[do]) { p.Start(rt.Context(ctx), h) } })
		require.NoError(t, p.Send(ctx, nothing))
		p.Retire(nil)
		require.ErrorIs(t, <-h.started, ErrGoexit)
		requireHands(t, rt, 0, 0)
	})
}
