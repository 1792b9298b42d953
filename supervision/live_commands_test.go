package supervision_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
)

// AD-01: the life of a child by commands, with the error of each step.
func TestLiveAdministration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		a := liveNew("a")
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(a)}))

		err := supervision.StartChild(ctx, sup.Ref, supervision.Child{Process: liveNew("a")})
		require.ErrorIs(t, err, supervision.ErrAlreadyStarted)
		var child *supervision.ChildError
		require.ErrorAs(t, err, &child)
		assert.Same(t, a, child.Process)
		require.ErrorIs(t, supervision.RestartChild(ctx, sup.Ref, "a"), supervision.ErrRunning)
		require.ErrorIs(t, supervision.DeleteChild(ctx, sup.Ref, "a"), supervision.ErrRunning)
		require.NoError(t, supervision.TerminateChild(ctx, sup.Ref, "a"))
		require.NoError(t, supervision.TerminateChild(ctx, sup.Ref, "a"), "twice")
		assert.ErrorIs(t, a.TrySend(liveNothing), actor.ErrStopped)
		assert.Equal(t, supervision.StateStopped, sup.state(t, "a"))
		require.ErrorIs(t, supervision.StartChild(ctx, sup.Ref, supervision.Child{Process: a}), supervision.ErrAlreadyPresent)
		require.NoError(t, supervision.RestartChild(ctx, sup.Ref, "a"))
		require.NoError(t, liveCall(t, a, liveNothing))
		require.NoError(t, supervision.TerminateChild(ctx, sup.Ref, "a"))
		require.NoError(t, supervision.DeleteChild(ctx, sup.Ref, "a"))
		require.ErrorIs(t, supervision.RestartChild(ctx, sup.Ref, "a"), supervision.ErrNotFound)
		require.ErrorIs(t, supervision.DeleteChild(ctx, sup.Ref, "a"), actor.ErrNotFound)
		require.ErrorIs(t, supervision.TerminateChild(ctx, sup.Ref, "a"), supervision.ErrNotFound)
		_, err = supervision.Lookup(ctx, sup.Ref, "a")
		require.ErrorIs(t, err, supervision.ErrNotFound)
		require.ErrorAs(t, err, &child)
		assert.Equal(t, "/sup", child.Path)

		require.NoError(t, supervision.StartChild(ctx, sup.Ref, supervision.Child{ID: "other", Process: a}))
		info, err := supervision.Lookup(ctx, sup.Ref, "other")
		require.NoError(t, err)
		assert.Equal(t, "a", info.Name)
		assert.Equal(t, supervision.Permanent, info.Restart)
		assert.Equal(t, supervision.Graceful(5*time.Second), info.Shutdown)
		list, err := supervision.Children(ctx, sup.Ref)
		require.NoError(t, err)
		for range 2 { // it is a cut, to be gone through as often as one likes
			assert.Equal(t, []supervision.ChildInfo{info}, slices.Collect(list))
		}
		n, err := supervision.Count(ctx, sup.Ref)
		require.NoError(t, err)
		assert.Equal(t, supervision.Counts{Specs: 1, Active: 1, Workers: 1}, n)
		assert.NoError(t, sup.stop().Err)
		for _, op := range []func() error{
			func() error { return supervision.StartChild(ctx, sup.Ref, supervision.Child{Process: a}) },
			func() error { return supervision.TerminateChild(ctx, sup.Ref, "a") },
			func() error { _, err := supervision.Count(ctx, sup.Ref); return err },
		} {
			require.ErrorIs(t, op(), actor.ErrStopped)
		}
	})
}

// AD-06: who would wait for itself is told at once; supervisor and child are
// unharmed.
func TestLiveDeadlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := liveNew("a"), liveNew("b")
		sub := supervision.New(supervision.Spec{Name: "sub", Children: liveChildren(a)})
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(sub, b)}))
		began := time.Now()
		for _, c := range []struct {
			of actor.Ref[supervision.Message]
			id string
		}{{sub.Ref, "a"}, {sup.Ref, "sub"}} {
			err := liveCall(t, a, func(ctx context.Context) error {
				return supervision.TerminateChild(ctx, c.of, c.id)
			})
			require.ErrorIs(t, err, actor.ErrDeadlock, c.id)
			var refused *supervision.ChildError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, supervision.ChildError{Op: "terminate", Path: c.of.Path(), ID: c.id, Err: actor.ErrDeadlock}, *refused)
			// A deadline makes the context of an ask another one.
			err = liveCall(t, a, func(ctx context.Context) error {
				ctx, cancel := context.WithTimeout(ctx, time.Second)
				defer cancel()
				return supervision.TerminateChild(ctx, c.of, c.id)
			})
			require.ErrorIs(t, err, actor.ErrDeadlock, c.id)
		}
		assert.Zero(t, time.Since(began))
		require.NoError(t, liveCall(t, a, liveNothing))

		// What does not concern the caller is done, by handlers too.
		require.NoError(t, liveCall(t, a, func(ctx context.Context) error {
			return supervision.TerminateChild(ctx, sup.Ref, "b")
		}))
		require.NoError(t, liveCall(t, a, func(ctx context.Context) error {
			return supervision.RestartChild(ctx, sup.Ref, "b")
		}))
		require.ErrorIs(t, liveCall(t, a, func(ctx context.Context) error {
			return supervision.RestartChild(ctx, sub.Ref, "a")
		}), supervision.ErrRunning)
		require.NoError(t, liveCall(t, a, func(ctx context.Context) error {
			return supervision.StartChild(ctx, sub.Ref, supervision.Child{Process: liveNew("c")})
		}))
		// A name that only begins alike is another's.
		aa := liveNew("aa")
		require.NoError(t, supervision.StartChild(context.Background(), sub.Ref, supervision.Child{Process: aa}))
		require.NoError(t, liveCall(t, aa, func(ctx context.Context) error {
			return supervision.TerminateChild(ctx, sub.Ref, "a")
		}))
		assert.NoError(t, sup.stop().Err)
	})
}

// A constructor may use the supervisor that is starting it (AD-07).
func TestLiveCommandsDuringStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sup *actor.Process[supervision.Message]
		spec := liveSpec("a")
		made := spec.New
		spec.New = func(ctx context.Context, self *actor.Self[liveDo]) (actor.Actor[liveDo], error) {
			n, err := supervision.Count(ctx, sup.Ref)
			assert.NoError(t, err)
			assert.Equal(t, supervision.Counts{Specs: 1, Workers: 1}, n)
			assert.ErrorIs(t, supervision.TerminateChild(ctx, sup.Ref, "a"), actor.ErrDeadlock)
			assert.NoError(t, supervision.StartChild(ctx, sup.Ref, supervision.Child{Process: liveNew("b")}))
			return made(ctx, self)
		}
		sup = supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(actor.New(spec))})
		assert.NoError(t, liveStart(t, sup).stop().Err)
	})
}

// A wrong child is refused field by field, and nothing is started (R18).
func TestLiveStartChildInvalid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup"}))
		var none *actor.Process[liveDo]
		for want, c := range map[string]supervision.Child{
			"Process: is nil":                 {},
			"Process: is a nil":               {Process: none},
			"Process: name: empty":            {Process: liveNew("")},
			`ID: "a/b" contains a slash`:      {ID: "a/b", Process: liveNew("a")},
			"Restart: unknown":                {Process: liveNew("a"), Restart: 9},
			"Shutdown: time is not positive":  {Process: liveNew("a"), Shutdown: supervision.Graceful(-1)},
			"StartTimeout: negative":          {Process: liveNew("a"), StartTimeout: -1},
			"Backoff.Base: negative":          {Process: liveNew("a"), Backoff: &supervision.Backoff{Base: -1}},
			"Limit: negative number":          {Process: supervision.New(supervision.Spec{Name: "a", Limit: supervision.AtMost(-1, 1)})},
			"Process: panicked":               {Process: livePanics{}},
			"cannot be compared; use a point": {Process: liveSlice{}},
		} {
			err := supervision.StartChild(ctx, sup.Ref, c)
			require.ErrorIs(t, err, supervision.ErrInvalidSpec, want)
			assert.ErrorContains(t, err, want)
			var field *supervision.SpecError
			require.ErrorAs(t, err, &field)
		}
		n, err := supervision.Count(ctx, sup.Ref)
		require.NoError(t, err)
		assert.Zero(t, n)
		assert.NoError(t, sup.stop().Err)
	})
}

type livePanics struct{ actor.Child }

func (livePanics) Name() string { panic(errLive) }

type liveSlice struct {
	actor.Child
	_ []int
}

// A child that cannot be started is not added, and its address ends (R6: it
// counts for nothing).
func TestLiveStartChildFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Limit: supervision.AtMost(0, time.Hour)}))
		bad := func(err error) *actor.Process[liveDo] {
			return actor.New(actor.Spec[liveDo]{Name: "a", New: func(context.Context, *actor.Self[liveDo]) (actor.Actor[liveDo], error) {
				return nil, err
			}})
		}
		for range 3 {
			p := bad(errLive)
			require.ErrorIs(t, supervision.StartChild(ctx, sup.Ref, supervision.Child{Process: p}), errLive)
			<-p.Done()
			n, err := supervision.Count(ctx, sup.Ref)
			require.NoError(t, err)
			require.Zero(t, n)
		}
		// One that chose not to run is known.
		require.ErrorIs(t, supervision.StartChild(ctx, sup.Ref, supervision.Child{Process: bad(actor.ErrIgnore)}), actor.ErrIgnore)
		assert.Equal(t, supervision.StateStopped, sup.state(t, "a"))
		assert.NoError(t, sup.stop().Err)
	})
}

// When ctx is done the caller is told, and what it asked for goes on.
func TestLiveCommandContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := liveNew("a")
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(a)}))
		require.NoError(t, a.TrySend(func(context.Context) error { time.Sleep(2 * time.Second); return nil }))
		synctest.Wait()
		ctx, cancel := context.WithTimeoutCause(context.Background(), time.Second, errLive)
		defer cancel()
		require.ErrorIs(t, supervision.TerminateChild(ctx, sup.Ref, "a"), errLive)
		assert.Equal(t, supervision.StateStopping, sup.state(t, "a"))
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Equal(t, supervision.StateStopped, sup.state(t, "a"))
		assert.NoError(t, sup.stop().Err)
	})
}

// Whoever waits for an answer when the supervisor ends gets one.
func TestLiveCommandsAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		a := liveNew("a")
		slow := liveSpec("slow")
		slow.New = func(ctx context.Context, _ *actor.Self[liveDo]) (actor.Actor[liveDo], error) {
			<-ctx.Done()
			return nil, context.Cause(ctx)
		}
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(a)}))
		require.NoError(t, a.TrySend(func(context.Context) error { time.Sleep(time.Second); return nil }))
		synctest.Wait()
		var callers sync.WaitGroup
		callers.Go(func() {
			assert.ErrorIs(t, supervision.StartChild(ctx, sup.Ref, supervision.Child{Process: actor.New(slow)}), actor.ErrStopped)
		})
		callers.Go(func() { assert.ErrorIs(t, supervision.TerminateChild(ctx, sup.Ref, "a"), actor.ErrStopped) })
		synctest.Wait()
		assert.NoError(t, sup.stop().Err)
		callers.Wait()
	})
}

// A supervisor whose mailbox is full of commands still sees its children's
// ends, and retries what failed (G4, R7).
func TestLiveFullMailbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		tries := 0
		spec := liveSpec("a")
		made := spec.New
		spec.New = func(ctx context.Context, self *actor.Self[liveDo]) (actor.Actor[liveDo], error) {
			if tries++; tries == 2 {
				return nil, errLive
			}
			return made(ctx, self)
		}
		a := actor.New(spec)
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(a)}))
		var callers sync.WaitGroup
		for range 500 {
			callers.Go(func() {
				_, err := supervision.Count(ctx, sup.Ref)
				assert.NoError(t, err)
			})
		}
		require.NoError(t, a.TrySend(liveFail))
		require.NoError(t, liveCall(t, a, liveNothing))
		callers.Wait()
		assert.Equal(t, 3, tries)
		assert.NoError(t, sup.stop().Err)
	})
}

// A restart that has failed is tried again although the supervisor's mailbox is
// full at that moment.
func TestLiveRetryIntoAFullMailbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fail := make(chan struct{})
		log := newLiveLog()
		a := log.process("a", nil, func(context.Context) error { <-fail; return errLive })
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(a)}))
		liveOrder(t, a, liveFail)
		release := liveHold(t, sup.Ref)
		var callers sync.WaitGroup
		for range 500 {
			callers.Go(func() {
				_, err := supervision.Count(context.Background(), sup.Ref)
				assert.NoError(t, err)
			})
		}
		synctest.Wait()
		close(fail)
		synctest.Wait()
		release()
		callers.Wait()
		log.saw(t, "start(a)@0s", "stop(a, failure)@0s", "fail(a)@0s", "start(a)@0s")
		assert.NoError(t, sup.stop().Err)
	})
}

// Who looks up a child that is not there is told where, and whom.
func TestLiveLookupFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup"}))
		_, err := supervision.Lookup(t.Context(), sup.Ref, "nobody")
		assert.Equal(t, &supervision.ChildError{Op: "look up", Path: "/sup", ID: "nobody", Err: supervision.ErrNotFound}, err)
		assert.NoError(t, sup.stop().Err)
	})
}

// The children that a supervisor was declared with are not those that its caller
// puts into the slice later.
func TestLiveSpecIsCopied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		children := liveChildren(liveNew("a"))
		p := supervision.New(supervision.Spec{Name: "sup", Children: children})
		children[0] = supervision.Child{Process: liveNew("b")}
		sup := liveStart(t, p)
		liveListed(t, sup.Ref, "a running")
		assert.NoError(t, sup.stop().Err)
	})
}

// What changes the configuration is an event, with the child's id and the time.
func TestLiveConfigurationChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := new(monitoring.Memory[monitoring.SystemEvent])
		tel, err := monitoring.NewTelemetry(monitoring.TelemetryConfig{
			Logger: liveSilent, Monitors: monitoring.Monitors{System: seen},
		})
		require.NoError(t, err)
		sup := liveStartWith(t, supervision.New(supervision.Spec{Name: "sup"}), tel)
		require.NoError(t, supervision.StartChild(t.Context(), sup.Ref, supervision.Child{
			Process: liveNew("a"), Health: new(supervision.HealthCheck),
		}))
		require.NoError(t, supervision.DisableHealth(t.Context(), sup.Ref, "a"))
		require.NoError(t, supervision.EnableHealth(t.Context(), sup.Ref, "a"))
		require.NoError(t, supervision.TerminateChild(t.Context(), sup.Ref, "a"))
		require.NoError(t, supervision.DeleteChild(t.Context(), sup.Ref, "a"))
		var want []monitoring.SystemEvent
		for _, what := range []string{"child added", "health checks off", "health checks on", "child deleted"} {
			want = append(want, monitoring.SystemEvent{
				Time: time.Now(), Kind: monitoring.ConfigurationChanged, Name: "a", Path: "/sup", Reason: what,
			})
		}
		assert.Equal(t, want, seen.Snapshot().Recent)
		assert.NoError(t, sup.stop().Err)
		assert.NoError(t, tel.Close(context.Background()))
	})
}
