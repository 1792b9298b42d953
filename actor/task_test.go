package actor

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// result has a task's result noted.
func (p *probe) result(n int, err error) do { return p.adds(fmt.Sprint(n, " ", err)) }

// takes is a task that takes a while, unless its context ends before.
func takes(d time.Duration) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		select {
		case <-time.After(d):
			return int(d / time.Second), nil
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
}

// deaf is a task that does not heed its context.
func deaf(context.Context) (int, error) {
	time.Sleep(time.Hour)
	return 1, nil
}

func TestTaskGivesItsResult(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p := newParent(t)
		Async(p.self, takes(2*time.Second), log.result)
		Async(p.self, takes(time.Second), log.result)
		Async(p.self, func(context.Context) (int, error) { return 0, errBoom }, log.result)
		require.NoError(t, p.Send(ctx, nothing))
		pass(time.Minute)
		assert.Equal(t, []string{"0 boom", "1 <nil>", "2 <nil>"}, log.take())
		assert.Zero(t, p.Process.inc.kids.count)
		assert.Empty(t, p.Process.inc.kids.others)
		assert.Empty(t, p.Process.inc.kids.kept)
		end(p.Process, p.h)
	})
}

func TestTaskResultComesAheadOfTheMailbox(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p := newParent(t)
		release := block(t, p.Process)
		require.NoError(t, p.Send(ctx, log.adds("message")))
		Async(p.self, takes(time.Second), log.result)
		pass(time.Minute)
		release()
		synctest.Wait()
		assert.Equal(t, []string{"1 <nil>", "message"}, log.take())
		end(p.Process, p.h)
	})
}

func TestTaskThatIsCancelledGivesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p := newParent(t)
		var cause error
		running := Async(p.self, func(ctx context.Context) (int, error) {
			<-ctx.Done()
			cause = context.Cause(ctx)
			return 1, nil
		}, log.result)
		running.Cancel()
		running.Cancel()
		queued := Async(p.self, takes(time.Second), log.result)
		require.NoError(t, p.Send(ctx, func(context.Context) error {
			time.Sleep(time.Minute) // the result is in the lane meanwhile
			queued.Cancel()
			return nil
		}))
		pass(time.Hour)
		assert.Empty(t, log.take())
		require.ErrorIs(t, cause, context.Canceled)
		end(p.Process, p.h)
	})
}

func TestG3TroubleInATaskIsTheActors(t *testing.T) {
	for want, f := range map[Kind]func(context.Context) (int, error){
		Panic:  func(context.Context) (int, error) { panic(errBoom) },
		Goexit: func(context.Context) (int, error) { runtime.Goexit(); return 0, nil },
	} {
		bubble(t, func(t *testing.T, _ context.Context) {
			var log probe
			p := newParent(t)
			Async(p.self, f, log.result)
			exit := <-p.h.ended
			assert.Equal(t, want, exit.Kind)
			assert.Empty(t, exit.Message)
			assert.EqualValues(t, 1, exit.Incarnation)
			if e, ok := errors.AsType[*PanicError](exit.Err); ok {
				assert.Contains(t, e.Stack(), "TestG3TroubleInATaskIsTheActors")
				assert.ErrorIs(t, e, errBoom)
			}
			assert.Empty(t, log.take())
			retire(p.Process)
		})
	}
}

func TestR16TroubleInATaskMayBePassedOver(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var self *Self[do]
		p := doer("p", withSelf(&self))
		h := newHost()
		p.Start(ctx, resumes{h})
		require.NoError(t, <-h.started)
		Async(self, func(context.Context) (int, error) { panic(errBoom) }, func(int, error) do { return nothing })
		synctest.Wait()
		assert.EqualValues(t, 1, p.Incarnation())
		require.NoError(t, p.Send(ctx, nothing))
		assert.Equal(t, Shutdown, end(p, h).Kind)
	})
}

func TestL4TheEndWaitsForTasks(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		var self *Self[do]
		from := time.Now()
		p := doer("p", func(s *Spec[do]) {
			s.New = func(_ context.Context, me *Self[do]) (Actor[do], error) {
				self = me
				return hooked{hook: func(context.Context, Exit) error { return log.at(from, "hook", 0)(ctx) }}, nil
			}
		})
		h := start(t, p)
		Async(self, func(ctx context.Context) (int, error) {
			<-ctx.Done()
			time.Sleep(time.Second) // cleans up
			log.add("cleaned up: " + context.Cause(ctx).Error())
			return 1, nil
		}, log.result)
		synctest.Wait()
		exit := end(p, h)
		assert.Equal(t, Shutdown, exit.Kind)
		require.NoError(t, exit.Err)
		assert.Equal(t, []string{"cleaned up: actor: shutdown", "hook@1s"}, log.take())
	})
}

func TestL4TasksEndLastFirstAmongTheChildren(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		var log probe
		p, c := newParent(t), doer("c", log.hook("c"))
		p.start(t, c)
		Async(p.self, func(ctx context.Context) (int, error) {
			<-ctx.Done()
			time.Sleep(time.Second)
			log.add("task")
			return 0, nil
		}, log.result)
		synctest.Wait()
		end(p.Process, p.h)
		assert.Equal(t, []string{"task", "c shutdown"}, log.take())
	})
}

func TestG1TaskThatHangsIsAbandonedAndNamed(t *testing.T) {
	for name, within := range map[string]time.Duration{"in time": 8 * time.Second, "at once": 0, "by itself": -1} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				var log probe
				p := newParent(t)
				Async(p.self, deaf, log.result)
				synctest.Wait()
				from := time.Now()
				if within < 0 {
					require.NoError(t, p.Send(ctx, fails))
				} else {
					p.Stop(within)
				}
				exit := <-p.h.ended
				assert.LessOrEqual(t, time.Since(from), max(within, stopChild))
				assert.Equal(t, Abandoned, exit.Kind)
				left, ok := errors.AsType[*AbandonedError](exit.Err)
				require.True(t, ok)
				assert.Equal(t, "running a task", left.State)
				assert.Contains(t, left.Message, "actor.deaf")
				assert.EqualValues(t, 1, left.Incarnation)
				assert.Contains(t, left.Error(), "still running a task github.com/understudy-go/understudy/actor.deaf after")
				again(t, p.Process, p.h)
				pass(2 * time.Hour)
				assert.Empty(t, log.take(), "its result has no effect")
				end(p.Process, p.h)
			})
		})
	}
}

func TestG1AnAbandonedTaskIsFenced(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p, other := newParent(t), doer("other", withCapacity(1))
		h := start(t, other)
		release := block(t, other)
		require.NoError(t, other.Send(ctx, nothing)) // now it is full
		sends, waits := make(chan error, 2), make(chan error, 1)
		Async(p.self, func(ctx context.Context) (int, error) {
			go func() { waits <- other.Send(context.WithoutCancel(ctx), nothing) }()
			time.Sleep(time.Hour)
			sends <- other.Send(context.WithoutCancel(ctx), nothing)
			_, err := call(context.WithoutCancel(ctx), other, func(context.Context) int { return 1 })
			sends <- err
			return 0, nil
		}, func(int, error) do { return nothing })
		synctest.Wait()
		p.Stop(time.Second)
		<-p.h.ended
		require.ErrorIs(t, <-waits, ErrAbandoned, "also what waits already")
		release()
		require.ErrorIs(t, <-sends, ErrAbandoned)
		require.ErrorIs(t, <-sends, ErrAbandoned)
		retire(p.Process)
		end(other, h)
	})
}

// A task is no handler: it holds up no message, so that it may ask its own actor.
func TestL10TaskMayAskItsActor(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		var log probe
		p := newParent(t)
		release := block(t, p.Process)
		Async(p.self, func(ctx context.Context) (int, error) {
			assert.Equal(t, "parent", Caller(ctx)[1:])
			return call(ctx, p.Process, func(context.Context) int { return 7 })
		}, log.result)
		synctest.Wait()
		release()
		synctest.Wait()
		assert.Equal(t, []string{"7 <nil>"}, log.take())
		Async(p.self, func(ctx context.Context) (int, error) {
			_, err := Await(ctx, p.Ref)
			return 0, err
		}, log.result)
		synctest.Wait()
		assert.Equal(t, []string{"0 actor: deadlock: /parent → /parent"}, log.take(), "but its end waits for the task")
		end(p.Process, p.h)
	})
}

func TestTasksBelongToTheIncarnation(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p := newParent(t)
		old := p.self
		Async(old, takes(time.Minute), log.result)
		require.NoError(t, p.Send(ctx, fails))
		assert.Equal(t, errBoom, (<-p.h.ended).Err, "a task that ends in order adds nothing")
		again(t, p.Process, p.h)
		Async(old, takes(time.Second), log.result).Cancel()
		pass(time.Hour)
		assert.Empty(t, log.take())
		end(p.Process, p.h)
	})
}

func TestTaskOfARenewedIncarnation(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		var self *Self[do]
		p := doer("p", withSelf(&self))
		h := newHost()
		p.Start(ctx, renews{h})
		require.NoError(t, <-h.started)
		Async(self, takes(time.Minute), log.result)
		Async(self, func(context.Context) (int, error) { time.Sleep(time.Second); panic("late") }, log.result)
		Async(self, deaf, log.result)
		synctest.Wait()
		require.NoError(t, p.Send(ctx, fails))
		synctest.Wait()
		assert.EqualValues(t, 2, p.Incarnation())
		pass(time.Minute)
		assert.EqualValues(t, 2, p.Incarnation(), "the panic is nobody's any more")
		exit := end(p, h)
		assert.Equal(t, Abandoned, exit.Kind, "the next end waits for it")
		assert.Empty(t, log.take())
		pass(time.Hour)
	})
}

func TestL5TroubleInATaskAtTheEndIsJoined(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		p := newParent(t)
		Async(p.self, func(ctx context.Context) (int, error) {
			<-ctx.Done()
			panic(errBoom)
		}, func(int, error) do { return nothing })
		synctest.Wait()
		exit := end(p.Process, p.h)
		assert.Equal(t, Shutdown, exit.Kind)
		assert.ErrorIs(t, exit.Err, errBoom)
	})
}

func TestTaskStartedByNew(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		var log probe
		p := doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
			Async(self, func(context.Context) (int, error) { return 1, nil }, log.result)
			time.Sleep(time.Second)
			return plain{}, nil
		}))
		h := start(t, p)
		synctest.Wait()
		assert.Equal(t, []string{"1 <nil>"}, log.take())
		end(p, h)
	})
}

func TestL9WhoRunsATaskDoesNotPassivate(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		from := time.Now()
		p := newParent(t)
		p.self.Passivate(time.Second)
		Async(p.self, takes(89500*time.Millisecond), func(int, error) do { return nothing })
		assert.Equal(t, Normal, (<-p.h.ended).Kind)
		assert.Equal(t, 90*time.Second, time.Since(from))
		retire(p.Process)
	})
}
