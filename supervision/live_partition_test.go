package supervision_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

func livePartition(n int) *actor.Process[liveDo] { return liveNew(fmt.Sprint("p", n)) }

// A key leads to the same copy every time, in other processes too, and each copy
// has about as many keys as any other.
func TestLivePartitionsRoute(t *testing.T) {
	const n, keys = 8, 8000
	one := supervision.NewPartitioned(supervision.Spec{Name: "p"}, n, livePartition)
	two := supervision.NewPartitioned(supervision.Spec{Name: "p"}, n, livePartition)
	at := func(p *supervision.Partitions[liveDo], key string) int {
		i := slices.Index(slices.Collect(p.All()), p.For(key))
		require.GreaterOrEqual(t, i, 0)
		return i
	}
	counts := make([]int, n)
	for i := range keys {
		key := fmt.Sprint("user-", i)
		k := at(one, key)
		counts[k]++
		require.Equal(t, k, at(two, key))
	}
	for i, c := range counts {
		assert.InDelta(t, keys/n, c, keys/n/5, i)
	}
	// Written down, since programs that share a store must agree on them.
	for key, want := range map[string]int{"": 5, "a": 4, "b": 5, "user-1": 4, "größe": 2} {
		assert.Equal(t, want, at(one, key), key)
	}
	single := supervision.NewPartitioned(supervision.Spec{Name: "p"}, 1, livePartition)
	assert.Equal(t, single.For("a"), single.For("b"))
}

// The copies start in order and stop in reverse; one that crashes comes back
// alone, and its keys lead to it as before.
func TestLivePartitionsRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		parts := supervision.NewPartitioned(supervision.Spec{Name: "parts"}, 3, func(n int) *actor.Process[liveDo] {
			return log.process(fmt.Sprint("p", n))
		})
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(parts.Supervisor)}))
		log.saw(t, "start(p0)@0s", "start(p1)@0s", "start(p2)@0s")
		before := parts.For("key")
		crashed, ok := before.Process()
		require.True(t, ok)
		liveOrder(t, crashed, liveFail)
		log.saw(t, fmt.Sprintf("stop(%s, failure)@0s", before.Name()), fmt.Sprintf("start(%s)@0s", before.Name()))
		assert.Equal(t, before, parts.For("key"))
		require.NoError(t, liveCall(t, crashed, liveNothing))
		assert.EqualValues(t, 2, crashed.Incarnation())
		assert.NoError(t, sup.stop().Err)
		log.saw(t, "stop(p2, shutdown)@0s", "stop(p1, shutdown)@0s", "stop(p0, shutdown)@0s")
	})
}

// A copy may be a supervisor: then a key leads to where its children are.
func TestLivePartitionsOfSupervisors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parts := supervision.NewPartitioned(supervision.Spec{Name: "parts"}, 4, func(n int) *actor.Process[supervision.Message] {
			return supervision.NewDynamic(supervision.Spec{Name: fmt.Sprint("p", n)})
		})
		sup := liveStart(t, parts.Supervisor)
		for i := range 40 {
			key := fmt.Sprint("room-", i)
			require.NoError(t, supervision.StartChild(t.Context(), parts.For(key), supervision.Child{Process: liveNew(key)}))
		}
		for i := range 40 {
			key := fmt.Sprint("room-", i)
			info, err := supervision.Lookup(t.Context(), parts.For(key), key)
			require.NoError(t, err)
			assert.Equal(t, supervision.StateRunning, info.State)
		}
		total := 0
		for ref := range parts.All() {
			n, err := supervision.Count(t.Context(), ref)
			require.NoError(t, err)
			assert.Positive(t, n.Active)
			total += n.Active
		}
		assert.Equal(t, 40, total)
		assert.NoError(t, sup.stop().Err)
	})
}

// A wrong declaration is told field by field by Validate and by the start, and
// leads to nobody if there is nobody.
func TestLivePartitionsInvalid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		none := func(int) *actor.Process[liveDo] { return nil }
		same := liveNew("same")
		for want, p := range map[string]*supervision.Partitions[liveDo]{
			"n: 0 copies":                   supervision.NewPartitioned(supervision.Spec{Name: "p"}, 0, livePartition),
			"n: -1 copies":                  supervision.NewPartitioned(supervision.Spec{Name: "p"}, -1, livePartition),
			"Children: are given":           supervision.NewPartitioned(supervision.Spec{Name: "p", Children: liveChildren(same)}, 2, livePartition),
			"Children[0].Process: is a nil": supervision.NewPartitioned(supervision.Spec{Name: "p"}, 2, none),
			"Children[1].ID: duplicate": supervision.NewPartitioned(supervision.Spec{Name: "p"}, 2, func(int) *actor.Process[liveDo] {
				return liveNew("same")
			}),
			"Children[1].Process: the same": supervision.NewPartitioned(supervision.Spec{Name: "p"}, 2, func(int) *actor.Process[liveDo] {
				return same
			}),
			"Children[0].Process": supervision.NewPartitioned(supervision.Spec{Name: "p"}, 1, func(int) *actor.Process[liveDo] {
				return actor.New(actor.Spec[liveDo]{Name: "without New"})
			}),
			"Name: empty": supervision.NewPartitioned(supervision.Spec{}, 2, livePartition),
			"MaxChildren": supervision.NewPartitioned(supervision.Spec{Name: "p", MaxChildren: 1}, 2, livePartition),
		} {
			err := p.Supervisor.Validate()
			require.ErrorIs(t, err, supervision.ErrInvalidSpec, want)
			assert.ErrorContains(t, err, want)
			var field *supervision.SpecError
			require.ErrorAs(t, err, &field)
			s := liveBegin(p.Supervisor, nil)
			require.ErrorIs(t, <-s.started, supervision.ErrInvalidSpec)
		}
		for _, nobody := range []*supervision.Partitions[liveDo]{
			supervision.NewPartitioned(supervision.Spec{Name: "p"}, 0, livePartition),
			supervision.NewPartitioned(supervision.Spec{Name: "p", Children: liveChildren(same)}, 2, livePartition),
		} {
			assert.True(t, nobody.For("key").IsZero())
			assert.Empty(t, slices.Collect(nobody.All()))
			var wrong *supervision.SpecError
			require.ErrorAs(t, nobody.Supervisor.Validate(), &wrong)
			assert.Equal(t, "p", wrong.Supervisor)
		}
		assert.Zero(t, same.Incarnation())
	})
}

// What the spec says holds for all copies.
func TestLivePartitionsPolicies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parts := supervision.NewPartitioned(supervision.Spec{
			Name: "parts", Limit: supervision.AtMost(0, time.Hour),
			Defaults: supervision.Defaults{Restart: supervision.Transient, Shutdown: supervision.Infinity},
		}, 2, livePartition)
		sup := liveStart(t, parts.Supervisor)
		list, err := supervision.Children(t.Context(), sup.Ref)
		require.NoError(t, err)
		for info := range list {
			assert.Equal(t, supervision.Transient, info.Restart)
			assert.Equal(t, supervision.Infinity, info.Shutdown)
		}
		require.NoError(t, parts.For("key").Send(context.Background(), liveFail))
		exit := <-sup.ended
		require.ErrorIs(t, exit.Err, supervision.ErrIntensityExceeded)
		sup.Retire(exit.Err)
	})
}
