package actor

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
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
