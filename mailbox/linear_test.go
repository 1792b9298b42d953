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
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/mailbox"
)

// A step is what a goroutine has done to a queue: offered an item, or taken one.
type step struct {
	offer  bool
	item   item
	number int    // of the offer, from 0
	after  uint64 // the set of those that must have come before it, see precede
}

// A result is what came of it.
type result struct {
	item    item // taken, or evicted
	ok      bool // there was one
	outcome mailbox.Outcome
}

// contents is the state of the model.
type contents struct {
	items   []item // in order
	offered uint64 // the set of the offers that were accepted, by number
}

// sequential says what a queue does when nothing happens at the same time.
func sequential(capacity int, order func(a, b item) int) porcupine.Model {
	next := func(has contents, in step, out result) (bool, contents) {
		switch full := capacity > 0 && len(has.items) == capacity; {
		case !in.offer && len(has.items) == 0:
			return !out.ok, has
		case !in.offer:
			return out.ok && out.item == has.items[0], contents{has.items[1:], has.offered}
		case full:
			return out.outcome != mailbox.Accepted, has
		case out.outcome != mailbox.Accepted, in.after&^has.offered != 0:
			return false, has
		}
		at := len(has.items)
		if order != nil {
			at = slices.IndexFunc(append(slices.Clone(has.items), in.item), func(h item) bool {
				return order(h, in.item) > 0 || h == in.item
			})
		}
		return true, contents{slices.Insert(slices.Clone(has.items), at, in.item), has.offered | 1<<in.number}
	}
	return porcupine.Model{
		Init: func() any { return contents{} },
		Step: func(state, input, output any) (bool, any) {
			return next(state.(contents), input.(step), output.(result)) //nolint:errcheck,forcetypeassert // see record
		},
		Equal: func(a, b any) bool {
			x, y := a.(contents), b.(contents) //nolint:errcheck,forcetypeassert // see Init
			return x.offered == y.offered && slices.Equal(x.items, y.items)
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
		make     func() mailbox.Queue[item]
		capacity int
		order    func(a, b item) int
	}{
		"Unbounded":   {unbounded["Unbounded"].make, 0, nil},
		"Priority":    {unbounded["Priority"].make, 0, byPriority},
		"Block":       {boundedBy(mailbox.Block), bound, nil},
		"Reject":      {boundedBy(mailbox.Reject), bound, nil},
		"drop newest": {boundedBy(mailbox.DropNewest), bound, nil},
		"drop oldest": {boundedBy(mailbox.DropOldest), bound, nil},
	} {
		for _, producers := range []int{1, 3, 16} {
			t.Run(fmt.Sprint(name, " ", producers), func(t *testing.T) {
				histories := 60
				if testing.Short() {
					histories = 10
				}
				model := sequential(c.capacity, c.order)
				for seed := range histories {
					history := record(c.make(), producers, uint64(seed))
					precede(history, c.order)
					switch porcupine.CheckOperationsTimeout(model, history, 10*time.Second) {
					case porcupine.Illegal:
						t.Fatal("no order of these explains them: ", history)
					case porcupine.Unknown:
						t.Fatal("there are too many orders of these: ", history)
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
				note(p, step{offer: true, item: v, number: p*each + i}, func() result {
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
	return history
}

// precede notes for each offer which others must have come before it: those of the
// same order whose item was certainly taken, or evicted, earlier. To know that
// saves the check from trying all orders in which sixteen producers may have
// offered, to find only in the end that what was taken speaks against them.
func precede(history []porcupine.Operation, order func(a, b item) int) {
	gone := make(map[item]porcupine.Operation)
	for _, op := range history {
		if out := op.Output.(result); !op.Input.(step).offer && out.ok { //nolint:errcheck,forcetypeassert // see record
			gone[out.item] = op
		}
	}
	for i := range history {
		in := history[i].Input.(step) //nolint:errcheck,forcetypeassert // see record
		last, ok := gone[in.item]
		if !in.offer || !ok {
			continue
		}
		for _, op := range history {
			other := op.Input.(step) //nolint:errcheck,forcetypeassert // see record
			first, ok := gone[other.item]
			if other.offer && ok && first.Return < last.Call && (order == nil || order(other.item, in.item) == 0) {
				in.after |= 1 << other.number
			}
		}
		history[i].Input = in
	}
}

// A check that cannot fail would be none: a queue that hands out the second element
// first is found out.
func TestLinearizabilityCheckFails(t *testing.T) {
	history := make([]porcupine.Operation, 0, 4)
	for i, s := range []step{{offer: true, item: item{0, 1}}, {offer: true, item: item{0, 2}, number: 1}, {}, {}} {
		out := result{ok: !s.offer}
		if !s.offer {
			out.item = item{0, 4 - i}
		}
		history = append(history, porcupine.Operation{Input: s, Call: int64(2 * i), Output: out, Return: int64(2*i + 1)})
	}
	require.False(t, porcupine.CheckOperations(sequential(0, nil), history))
	precede(history, nil)
	require.False(t, porcupine.CheckOperations(sequential(0, nil), history))
}
