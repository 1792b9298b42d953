package supervision

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/internal/cputime"
)

// herd is a plan of n children.
func herd(n int, s Strategy, sideBySide bool) *plan {
	p := &plan{name: "s", path: "s", strategy: s, sideBySide: sideBySide, children: make([]childPlan, n)}
	for i := range p.children {
		id := fmt.Sprintf("c%d", i)
		p.children[i] = childPlan{
			id: id, name: id, process: &stub{id: id}, restart: Permanent,
			shutdown: defaultShutdown, startTimeout: defaultStartTimeout,
		}
	}
	return p
}

// drive answers every start and stop at once and returns the last action.
func drive(m *machine, ev event, now time.Time) (last action) {
	todo := []event{ev}
	for len(todo) > 0 {
		ev, todo = todo[0], todo[1:]
		for _, a := range m.step(ev, now) {
			switch a := a.(type) {
			case doStart:
				todo = append(todo, started{id: a.id, epoch: a.epoch})
			case doStop:
				todo = append(todo, ended{a.id, m.kids.find(a.id).epoch, actor.Exit{Kind: actor.Shutdown}})
			}
			last = a
		}
	}
	return last
}

// cycle starts n children, restarts each one by itself or all as a group, and
// stops them. It returns the processor time that this took.
func cycle(tb testing.TB, n int, s Strategy, sideBySide bool) time.Duration {
	tb.Helper()
	p := herd(n, s, sideBySide)
	p.limit = AtMost(n+1, time.Hour)
	used, from := cputime.Used(), time.Now()
	m := newMachine(p)
	require.Equal(tb, doReady{}, drive(m, begin{}, from))
	crash := func(c *child) {
		drive(m, ended{c.id, c.epoch, actor.Exit{Kind: actor.Failure}}, from)
	}
	if s == OneForOne {
		for c := m.kids.head; c != nil; c = c.next {
			crash(c)
		}
	} else {
		crash(m.kids.head)
	}
	require.Equal(tb, Counts{Specs: n, Active: n, Workers: n}, m.count())
	require.Equal(tb, doExit{}, drive(m, halt{time.Hour}, from))
	return cputime.Used() - used
}

// AD-05: a hundred times as many children cost about a hundred times as much.
// The bound is ten times that; a quadratic cost would be a hundred times that.
func TestCostIsLinear(t *testing.T) {
	for name, c := range map[string]struct {
		s          Strategy
		sideBySide bool
		few        int
	}{
		"one_for_one": {OneForOne, false, 1000}, "one_for_all": {OneForAll, false, 100},
		"rest_for_one": {RestForOne, false, 100}, "side by side": {OneForOne, true, 100},
	} {
		t.Run(name, func(t *testing.T) {
			few := time.Duration(1 << 62)
			for range 5 {
				few = min(few, cycle(t, c.few, c.s, c.sideBySide))
			}
			many := cycle(t, 100*c.few, c.s, c.sideBySide)
			for range 3 { // the garbage collector may have been busy
				if many >= 1000*few {
					many = min(many, cycle(t, 100*c.few, c.s, c.sideBySide))
				}
			}
			assert.Less(t, many, 1000*few, "%d children took %v", c.few, few)
		})
	}
}

func BenchmarkStartStop(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			p, now := herd(n, OneForOne, false), time.Now()
			b.ReportAllocs()
			for b.Loop() {
				m := newMachine(p)
				drive(m, begin{}, now)
				drive(m, halt{time.Hour}, now)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/child")
		})
	}
}
