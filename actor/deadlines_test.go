package actor

import (
	"container/heap"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each deadline is looked at when it has passed, in whatever order they were set, and
// none that was called off.
func TestDeadlinesPassInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d deadlines
		began := time.Now()
		all := make([]*incarnation, 6)
		for i, s := range []int{3, 1, 2, 5, 4, 6} {
			all[i] = &incarnation{ending: new(ending)}
			d.set(all[i], began.Add(time.Duration(s)*time.Second))
		}
		d.remove(all[2])
		d.remove(all[2])
		d.set(all[3], began.Add(time.Second/2))
		passed := func() []*incarnation {
			defer func() { d.timer.Stop() }() // the test looks in its place
			return d.passed()
		}
		d.timer.Stop()

		time.Sleep(time.Second)
		assert.Equal(t, []*incarnation{all[3], all[1]}, passed())
		time.Sleep(time.Second)
		assert.Empty(t, passed())
		time.Sleep(2 * time.Second)
		assert.Equal(t, []*incarnation{all[0], all[4]}, passed())
		d.remove(all[5])
		time.Sleep(time.Hour)
		assert.Empty(t, passed())
		assert.Empty(t, d.all)
		assert.Nil(t, d.all[:1][0], "nothing that is over is kept")
	})
}

// Each knows its place among the others, whatever has come and gone.
func TestDeadlinesKnowTheirPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d deadlines
		random := rand.New(rand.NewPCG(1, 2))
		began := time.Now()
		all := make([]*incarnation, 100)
		for range 2000 {
			n := random.IntN(len(all))
			if all[n] == nil {
				all[n] = &incarnation{ending: new(ending)}
			}
			if random.IntN(3) == 0 {
				d.remove(all[n])
				assert.Zero(t, all[n].due.place)
			} else {
				d.set(all[n], began.Add(time.Hour+time.Duration(random.IntN(1000))*time.Second))
			}
			for i, x := range d.all {
				require.Equal(t, i+1, x.due.place)
			}
		}
		d.timer.Stop()
		last := time.Duration(0)
		for len(d.all) > 0 {
			first, _ := heap.Pop(&d.all).(*incarnation)
			require.GreaterOrEqual(t, first.due.at, last)
			last = first.due.at
		}
	})
}

// Times count from one moment, however late a deadline is set.
func TestDeadlinesSetLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d deadlines
		began := time.Now()
		first, second := &incarnation{ending: new(ending)}, &incarnation{ending: new(ending)}
		d.set(first, began.Add(3*time.Second))
		time.Sleep(time.Second)
		d.set(second, began.Add(4*time.Second))
		d.timer.Stop()
		time.Sleep(2 * time.Second)
		assert.Equal(t, []*incarnation{first}, d.passed())
		d.timer.Stop()
	})
}
