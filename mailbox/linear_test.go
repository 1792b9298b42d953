package mailbox_test

import (
	"cmp"
	"fmt"
	"math"
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
	rank  int // of the Take that got it, from 1; 0 if that is not known
}

// A result is what came of it.
type result struct {
	item    item // taken, or evicted
	ok      bool // there was one
	outcome mailbox.Outcome
}

// ranked is an item in the state of the model.
type ranked struct {
	item
	rank int
}

// behind tells whether h was taken after what is offered now, though it is ahead.
// To know that early saves the check from trying all orders in which sixteen
// producers may have offered.
func (h ranked) behind(in step, order func(a, b item) int) bool {
	return h.rank > in.rank && (order == nil || order(h.item, in.item) <= 0)
}

// sequential says what a queue does when nothing happens at the same time. Its
// state is the items that it holds, in order.
func sequential(capacity int, order func(a, b item) int) porcupine.Model {
	next := func(holds []ranked, in step, out result) (bool, []ranked) {
		switch full := capacity > 0 && len(holds) == capacity; {
		case !in.offer && len(holds) == 0:
			return !out.ok, holds
		case !in.offer:
			return out.ok && out.item == holds[0].item, holds[1:]
		case full:
			return out.outcome != mailbox.Accepted, holds
		case in.rank != 0 && slices.ContainsFunc(holds, func(h ranked) bool { return h.behind(in, order) }):
			return false, holds
		}
		at := len(holds)
		if order != nil {
			at = slices.IndexFunc(append(slices.Clone(holds), ranked{in.item, 0}), func(h ranked) bool {
				return order(h.item, in.item) > 0 || h.item == in.item
			})
		}
		return out.outcome == mailbox.Accepted, slices.Insert(slices.Clone(holds), at, ranked{in.item, in.rank})
	}
	return porcupine.Model{
		Init: func() any { return []ranked(nil) },
		Step: func(state, input, output any) (bool, any) {
			return next(state.([]ranked), input.(step), output.(result)) //nolint:errcheck,forcetypeassert // see record
		},
		Equal: func(a, b any) bool {
			return slices.Equal(a.([]ranked), b.([]ranked)) //nolint:errcheck,forcetypeassert // see Init
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
		"Unbounded":   {unbounded["Unbounded"].make, sequential(0, nil)},
		"Priority":    {unbounded["Priority"].make, sequential(0, byPriority)},
		"Block":       {boundedBy(mailbox.Block), sequential(bound, nil)},
		"Reject":      {boundedBy(mailbox.Reject), sequential(bound, nil)},
		"drop newest": {boundedBy(mailbox.DropNewest), sequential(bound, nil)},
		"drop oldest": {boundedBy(mailbox.DropOldest), sequential(bound, nil)},
	} {
		for _, producers := range []int{1, 3, 16} {
			t.Run(fmt.Sprint(name, " ", producers), func(t *testing.T) {
				histories := 60
				if testing.Short() {
					histories = 10
				}
				undecided := 0
				for seed := range histories {
					history := record(c.make(), producers, uint64(seed), name != "drop oldest")
					switch porcupine.CheckOperationsTimeout(c.model, history, 2*time.Second) {
					case porcupine.Illegal:
						t.Fatal("no order of these explains them: ", history)
					case porcupine.Unknown:
						undecided++
					}
				}
				assert.LessOrEqual(t, undecided, histories/10, "not checked, for there are too many orders")
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
// seen, and when by one clock. Each offer has the rank of its Take, if ranks are
// wanted: those that were never taken come last.
func record(q mailbox.Queue[item], producers int, seed uint64, ranks bool) []porcupine.Operation {
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
	take := func() {
		note(producers, step{}, func() result {
			v, ok := q.Take()
			return result{item: v, ok: ok}
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
				note(p, step{offer: true, item: v}, func() result {
					outcome, evicted := q.Offer(v)
					return result{evicted, outcome == mailbox.DroppedOldest, outcome}
				})
			}
		})
	}
	wg.Go(func() {
		<-start
		for range producers * each {
			take()
		}
	})
	close(start)
	wg.Wait()
	for range q.Len() {
		take()
	}
	history := slices.Concat(histories...)
	for _, op := range history { // an eviction and the storing that follows are two steps
		if out := op.Output.(result); op.Input.(step).offer && out.ok { //nolint:errcheck,forcetypeassert // see above
			op.Input = step{}
			history = append(history, op)
		}
	}
	for i, op := range history {
		if op.Input.(step).offer && op.Output.(result).ok { //nolint:errcheck,forcetypeassert // see above
			history[i].Output = result{}
		}
	}
	if ranks {
		rank(history)
	}
	return history
}

func rank(history []porcupine.Operation) {
	taken := make(map[item]int)
	for _, op := range history { // the consumer's are in order
		if out := op.Output.(result); !op.Input.(step).offer && out.ok { //nolint:errcheck,forcetypeassert // see record
			taken[out.item] = len(taken) + 1
		}
	}
	for i := range history {
		in := history[i].Input.(step) //nolint:errcheck,forcetypeassert // see record
		if in.offer {
			in.rank = cmp.Or(taken[in.item], math.MaxInt)
			history[i].Input = in
		}
	}
}

// A check that cannot fail would be none: a queue that hands out the second element
// first is found out.
func TestLinearizabilityCheckFails(t *testing.T) {
	history := make([]porcupine.Operation, 0, 4)
	for i, s := range []step{{true, item{0, 1}, 0}, {true, item{0, 2}, 0}, {}, {}} {
		out := result{ok: !s.offer}
		if !s.offer {
			out.item = item{0, 4 - i}
		}
		history = append(history, porcupine.Operation{Input: s, Call: int64(2 * i), Output: out, Return: int64(2*i + 1)})
	}
	require.False(t, porcupine.CheckOperations(sequential(0, nil), history))
}
