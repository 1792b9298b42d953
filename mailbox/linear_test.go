package mailbox_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/mailbox"
)

// A step is what a goroutine has done to a queue: offered an item, or taken one.
type step struct {
	offer bool
	item  item
}

// A result is what came of it.
type result struct {
	item    item // taken, or evicted
	ok      bool // there was one
	outcome mailbox.Outcome
}

// sequential says what a queue does when nothing happens at the same time. Its
// state is the items that it holds, in order.
func sequential(capacity int, overflow mailbox.Overflow, order func(a, b item) int) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return []item(nil) },
		Step: func(state, input, output any) (bool, any) {
			holds, in, out := state.([]item), input.(step), output.(result) //nolint:errcheck,forcetypeassert // see record
			switch {
			case !in.offer && len(holds) == 0:
				return !out.ok, holds
			case !in.offer:
				return out.ok && out.item == holds[0], holds[1:]
			case capacity > 0 && len(holds) == capacity && overflow != mailbox.DropOldest:
				return out.outcome != mailbox.Accepted, holds
			case capacity > 0 && len(holds) == capacity:
				return out.outcome == mailbox.DroppedOldest && out.item == holds[0], append(slices.Clone(holds[1:]), in.item)
			default:
				at := len(holds)
				if order != nil {
					at, _ = slices.BinarySearchFunc(holds, in.item, func(a, b item) int {
						if order(a, b) <= 0 {
							return -1
						}
						return 1
					})
				}
				return out.outcome == mailbox.Accepted, slices.Insert(slices.Clone(holds), at, in.item)
			}
		},
		Equal: func(a, b any) bool {
			return slices.Equal(a.([]item), b.([]item)) //nolint:errcheck,forcetypeassert // see Init
		},
		DescribeOperation: func(input, output any) string {
			return fmt.Sprint(input, " -> ", output)
		},
	}
}

// Every history of a queue, with one consumer and up to 16 producers, is one that
// could have happened step by step (Herlihy and Wing, Linearizability, 1990).
func TestQueuesAreLinearizable(t *testing.T) {
	byPriority := func(a, b item) int { return b.priority - a.priority }
	for name, c := range map[string]struct {
		make  func() mailbox.Queue[item]
		model porcupine.Model
	}{
		"Unbounded":   {unbounded["Unbounded"].make, sequential(0, 0, nil)},
		"Priority":    {unbounded["Priority"].make, sequential(0, 0, byPriority)},
		"Block":       {boundedBy(mailbox.Block), sequential(bound, mailbox.Block, nil)},
		"Reject":      {boundedBy(mailbox.Reject), sequential(bound, mailbox.Reject, nil)},
		"drop newest": {boundedBy(mailbox.DropNewest), sequential(bound, mailbox.DropNewest, nil)},
		"drop oldest": {boundedBy(mailbox.DropOldest), sequential(bound, mailbox.DropOldest, nil)},
	} {
		for _, producers := range []int{1, 3, 16} {
			t.Run(fmt.Sprint(name, " ", producers), func(t *testing.T) {
				histories := 60
				if testing.Short() {
					histories = 10
				}
				for seed := range histories {
					history := record(c.make(), producers, uint64(seed))
					res, info := porcupine.CheckOperationsVerbose(c.model, history, 10*time.Second)
					if !assert.Equal(t, porcupine.Ok, res) {
						t.Log(info)
						return
					}
				}
			})
		}
	}
}

// bound is that of the bounded mailboxes.
const bound = 3

func boundedBy(overflow mailbox.Overflow) func() mailbox.Queue[item] {
	return func() mailbox.Queue[item] {
		m, err := mailbox.New[item](mailbox.Config{Capacity: bound, Overflow: overflow})
		if err != nil {
			panic(err)
		}
		return m
	}
}

// record has producers offer and one consumer take, and writes down what each has
// seen, and when by one clock.
func record(q mailbox.Queue[item], producers int, seed uint64) []porcupine.Operation {
	each := max(1, 18/producers) // who looks for an order has to try most of them
	var clock atomic.Int64
	histories := make([][]porcupine.Operation, producers+1)
	note := func(who int, in step, f func() result) {
		called := clock.Add(1)
		out := f()
		histories[who] = append(histories[who], porcupine.Operation{
			ClientId: who, Input: in, Call: called, Output: out, Return: clock.Add(1),
		})
	}
	var wg sync.WaitGroup
	start := make(chan struct{})
	for p := range producers {
		choice := rand.New(rand.NewPCG(seed, uint64(p)))
		wg.Go(func() {
			<-start
			for i := range each {
				v := item{choice.IntN(3), p<<8 | i}
				note(p, step{true, v}, func() result {
					outcome, evicted := q.Offer(v)
					return result{evicted, outcome == mailbox.DroppedOldest, outcome}
				})
			}
		})
	}
	wg.Go(func() {
		<-start
		for range producers * each {
			note(producers, step{}, func() result {
				v, ok := q.Take()
				return result{item: v, ok: ok}
			})
		}
	})
	close(start)
	wg.Wait()
	return slices.Concat(histories...)
}

// A check that cannot fail would be none: a queue that hands out the second element
// first is found out.
func TestLinearizabilityCheckFails(t *testing.T) {
	history := make([]porcupine.Operation, 0, 4)
	for i, s := range []step{{true, item{0, 1}}, {true, item{0, 2}}, {}, {}} {
		out := result{ok: !s.offer}
		if !s.offer {
			out.item = item{0, 4 - i}
		}
		history = append(history, porcupine.Operation{Input: s, Call: int64(2 * i), Output: out, Return: int64(2*i + 1)})
	}
	require.False(t, porcupine.CheckOperations(sequential(0, 0, nil), history))
}
