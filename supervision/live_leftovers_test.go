package supervision_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// A supervisor that lives for long keeps nothing of the checks and the delays
// that are over: neither timers nor contexts.
func TestLiveNothingIsLeftOfTimers(t *testing.T) {
	const rounds = 20_000
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		a := liveNew("a")
		sup := liveStart(t, supervision.New(supervision.Spec{
			Name: "sup", Children: []supervision.Child{{Process: a, Health: &supervision.HealthCheck{
				Interval: time.Second, Timeout: 24 * time.Hour,
				Check: func(context.Context) actor.Health {
					asked++
					return actor.Healthy
				},
			}}, {Process: liveNew("b"), Health: &supervision.HealthCheck{
				Interval: time.Second / 2, Timeout: time.Second / 2, Threshold: 2 * rounds,
				Check: func(ctx context.Context) actor.Health {
					<-ctx.Done()
					return actor.Healthy // too late
				},
			}}},
		}))
		time.Sleep(10*time.Second + 1)
		before := heap()
		time.Sleep(rounds * time.Second)
		synctest.Wait()
		require.InDelta(t, rounds+10, asked, 1)
		// A timer or a context that is kept takes more than 100 bytes.
		assert.Less(t, heap(), before+rounds*100/2)
		assert.NoError(t, sup.stop().Err)
	})
}

// heap is what is in use when garbage has been collected.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
