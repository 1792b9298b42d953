package mailbox_test

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/understudy-go/understudy/mailbox"
)

// An item is an element of a queue without a bound: its priority is its first
// part.
type item struct{ priority, number int }

// unbounded makes each kind of queue without a bound, and says how its elements
// are ordered.
var unbounded = map[string]struct {
	make  func() mailbox.Queue[item]
	order func(a, b item) int
}{
	"Unbounded": {
		func() mailbox.Queue[item] { return new(mailbox.Unbounded[item]) },
		func(a, b item) int { return cmp.Compare(a.number, b.number) },
	},
	"Priority": {
		func() mailbox.Queue[item] { return mailbox.NewPriority(func(i item) int { return i.priority }) },
		func(a, b item) int {
			return cmp.Or(cmp.Compare(b.priority, a.priority), cmp.Compare(a.number, b.number))
		},
	},
}

// A queueModel is what such a queue is meant to be: a slice that is kept in order.
type queueModel struct {
	queue mailbox.Queue[item]
	order func(a, b item) int
	holds []item
	want  mailbox.Stats
}

func (m *queueModel) offer(t require.TestingT, priority int) {
	v := item{priority, int(m.want.Enqueued)}
	outcome, evicted := m.queue.Offer(v)
	require.Equal(t, mailbox.Accepted, outcome)
	require.Zero(t, evicted)
	at, _ := slices.BinarySearchFunc(m.holds, v, m.order)
	m.holds = slices.Insert(m.holds, at, v)
	m.want.Enqueued++
	m.want.MaxDepth = max(m.want.MaxDepth, len(m.holds))
}

func (m *queueModel) take(t require.TestingT) {
	got, ok := m.queue.Take()
	require.Equal(t, len(m.holds) > 0, ok)
	if ok {
		require.Equal(t, m.holds[0], got)
		m.holds = m.holds[1:]
		m.want.Dequeued++
	} else {
		require.Zero(t, got)
	}
}

func (m *queueModel) check(t require.TestingT) {
	m.want.Depth = len(m.holds)
	require.Equal(t, len(m.holds), m.queue.Len())
	require.Zero(t, m.queue.Cap())
	require.Nil(t, m.queue.C())
	got, want := m.queue.Stats(), m.want
	require.LessOrEqual(t, got.MaxDepth, want.MaxDepth)
	require.GreaterOrEqual(t, got.MaxDepth, want.MaxDepth-256, "a ring")
	want.MaxDepth = got.MaxDepth
	require.Equal(t, want, got)
}

// run takes a path of bursts: each byte offers up to some, or takes.
func (m *queueModel) run(t require.TestingT, path []byte) {
	for i, b := range path {
		n := 1 << (b >> 4 & 7)
		for range n*n/16 + n%7 {
			if b&1 == 0 {
				m.offer(t, int(b>>1)&3)
			} else {
				m.take(t)
			}
		}
		if i%3 == 0 {
			m.check(t)
		}
	}
	for range len(m.holds) {
		m.take(t)
	}
	m.take(t)
	m.check(t)
}

func TestQueueModel(t *testing.T) {
	for name, q := range unbounded {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				m := &queueModel{queue: q.make(), order: q.order}
				m.run(t, rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "path"))
			})
		})
	}
}

func FuzzQueueModel(f *testing.F) {
	f.Add(false, []byte{0, 0, 1, 1, 0x70, 0x71, 0x71, 0x60, 0x61, 0x71})
	f.Add(true, []byte{0, 2, 4, 6, 1, 0x46, 0x44, 0x42, 0x41, 0x71})
	f.Fuzz(func(t *testing.T, priority bool, path []byte) {
		q := unbounded["Unbounded"]
		if priority {
			q = unbounded["Priority"]
		}
		(&queueModel{queue: q.make(), order: q.order}).run(t, path[:min(len(path), 64)])
	})
}

// What a burst took is given back when it has been handled, also what the elements
// refer to.
func TestQueueGivesMemoryBack(t *testing.T) {
	for name, q := range map[string]mailbox.Queue[*[1 << 10]byte]{
		"Unbounded": new(mailbox.Unbounded[*[1 << 10]byte]),
		"Priority":  mailbox.NewPriority(func(*[1 << 10]byte) int { return 0 }),
	} {
		t.Run(name, func(t *testing.T) {
			before := heapInUse()
			for range 20000 {
				q.Offer(new([1 << 10]byte))
			}
			require.Greater(t, heapInUse()-before, 20000<<10)
			for range 20000 {
				_, ok := q.Take()
				require.True(t, ok)
			}
			assert.Less(t, heapInUse()-before, 100<<10)
			runtime.KeepAlive(q)
		})
	}
}

func heapInUse() int {
	runtime.GC()
	runtime.GC() // what the first has found free is swept now
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// A queue that is emptied again and again allocates nothing for its elements.
func TestQueueAllocations(t *testing.T) {
	for name, q := range unbounded {
		t.Run(name, func(t *testing.T) {
			queue := q.make()
			assert.Zero(t, testing.AllocsPerRun(10000, func() {
				for i := range 5 {
					queue.Offer(item{i, 0})
				}
				for range 6 {
					queue.Take()
				}
			}))
		})
	}
}

// Whatever producers do, each element arrives once, those of one producer in
// order, and no producer is left behind.
func TestQueueUnderStress(t *testing.T) {
	for name, q := range unbounded {
		for _, producers := range []int{1, 2, 4, 16} {
			t.Run(fmt.Sprint(name, " ", producers), func(t *testing.T) {
				const each = 20000
				queue := q.make()
				var wg sync.WaitGroup
				for p := range producers {
					wg.Go(func() {
						for i := range each {
							queue.Offer(item{0, p<<32 | i})
						}
					})
				}
				next := make([]int, producers)
				for taken := 0; taken < producers*each; {
					v, ok := queue.Take()
					if !ok {
						runtime.Gosched()
						continue
					}
					p, i := v.number>>32, v.number&(1<<32-1)
					if next[p] != i {
						require.Equal(t, next[p], i, "of producer %d", p)
					}
					next[p]++
					taken++
					if taken%1000 == 0 {
						s := queue.Stats()
						require.Equal(t, s.Enqueued, s.Dequeued+uint64(s.Depth))
						require.GreaterOrEqual(t, queue.Len(), 0)
					}
				}
				wg.Wait()
				assert.Zero(t, queue.Len())
			})
		}
	}
}
