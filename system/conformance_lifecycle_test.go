package system_test

import (
	"context"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/supervision/pool"
)

func lifeCycle() []scenario {
	return []scenario{parts("LC-03",
		live("dead letters do not feed themselves", deadLettersDoNotFeedThemselves),
		live("a pool ends with its last worker", poolEndsWithItsLastWorker),
		live("work goes to another worker", workGoesToAnother),
	)}
}

// What waits when an actor ends is dead letters. The one who is told of them
// writes to the same actor, and makes no more of them.
func deadLettersDoNotFeedThemselves(s *stage) {
	var self actor.Ref[string]
	var told []error
	begun := make(chan struct{})
	p := actor.New(actor.Spec[string]{
		Name: "a",
		New: actor.Make(func() actor.Func[string] {
			return func(ctx context.Context, _ string) error {
				close(begun)
				<-ctx.Done() // until it is asked to stop
				return nil
			}
		}),
		DeadLetters: func(l actor.DeadLetter[string]) { told = append(told, self.TrySend("lost: "+l.Msg)) },
	})
	self = p.Ref
	s.start(supervision.Spec{})
	require.NoError(s, supervision.StartChild(s.ctx, s.root(), supervision.Child{Process: p}))
	for _, msg := range []string{"in hand", "1", "2", "3"} {
		require.NoError(s, p.Send(s.ctx, msg))
	}
	<-begun
	require.NoError(s, supervision.TerminateChild(s.ctx, s.root(), "a"))
	synctest.Wait()
	require.Len(s, told, 3)
	for _, err := range told {
		assert.ErrorIs(s, err, actor.ErrStopped)
	}
	assert.Equal(s, map[actor.DropReason]uint64{actor.ReasonStopped: 3}, s.sys.DeadLetters().Counts)
}

// Of four workers one dies: the others get everything. The last one takes the
// pool along.
func poolEndsWithItsLastWorker(s *stage) {
	handled := make(map[string]int)
	workers := pool.New(pool.Spec[error]{
		Name: "workers", Size: 4,
		Worker: hands(func(name string, msg error) error {
			handled[name]++
			return msg
		}),
		Supervisor: supervision.Spec{
			AutoShutdown: supervision.AllSignificant,
			Defaults:     supervision.Defaults{Restart: supervision.Temporary},
		},
	})
	s.start(supervision.Spec{})
	child := supervision.Child{Process: workers.Supervisor, Restart: supervision.Transient}
	require.NoError(s, supervision.StartChild(s.ctx, s.root(), child))
	for left := 3; left >= 0; left-- {
		require.NoError(s, workers.Send(s.ctx, errBoom))
		synctest.Wait()
		require.Equal(s, left, workers.Size())
		clear(handled)
		for range 12 {
			if err := workers.Send(s.ctx, nil); left > 0 {
				require.NoError(s, err)
			} else {
				require.ErrorIs(s, err, actor.ErrStopped)
			}
			synctest.Wait()
		}
		require.Len(s, handled, left)
		for name, n := range handled {
			assert.Equal(s, 12/left, n, name)
		}
	}
	<-workers.Supervisor.Done()
	assert.Zero(s, s.sys.DeadLetters().Total())
}

// Work that was not finished is given to another worker, once.
func workGoesToAnother(s *stage) {
	var by []string
	workers := pool.New(pool.Spec[error]{
		Name: "workers", Size: 2, Route: pool.Pull,
		Worker: hands(func(name string, _ error) error {
			if by = append(by, name); len(by) == 1 {
				return errBoom
			}
			return nil
		}),
		Supervisor: supervision.Spec{Defaults: supervision.Defaults{Restart: supervision.Temporary}},
	})
	s.start(supervision.Spec{})
	require.NoError(s, supervision.StartChild(s.ctx, s.root(), supervision.Child{Process: workers.Supervisor}))
	require.NoError(s, workers.Send(s.ctx, nil))
	synctest.Wait()
	require.Len(s, by, 2)
	assert.NotEqual(s, by[0], by[1])
	assert.Zero(s, s.sys.DeadLetters().Total())
}

// hands declares workers that do what handle does, which is told who they are.
func hands(handle func(name string, msg error) error) actor.Spec[error] {
	return actor.Spec[error]{New: func(_ context.Context, self *actor.Self[error]) (actor.Actor[error], error) {
		return actor.Func[error](func(_ context.Context, msg error) error { return handle(self.Name(), msg) }), nil
	}}
}
