//go:build yields

package supervision_test

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"regexp"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/internal/yield"
	"github.com/understudy-go/understudy/supervision"
)

var seeds = flag.Uint64("seeds", 200, "how many schedules to try")

// TestYields has a supervisor's children crash, be terminated, restarted, deleted,
// added one by one and in batches, all at once, and in the middle of it the
// supervisor stopped, on many schedules. On each, every command is answered, no
// child runs twice at a time, every start has its stop, and everything comes to an
// end: otherwise the bubble would be stuck.
func TestYields(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for seed := range *seeds {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				yield.Seed(seed)
				newTurmoil(t, seed).play()
			})
		})
	}
}

// A turmoil is a supervisor, and all that is done to it.
type turmoil struct {
	*testing.T
	seed     uint64
	log      *liveLog
	sup      *liveSup
	children []supervision.Child
}

func newTurmoil(t *testing.T, seed uint64) *turmoil {
	t.Helper()
	m := &turmoil{T: t, seed: seed, log: newLiveLog()}
	for i, id := range []string{"a", "b", "c", "d"} {
		c := supervision.Child{Process: m.log.process(id), Restart: supervision.Restart(1 + (int(seed)+i)%3)}
		if i == 1 {
			c.Backoff = &supervision.Backoff{Base: time.Millisecond}
		}
		m.children = append(m.children, c)
	}
	spec := supervision.Spec{
		Name: "sup", Strategy: supervision.Strategy(seed % 3), Limit: supervision.AtMost(1000, time.Hour), Children: m.children[:3],
	}
	if seed%4 == 3 {
		spec.Strategy, spec.Children = supervision.OneForOne, nil
		m.sup = liveStart(t, supervision.NewDynamic(spec))
	} else {
		m.sup = liveStart(t, supervision.New(spec))
	}
	return m
}

// by has something done n times, with a choice of its own.
func (m *turmoil) by(all *sync.WaitGroup, who uint64, n int, do func(ctx context.Context, rnd *rand.Rand, c supervision.Child) error) {
	rnd := rand.New(rand.NewPCG(m.seed, who))
	all.Go(func() {
		for range n {
			if err := do(m.Context(), rnd, m.children[rnd.IntN(len(m.children))]); err != nil {
				m.check(err)
			}
			if rnd.IntN(4) == 0 {
				time.Sleep(time.Millisecond / 2)
			}
		}
	})
}

// actor returns a child as the actor that it is.
func (m *turmoil) actor(c supervision.Child) *actor.Process[liveDo] {
	p, ok := c.Process.(*actor.Process[liveDo])
	require.True(m, ok)
	return p
}

// check accepts what a command may be answered.
func (m *turmoil) check(err error) {
	for _, expected := range []error{
		supervision.ErrAlreadyStarted, supervision.ErrAlreadyPresent, supervision.ErrRunning, supervision.ErrRestarting,
		supervision.ErrNotFound, actor.ErrStopped, actor.ErrNotFound, errLive,
	} {
		if errors.Is(err, expected) {
			return
		}
	}
	assert.NoError(m, err)
}

// play lets everybody do something at once, and then checks the log.
func (m *turmoil) play() {
	var all sync.WaitGroup
	m.by(&all, 1, 12, func(_ context.Context, rnd *rand.Rand, c supervision.Child) error {
		ends := []liveDo{liveFail, liveEnd(actor.ErrStop), func(context.Context) error { panic(errLive) },
			func(context.Context) error { runtime.Goexit(); return nil }}
		return m.actor(c).TrySend(ends[rnd.IntN(len(ends))])
	})
	m.by(&all, 2, 12, func(ctx context.Context, rnd *rand.Rand, c supervision.Child) error {
		id := c.Process.Name()
		switch rnd.IntN(6) {
		case 0:
			return supervision.DeleteChild(ctx, m.sup.Ref, id)
		case 1:
			return supervision.TerminateRef(ctx, m.sup.Ref, m.actor(c).Ref)
		case 2, 3:
			return supervision.TerminateChild(ctx, m.sup.Ref, id)
		default:
			return supervision.RestartChild(ctx, m.sup.Ref, id)
		}
	})
	m.by(&all, 3, 8, func(ctx context.Context, _ *rand.Rand, c supervision.Child) error {
		return supervision.StartChild(ctx, m.sup.Ref, c)
	})
	m.by(&all, 4, 3, func(ctx context.Context, rnd *rand.Rand, c supervision.Child) error {
		one, two := m.log.process("x"), m.log.process("y", liveNothing)
		if rnd.IntN(2) == 0 {
			two = m.log.process("y", liveFail)
		}
		_, err := supervision.StartChildren(ctx, m.sup.Ref, supervision.Defaults{}, append(liveChildren(one, two), c)...)
		return err
	})
	m.by(&all, 5, 10, func(ctx context.Context, _ *rand.Rand, _ supervision.Child) error {
		n, err := supervision.Count(ctx, m.sup.Ref)
		assert.LessOrEqual(m, n.Active, n.Specs)
		return err
	})
	if m.seed%2 == 0 {
		all.Wait()
	} else {
		time.Sleep(time.Duration(m.seed%16) * 100 * time.Microsecond)
	}
	exit := m.sup.stop()
	require.NotErrorIs(m, exit.Err, actor.ErrAbandoned)
	require.NotErrorIs(m, exit.Err, supervision.ErrIntensityExceeded)
	all.Wait()
	synctest.Wait()
	m.alternates()
}

// alternates checks that starts and stops of each process take turns, and that the
// last is a stop.
func (m *turmoil) alternates() {
	line := regexp.MustCompile(`^(start|stop)\((\w+)`)
	runs := make(map[string]int)
	for _, l := range m.log.lines {
		found := line.FindStringSubmatch(l)
		if found == nil { // a start that failed
			continue
		}
		if found[1] == "start" {
			runs[found[2]]++
		} else {
			runs[found[2]]--
		}
		require.Contains(m, []int{0, 1}, runs[found[2]], "%s of %v", l, m.log.lines)
	}
	for id, n := range runs {
		assert.Zero(m, n, id)
	}
}
