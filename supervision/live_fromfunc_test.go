package supervision_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// What a function returns is how its child ends; it is called anew at every
// start.
func TestLiveFromFunc(t *testing.T) {
	for name, c := range map[string]struct {
		end      func(context.Context) error
		restarts bool // of a transient child
		want     error
	}{
		"nil":      {end: func(context.Context) error { return nil }},
		"stop":     {end: func(context.Context) error { return fmt.Errorf("done: %w", actor.ErrStop) }},
		"shutdown": {end: func(context.Context) error { return actor.ErrShutdown }},
		"error":    {end: func(context.Context) error { return errLive }, restarts: true, want: errLive},
		"canceled": {end: func(context.Context) error { return context.Canceled }, restarts: true, want: context.Canceled},
		"panic":    {end: func(context.Context) error { panic(errLive) }, restarts: true, want: errLive},
		"goexit":   {end: func(context.Context) error { runtime.Goexit(); return nil }, restarts: true, want: actor.ErrGoexit},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				f := supervision.FromFunc("f", func(ctx context.Context) error {
					if calls++; calls == 1 {
						return c.end(ctx)
					}
					<-ctx.Done()
					return nil
				})
				sup := liveStart(t, supervision.New(supervision.Spec{
					Name: "sup", Children: []supervision.Child{{Process: f, Restart: supervision.Transient}},
				}))
				synctest.Wait()
				info, err := supervision.Lookup(context.Background(), sup.Ref, "f")
				require.NoError(t, err)
				assert.Equal(t, "Func", info.Type)
				if c.restarts {
					assert.Equal(t, 2, calls)
					assert.Equal(t, supervision.StateRunning, info.State)
					assert.ErrorIs(t, info.LastError, c.want)
				} else {
					assert.Equal(t, 1, calls)
					assert.Equal(t, supervision.StateStopped, info.State)
				}
				assert.NoError(t, sup.stop().Err)
			})
		})
	}
}

// A function that is stopped sees it at once, with the cause, and has its time
// to finish.
func TestLiveFromFuncStops(t *testing.T) {
	for name, end := range map[string]func(context.Context) error{
		"nil":   func(context.Context) error { return nil },
		"err":   func(ctx context.Context) error { return ctx.Err() },
		"cause": context.Cause,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := supervision.FromFunc("f", func(ctx context.Context) error {
					<-ctx.Done()
					assert.ErrorIs(t, context.Cause(ctx), actor.ErrShutdown)
					time.Sleep(time.Second)
					return end(ctx)
				})
				sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(f)}))
				synctest.Wait()
				began := time.Now()
				assert.NoError(t, sup.stop().Err)
				assert.Equal(t, time.Second, time.Since(began))
			})
		})
	}
	t.Run("error of its own", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := supervision.FromFunc("f", func(ctx context.Context) error { <-ctx.Done(); return errLive })
			sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(f)}))
			synctest.Wait()
			exit := sup.stop()
			assert.Equal(t, actor.Shutdown, exit.Kind)
			assert.ErrorIs(t, exit.Err, errLive)
		})
	})
}

// One that does not return in time is abandoned, and named; its successor is
// not disturbed by it.
func TestLiveFromFuncHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		release := make(chan struct{})
		calls := 0
		f := supervision.FromFunc("f", func(ctx context.Context) error {
			if calls++; calls == 1 {
				<-release
				return errLive
			}
			<-ctx.Done()
			return nil
		})
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(f)}))
		synctest.Wait()
		began := time.Now()
		require.NoError(t, supervision.TerminateChild(ctx, sup.Ref, "f"))
		assert.Equal(t, 5*time.Second, time.Since(began))
		info, err := supervision.Lookup(ctx, sup.Ref, "f")
		require.NoError(t, err)
		var left *actor.AbandonedError
		require.ErrorAs(t, info.LastError, &left)
		assert.Equal(t, "/sup/f", left.Path)
		require.NoError(t, supervision.RestartChild(ctx, sup.Ref, "f"))
		close(release)
		synctest.Wait()
		assert.Equal(t, 2, calls)
		assert.Equal(t, supervision.StateRunning, sup.state(t, "f"))
		assert.NoError(t, sup.stop().Err)
	})
}

func TestLiveFromFuncInvalid(t *testing.T) {
	for _, f := range []actor.Child{
		supervision.FromFunc("f", nil),
		supervision.FromFunc("", func(context.Context) error { return nil }),
		supervision.FromServer("s", nil),
	} {
		err := supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(f)}).Validate()
		require.ErrorIs(t, err, supervision.ErrInvalidSpec)
	}
}
