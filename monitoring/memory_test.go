package monitoring

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

// mark is an event for tests.
type mark struct {
	severity Severity
	number   int
}

func (m mark) Severity() Severity { return m.severity }

func numbers(s Snapshot[mark]) []int {
	out := []int{}
	for _, m := range s.Recent {
		out = append(out, m.number)
	}
	return out
}

func TestMemoryCountsBySeverityFromInfoOn(t *testing.T) {
	var m Memory[mark]
	for i, s := range []Severity{Trace, Debug, Info, Warning, Warning, Error, Critical, 77} {
		m.Record(mark{s, i})
	}
	got := m.Snapshot()
	assert.Equal(t, []int{2, 3, 4, 5, 6, 7}, numbers(got))
	assert.Zero(t, got.Counts.Of(Debug))
	assert.EqualValues(t, 1, got.Counts.Of(Info))
	assert.EqualValues(t, 2, got.Counts.Of(Warning))
	assert.EqualValues(t, 2, got.Counts.Of(Critical), "what is above counts as critical")
	assert.EqualValues(t, 5, got.Counts.AtLeast(Warning))
	assert.EqualValues(t, 6, got.Counts.Total())
	assert.Zero(t, got.Counts.Of(99))
}

func TestMemoryFilterCanBeSet(t *testing.T) {
	all, few := Memory[mark]{Min: Trace}, Memory[mark]{Min: Error}
	for s := Trace; s <= Critical; s++ {
		all.Record(mark{severity: s})
		few.Record(mark{severity: s})
	}
	assert.EqualValues(t, 6, all.Snapshot().Counts.Total())
	assert.EqualValues(t, 2, few.Snapshot().Counts.Total())
}

func TestMemoryKeepsTheLatest(t *testing.T) {
	for _, tc := range []struct {
		history, events int
		want            []int
	}{
		{3, 0, []int{}},
		{3, 2, []int{0, 1}},
		{3, 3, []int{0, 1, 2}},
		{3, 4, []int{1, 2, 3}},
		{3, 8, []int{5, 6, 7}},
		{1, 3, []int{2}},
		{-1, 3, []int{}},
	} {
		m := Memory[mark]{History: tc.history}
		for i := range tc.events {
			m.Record(mark{Info, i})
		}
		assert.Equal(t, tc.want, numbers(m.Snapshot()), "%d of %d", tc.history, tc.events)
		assert.EqualValues(t, tc.events, m.Snapshot().Counts.Total())
	}
}

func TestMemoryKeepsAThousandByDefault(t *testing.T) {
	var m Memory[mark]
	for i := range 1500 {
		m.Record(mark{Info, i})
	}
	got := numbers(m.Snapshot())
	assert.Len(t, got, 1000)
	assert.Equal(t, 500, got[0])
	assert.Equal(t, 1499, got[999])
}

func TestMemoryCanBeSwitchedOffAndReset(t *testing.T) {
	var m Memory[mark]
	assert.True(t, m.Enabled())
	m.Record(mark{Info, 1})
	m.SetEnabled(false)
	m.Record(mark{Info, 2})
	assert.False(t, m.Enabled())
	assert.Equal(t, []int{1}, numbers(m.Snapshot()), "what was recorded stays")
	m.Reset()
	assert.Zero(t, m.Snapshot().Counts.Total())
	assert.Empty(t, m.Snapshot().Recent)
	m.SetEnabled(true)
	m.Record(mark{Info, 3})
	assert.Equal(t, []int{3}, numbers(m.Snapshot()))
}

func TestMemorySnapshotIsTheCallersOwn(t *testing.T) {
	m := Memory[mark]{History: 2}
	m.Record(mark{Info, 1})
	s := m.Snapshot()
	s.Recent[0].number = 9
	m.Record(mark{Info, 2})
	m.Record(mark{Info, 3})
	assert.Equal(t, []int{2, 3}, numbers(m.Snapshot()))
	assert.Equal(t, []int{9}, numbers(s))
}

// A snapshot is one cut: the counts and the history tell of the same events,
// and the events of each goroutine are there without a gap.
func TestMemorySnapshotIsConsistent(t *testing.T) {
	const writers, events = 4, 300
	m := Memory[mark]{History: writers * events}
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range events {
				m.Record(mark{Info + Severity(w), i})
			}
		})
	}
	check := func() bool {
		s := m.Snapshot()
		next := make(map[Severity]int)
		for _, e := range s.Recent {
			if !assert.Equal(t, next[e.severity], e.number) {
				return true
			}
			next[e.severity]++
		}
		for sev := range s.Counts {
			assert.EqualValues(t, next[Severity(sev)], s.Counts[sev])
		}
		return len(s.Recent) == writers*events
	}
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for range 50 {
				check()
			}
		})
	}
	wg.Wait()
	readers.Wait()
	assert.True(t, check())
}

func TestNoopRecordsNothing(t *testing.T) {
	var m Monitor[mark] = Noop[mark]{}
	m.Record(mark{Critical, 1})
	m.Reset()
	assert.Zero(t, m.Snapshot().Counts.Total())
	assert.Zero(t, testing.AllocsPerRun(100, func() { Noop[mark]{}.Record(mark{Critical, 1}) }))
}
