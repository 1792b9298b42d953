package supervision_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// An initial start that fails is tried again as often as the child says, after its
// backoff. Those after it wait for it; the supervisor is ready when all are, and
// none of it counts as a restart.
func TestLiveStartRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		a, b, c := log.process("a"), log.process("b", liveFail, liveFail, func(context.Context) error { panic(errLive) }), log.process("c", liveFail)
		sup := liveBegin(supervision.New(supervision.Spec{
			Name: "sup", Limit: supervision.AtMost(0, time.Hour),
			Defaults: supervision.Defaults{StartRetries: 1},
			Children: []supervision.Child{
				{Process: a},
				{Process: b, StartRetries: 3, Backoff: &supervision.Backoff{Base: time.Second, Max: time.Minute}},
				{Process: c},
			},
		}), nil)
		time.Sleep(4 * time.Second)
		synctest.Wait()
		liveListed(t, sup.Ref, "a running", "b starting", "c starting")
		require.Empty(t, sup.started)
		require.NoError(t, <-sup.started)
		log.saw(t, "start(a)@0s", "fail(b)@0s", "fail(b)@1s", "fail(b)@3s", "start(b)@7s", "fail(c)@7s", "start(c)@7s")
		info, err := supervision.Lookup(t.Context(), sup.Ref, "b")
		require.NoError(t, err)
		assert.Zero(t, info.Restarts)
		assert.NoError(t, sup.stop().Err)
	})
}

// When none is left the start has failed, with the last reason.
func TestLiveStartRetriesRunOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		fails := func(context.Context) error { return errLive }
		a, b, c := log.process("a"), log.process("b", fails, fails, fails), log.process("c")
		sup := liveBegin(supervision.New(supervision.Spec{Name: "sup", Children: []supervision.Child{
			{Process: a},
			{Process: b, StartRetries: 2, Backoff: &supervision.Backoff{Base: time.Second, Max: time.Second}},
			{Process: c},
		}}), nil)
		err := <-sup.started
		require.ErrorIs(t, err, supervision.ErrStartFailed)
		require.ErrorIs(t, err, errLive)
		var failed *supervision.StartError
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, "b", failed.Child)
		log.saw(t, "start(a)@0s", "fail(b)@0s", "fail(b)@1s", "fail(b)@2s", "stop(a, shutdown)@2s")
		sup.Retire(err)
	})
}

// A start that takes too long is one that failed, and is tried again.
func TestLiveStartRetriesAfterATimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		hangs := func(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) }
		a := log.process("a", hangs)
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: []supervision.Child{
			{Process: a, StartTimeout: 2 * time.Second, StartRetries: 1, Backoff: &supervision.Backoff{Base: time.Second}},
		}}))
		log.saw(t, "fail(a)@2s", "start(a)@3s")
		assert.NoError(t, sup.stop().Err)
	})
}

// A stop does not wait for the next try.
func TestLiveStartRetriesStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		a, b := log.process("a"), log.process("b", liveFail)
		sup := liveBegin(supervision.New(supervision.Spec{Name: "sup", Children: []supervision.Child{
			{Process: a}, {Process: b, StartRetries: 9, Backoff: &supervision.Backoff{Base: time.Minute}},
		}}), nil)
		time.Sleep(time.Second)
		sup.Stop(actor.Forever)
		require.ErrorIs(t, <-sup.started, actor.ErrShutdown)
		log.saw(t, "start(a)@0s", "fail(b)@0s", "stop(a, shutdown)@1s")
		time.Sleep(time.Hour)
		log.saw(t)
		sup.Retire(nil)
	})
}

// Somebody may decide that the child is not to be started at all: then the
// supervisor's start goes on without it.
func TestLiveStartRetriesTerminated(t *testing.T) {
	for name, b := range map[string]*supervision.Backoff{"backoff": {Base: time.Minute}, "at once": nil} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := newLiveLog()
				child := log.process("a", func(context.Context) error { time.Sleep(time.Second); return errLive })
				sup := liveBegin(supervision.New(supervision.Spec{Name: "sup", Children: []supervision.Child{
					{Process: child, StartRetries: 9, Backoff: b}, {Process: log.process("b")},
				}}), nil)
				if b != nil {
					time.Sleep(2 * time.Second) // between two tries
				} else {
					time.Sleep(time.Second / 2) // during one
				}
				require.NoError(t, supervision.TerminateChild(t.Context(), sup.Ref, "a"))
				require.NoError(t, <-sup.started)
				liveListed(t, sup.Ref, "a stopped", "b running")
				assert.EqualValues(t, 1, child.Incarnation())
				assert.NoError(t, sup.stop().Err)
			})
		})
	}
}

// A restart is no initial start: it has the limit instead.
func TestLiveStartRetriesAreForTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		a := log.process("a", liveNothing, liveFail)
		sup := liveStart(t, supervision.New(supervision.Spec{
			Name: "sup", Limit: supervision.AtMost(1, time.Hour),
			Children: []supervision.Child{{Process: a, StartRetries: 9}},
		}))
		liveOrder(t, a, liveFail)
		exit := <-sup.ended
		require.ErrorIs(t, exit.Err, supervision.ErrIntensityExceeded)
		log.saw(t, "start(a)@0s", "stop(a, failure)@0s", "fail(a)@0s")
		sup.Retire(exit.Err)
	})
}
