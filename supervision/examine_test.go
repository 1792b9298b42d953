package supervision

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/understudy-go/understudy/actor"
)

// answers collects what is reported.
type answers struct {
	last atomic.Value
	n    atomic.Int32
}

func (a *answers) report(h actor.Health) {
	a.last.Store(h)
	a.n.Add(1)
}

// As long as a call has not returned no other one is made (R15).
func TestR15ExaminerAsksOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		var got answers
		e := &examiner{ask: func(ctx context.Context) actor.Health {
			calls.Add(1)
			<-ctx.Done() // and longer
			time.Sleep(time.Second)
			return actor.Degraded("late")
		}}
		for range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			e.Check(ctx, got.report) // does not block
			time.Sleep(200 * time.Millisecond)
		}
		assert.EqualValues(t, 1, calls.Load())
		assert.Zero(t, got.n.Load(), "who is busy gives no answer")
		time.Sleep(time.Second)
		assert.EqualValues(t, 1, got.n.Load(), "a late one is given all the same")
		assert.Equal(t, actor.Degraded("late"), got.last.Load())

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		e.Check(ctx, got.report)
		time.Sleep(2 * time.Second)
		assert.EqualValues(t, 2, calls.Load(), "who is back is asked again")
		assert.EqualValues(t, 2, got.n.Load())
	}) // which also sees that no goroutine is left
}

// A panic is a failed check, with a bounded text, and the next one is made.
func TestR15ExaminerPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got answers
		e := &examiner{ask: func(context.Context) actor.Health { panic(strings.Repeat("x", 1000)) }}
		for i := range 2 {
			e.Check(t.Context(), got.report)
			synctest.Wait()
			assert.EqualValues(t, i+1, got.n.Load())
			assert.Equal(t, actor.Failed("panicked: "+strings.Repeat("x", 200)), got.last.Load())
		}
	})
}

// The check of the spec goes before the child's own; what has none is well.
func TestR15WhoIsAsked(t *testing.T) {
	asked := &open{bare{"a"}}
	assert.Nil(t, (*HealthCheck)(nil).checker(asked))
	assert.Same(t, asked, (&HealthCheck{}).checker(asked))
	assert.Nil(t, (&HealthCheck{}).checker(&bare{"b"}))
	assert.IsType(t, &examiner{}, (&HealthCheck{Check: func(context.Context) actor.Health { return actor.Healthy }}).checker(asked))
}

// A worker answers for the function or the server that it runs, also before it
// does.
func TestR15WorkersAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, child := range []actor.Child{
			FromFunc("f", func(context.Context) error { return nil }),
			FromServer("s", func() (Server, error) { return nil, ErrRunning }),
		} {
			var got answers
			checker, ok := child.(actor.Checker)
			assert.True(t, ok)
			checker.Check(t.Context(), got.report)
			synctest.Wait()
			assert.Equal(t, actor.Healthy, got.last.Load())
		}
	})
}
