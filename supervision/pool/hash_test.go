package pool

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

const keys = 20_000

// owners says which worker of a pool of n has each key.
func owners(set []*worker[note]) []int {
	of := make([]int, keys)
	for i := range of {
		of[i] = heaviest(set, hash(fmt.Sprint("key-", i))).number
	}
	return of
}

// declared are workers that never run.
func declared(numbers ...int) (set []*worker[note]) {
	for _, n := range numbers {
		set = append(set, &worker[note]{Process: actor.New(new(book).worker()), number: n})
	}
	return set
}

func TestKeysAreSpreadEvenly(t *testing.T) {
	const n = 8
	count := make(map[int]int)
	for _, number := range owners(declared(1, 2, 3, 4, 5, 6, 7, 8)) {
		count[number]++
	}
	for number := 1; number <= n; number++ {
		assert.InEpsilon(t, keys/n, count[number], 0.1, number)
	}
}

func TestFewKeysMoveWhenAPoolChanges(t *testing.T) {
	nine, eight := declared(1, 2, 3, 4, 5, 6, 7, 8, 9), declared(1, 2, 3, 4, 5, 6, 7, 8)
	before, after := owners(nine), owners(eight)
	moved := 0
	for i := range before {
		if before[i] == 9 {
			moved++
		} else {
			require.Equal(t, before[i], after[i], "a key of a worker that stays")
		}
	}
	assert.InEpsilon(t, keys/9, moved, 0.1)

	// A worker from the midst takes no more along than its own keys, and those go
	// to all that are left.
	gone := owners(declared(1, 2, 3, 5, 6, 7, 8))
	heirs := make(map[int]int)
	for i := range after {
		if after[i] == 4 {
			heirs[gone[i]]++
		} else {
			require.Equal(t, after[i], gone[i])
		}
	}
	assert.Len(t, heirs, 7)
}

func TestKeysAreTheSameEverywhere(t *testing.T) {
	// The values that FNV-1a is specified with.
	assert.Equal(t, uint64(0xcbf29ce484222325), hash(""))
	assert.Equal(t, uint64(0x85944171f73967e8), hash("foobar"))
	set := declared(1, 2, 3, 4)
	var got []int
	for _, key := range []string{"ann", "bernard", "carla", "dora", "emil", "fanny"} {
		got = append(got, heaviest(set, hash(key)).number)
	}
	assert.Equal(t, []int{1, 4, 2, 3, 3, 1}, got)
}

func TestAKeyStaysWithItsWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		s := b.spec(4, ByKey)
		s.Supervisor.Defaults.Backoff = &supervision.Backoff{Base: time.Minute}
		p, _ := start(t, s)
		for i := range 10 {
			do := fail
			if i != 4 {
				do = nil
			}
			require.NoError(t, p.Send(t.Context(), note{id: i, key: "ann", do: do}))
			synctest.Wait()
		}
		assert.Equal(t, []int{0, 1, 2, 3, 4}, b.ids(), "its worker is being restarted")
		time.Sleep(2 * time.Minute)
		assert.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, b.ids())
		assert.Len(t, b.by(), 1)
	})
}

func TestAKeyGoesToTheNextWhenItsWorkerHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(book)
		s := b.spec(4, ByKey)
		s.Supervisor.Defaults.Restart = supervision.Temporary
		p, _ := start(t, s)
		for i := range 3 {
			require.NoError(t, p.Send(t.Context(), note{id: i, key: "ann", do: fail}))
			synctest.Wait()
		}
		require.NoError(t, p.Send(t.Context(), note{id: 3, key: "ann"}))
		synctest.Wait()
		assert.Equal(t, []int{0, 1, 2, 3}, b.ids())
		assert.Len(t, b.by(), 4)
	})
}
