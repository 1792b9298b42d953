package monitoring

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// task is a job for tests.
type task struct {
	work func() bool
	gone *atomic.Int64
}

func (t task) do() bool { return t.work() }
func (t task) lost()    { t.gone.Add(1) }

func TestLaneDoesJobsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := lane{size: 100}
		var got []int
		var gone atomic.Int64
		for i := range 100 {
			l.put(task{func() bool { got = append(got, i); return i%2 == 0 }, &gone})
		}
		synctest.Wait()
		for i := range got {
			assert.Equal(t, i, got[i])
		}
		assert.Len(t, got, 100)
		assert.EqualValues(t, 50, gone.Load(), "those that said they were not done")
		assert.Nil(t, l.busy())
	})
}

func TestLaneIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := lane{size: 3}
		var gone, done atomic.Int64
		for range 10 {
			l.put(task{func() bool { time.Sleep(time.Second); done.Add(1); return true }, &gone})
			synctest.Wait()
		}
		assert.EqualValues(t, 7, gone.Load(), "one in progress counts, too")
		time.Sleep(time.Second)
		synctest.Wait()
		l.put(task{func() bool { done.Add(1); return true }, &gone})
		assert.EqualValues(t, 7, gone.Load(), "there was room again")
		<-l.busy()
		assert.EqualValues(t, 4, done.Load())
	})
}

// A job that panics or ends the goroutine takes no other with it, and whoever
// waits for the lane to rest still sees it rest.
func TestLaneSurvivesItsJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := lane{size: 10}
		var gone atomic.Int64
		done := 0
		for range 3 {
			l.put(task{func() bool { panic("job") }, &gone})
			l.put(task{func() bool { runtime.Goexit(); return true }, &gone})
			l.put(task{func() bool { done++; return true }, &gone})
		}
		<-l.busy()
		assert.Equal(t, 3, done)
		assert.EqualValues(t, 6, gone.Load())
		assert.Zero(t, l.taken)
		assert.Nil(t, l.busy())
	})
}

// A lane that is never empty does not grow.
func TestLaneThatNeverRestsStaysSmall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := lane{size: 8}
		var gone atomic.Int64
		for range 1000 {
			for range 2 {
				l.put(task{func() bool { time.Sleep(time.Second); return true }, &gone})
			}
			time.Sleep(time.Second)
		}
		l.mu.Lock()
		assert.LessOrEqual(t, cap(l.jobs), 4*l.size)
		l.mu.Unlock()
		<-l.busy()
	})
}

// From many goroutines, each job is done or lost, and the lane comes to rest.
func TestLaneUnderStress(t *testing.T) {
	l := lane{size: 16}
	var done, gone atomic.Int64
	var wg sync.WaitGroup
	const writers, jobs = 8, 2000
	for range writers {
		wg.Go(func() {
			for i := range jobs {
				l.put(task{func() bool { done.Add(1); return true }, &gone})
				if i%64 == 0 {
					runtime.Gosched()
				}
			}
		})
	}
	wg.Wait()
	if busy := l.busy(); busy != nil {
		<-busy
	}
	assert.EqualValues(t, writers*jobs, done.Load()+gone.Load())
}

// The same for all that a Telemetry does.
func TestTelemetryUnderStress(t *testing.T) {
	var memory Memory[SupervisionEvent]
	s := newStage(t, func(c *TelemetryConfig) {
		c.Monitors.Supervision, c.Queue, c.IncidentsPerSecond = &memory, 32, 1e6
		c.Monitors.Actor = faulty[ActorEvent]{new(Memory[ActorEvent]), func() {}}
	})
	ctx, root := s.rec.Start(context.Background(), "request")
	var wg sync.WaitGroup
	const writers, rounds = 4, 100
	for range writers {
		wg.Go(func() {
			for range rounds {
				s.everything(ctx)
				memory.Snapshot()
			}
		})
	}
	wg.Wait()
	s.flush(t)
	root.End()
	assert.EqualValues(t, writers*rounds, memory.Snapshot().Counts.Total())
	assert.Equal(t, writers*rounds, len(s.rec.Named("supervise worker-1"))+int(s.Drops().Incidents))
	assert.Equal(t, s.Dropped(), s.Drops().Incidents+s.Drops().Spans+s.Drops().Logs+s.Drops().Events)
}

func TestBucket(t *testing.T) {
	b := newBucket(2, 3)
	at := time.Now()
	take := func(after time.Duration) int {
		at = at.Add(after)
		n := 0
		for b.take(at) {
			n++
		}
		return n
	}
	assert.Equal(t, 3, take(0))
	assert.Equal(t, 0, take(499*time.Millisecond))
	assert.Equal(t, 1, take(time.Millisecond))
	assert.Equal(t, 2, take(time.Second))
	assert.Equal(t, 0, take(-time.Hour), "time that runs backwards gives nothing")
	assert.Equal(t, 3, take(2*time.Hour))
}
