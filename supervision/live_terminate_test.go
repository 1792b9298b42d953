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

// Who has terminated a child finds nothing of it any more: its name is free, its
// address and those below it have ended (L4, R12).
func TestLiveTerminateEndsTheAddress(t *testing.T) {
	ctx := context.Background()
	for name, declare := range map[string]func(supervision.Spec) *actor.Process[supervision.Message]{
		"static": supervision.New, "dynamic": supervision.NewDynamic,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sup := liveStart(t, declare(supervision.Spec{Name: "top"}))
				spec := liveSpec("a")
				spec.Registered = "the one"
				for range 200 {
					a := actor.New(spec)
					require.NoError(t, supervision.StartChild(ctx, sup.Ref, supervision.Child{Process: a}))
					require.NoError(t, supervision.TerminateChild(ctx, sup.Ref, "a"))
					require.ErrorIs(t, a.TrySend(liveNothing), actor.ErrStopped)
					if name == "static" {
						require.NoError(t, supervision.DeleteChild(ctx, sup.Ref, "a"))
					}
				}
				leaf := liveNew("leaf")
				mid := supervision.New(supervision.Spec{Name: "mid", Children: []supervision.Child{{Process: leaf}}})
				require.NoError(t, supervision.StartChild(ctx, sup.Ref, supervision.Child{Process: mid}))
				require.NoError(t, supervision.TerminateRef(ctx, sup.Ref, mid.Ref))
				assert.ErrorIs(t, leaf.TrySend(liveNothing), actor.ErrStopped)
				assert.ErrorIs(t, mid.Err(), actor.ErrStopped)
			})
		})
	}
}

// Those who have terminated several children that end at the same time are all
// answered.
func TestLiveTerminateSeveralAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := liveNew("a"), liveNew("b")
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(a, b)}))
		answers := make(chan error, 2)
		finish := liveTerminating(t, sup, answers, a, b)
		release := liveHold(t, sup.Ref)
		finish()
		release()
		for range 2 {
			require.NoError(t, <-answers)
		}
		liveListed(t, sup.Ref, "a stopped", "b stopped")
		assert.NoError(t, sup.stop().Err)
	})
}

// Who has terminated a child is answered also if the start of the supervisor
// fails at that very moment.
func TestLiveTerminateWhenTheStartFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fail := make(chan struct{})
		a, bad := liveNew("a"), newLiveLog().process("bad", func(context.Context) error { <-fail; return errLive })
		sup := liveBegin(supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(a, bad)}), nil)
		synctest.Wait()
		answers := make(chan error, 1)
		finish := liveTerminating(t, sup, answers, a)
		release := liveHold(t, sup.Ref)
		finish()
		close(fail)
		synctest.Wait()
		release()
		require.NoError(t, <-answers)
		require.ErrorIs(t, <-sup.started, errLive)
	})
}

// liveTerminating has children terminated, who end when finish is called.
func liveTerminating(
	t *testing.T, sup *liveSup, answers chan<- error, children ...*actor.Process[liveDo],
) (finish func()) {
	t.Helper()
	busy := make(chan struct{})
	for _, p := range children {
		liveOrder(t, p, liveHang(busy))
		go func() { answers <- supervision.TerminateChild(context.Background(), sup.Ref, p.Name()) }()
		synctest.Wait()
	}
	return func() {
		close(busy)
		synctest.Wait()
	}
}

// The address of a child that was added lives as long as the child is to come
// back: over a failure, a restart that fails, and the time between.
func TestLiveAddressOutlivesFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		a := log.process("a", nil, liveFail)
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup"}))
		require.NoError(t, supervision.StartChild(t.Context(), sup.Ref, supervision.Child{
			Process: a, Backoff: &supervision.Backoff{Base: time.Second, Max: time.Second},
		}))
		liveOrder(t, a, liveFail)
		for range 2 {
			require.NoError(t, a.TrySend(func(context.Context) error { log.addf("handled"); return nil }))
			time.Sleep(time.Second)
			synctest.Wait()
		}
		log.saw(t, "start(a)@0s", "stop(a, failure)@0s", "fail(a)@1s", "start(a)@2s", "handled@2s", "handled@2s")
		assert.NoError(t, sup.stop().Err)
	})
}

// embedded is a child that is more than its process.
type embedded struct{ *actor.Process[liveDo] }

// The address of a process stands for the child that embeds it, and for no child
// that only has its name.
func TestLiveTerminateRefOfWhatTheChildEmbeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		a := liveNew("a")
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: []supervision.Child{
			{ID: "first", Process: embedded{a}}, {Process: &closed{}},
		}}))
		elsewhere := liveStart(t, supervision.New(supervision.Spec{Name: "elsewhere", Children: liveChildren(liveNew("closed"))}))
		namesake := liveNew("a")
		for _, stranger := range []*actor.Process[liveDo]{namesake, liveNew("closed")} {
			require.ErrorIs(t, supervision.TerminateRef(ctx, sup.Ref, stranger.Ref), supervision.ErrNotFound)
		}
		started := liveStart(t, supervision.New(supervision.Spec{Name: "third", Children: liveChildren(namesake)}))
		require.ErrorIs(t, supervision.TerminateRef(ctx, sup.Ref, namesake.Ref), supervision.ErrNotFound)
		liveListed(t, sup.Ref, "first running", "closed running")

		require.NoError(t, supervision.TerminateRef(ctx, sup.Ref, a.Ref))
		liveListed(t, sup.Ref, "first stopped", "closed running")
		assert.NoError(t, sup.stop().Err)
		assert.NoError(t, elsewhere.stop().Err)
		assert.NoError(t, started.stop().Err)
	})
}

// A handler that names no child is told so, as anybody is.
func TestLiveTerminateOfNobodyByAHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := liveNew("a")
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(a)}))
		require.ErrorIs(t, liveCall(t, a, func(ctx context.Context) error {
			return supervision.TerminateChild(ctx, sup.Ref, "nobody")
		}), supervision.ErrNotFound)
		assert.NoError(t, sup.stop().Err)
	})
}
