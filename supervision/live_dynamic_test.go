package supervision_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// A thousand children are started at once, and stopped side by side (R2).
func TestLiveDynamicThousand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 1000
		ctx := context.Background()
		sup := liveStart(t, supervision.NewDynamic(supervision.Spec{Name: "sup"}))
		var callers sync.WaitGroup
		for i := range n {
			callers.Go(func() {
				c := supervision.Child{Process: liveNew(fmt.Sprint("a", i))}
				assert.NoError(t, supervision.StartChild(ctx, sup.Ref, c))
			})
		}
		callers.Wait()
		got, err := supervision.Count(ctx, sup.Ref)
		require.NoError(t, err)
		assert.Equal(t, supervision.Counts{Specs: n, Active: n, Workers: n}, got)
		list, err := supervision.Children(ctx, sup.Ref)
		require.NoError(t, err)
		for info := range list {
			p, ok := info.Process.(*actor.Process[liveDo])
			require.True(t, ok)
			require.NoError(t, p.TrySend(func(ctx context.Context) error {
				<-ctx.Done()
				time.Sleep(time.Second)
				return nil
			}))
		}
		synctest.Wait()
		began := time.Now()
		assert.NoError(t, sup.stop().Err)
		assert.Equal(t, time.Second, time.Since(began), "all of them at once")
	})
}

// What ends is forgotten, whatever its restart type; what is terminated too.
func TestLiveDynamicForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		sup := liveStart(t, supervision.NewDynamic(supervision.Spec{
			Name: "sup", Defaults: supervision.Defaults{Restart: supervision.Transient},
		}))
		a, b := liveNew("a"), liveNew("b")
		for _, p := range []*actor.Process[liveDo]{a, b} {
			require.NoError(t, supervision.StartChild(ctx, sup.Ref, supervision.Child{Process: p}))
		}
		require.NoError(t, a.TrySend(func(context.Context) error { return actor.ErrStop }))
		<-a.Done()
		require.NoError(t, supervision.TerminateChild(ctx, sup.Ref, "b"))
		synctest.Wait()
		n, err := supervision.Count(ctx, sup.Ref)
		require.NoError(t, err)
		assert.Zero(t, n)
		require.ErrorIs(t, supervision.TerminateChild(ctx, sup.Ref, "b"), supervision.ErrNotFound)
		assert.NoError(t, sup.stop().Err)
	})
}

// Added children are gone when the supervisor itself restarts; their addresses
// end (L3a, R12). Those of the spec are back.
func TestLiveAddedChildrenAreGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		static, added := liveNew("static"), liveNew("added")
		sub := supervision.New(supervision.Spec{
			Name: "sub", Limit: supervision.AtMost(0, time.Hour), Children: liveChildren(static),
		})
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(sub)}))
		require.NoError(t, supervision.StartChild(ctx, sub.Ref, supervision.Child{Process: added}))
		require.NoError(t, static.TrySend(liveFail))
		require.NoError(t, liveCall(t, static, liveNothing))
		<-added.Done()
		assert.ErrorIs(t, added.TrySend(liveNothing), actor.ErrStopped)
		n, err := supervision.Count(ctx, sub.Ref)
		require.NoError(t, err)
		assert.Equal(t, 1, n.Specs)
		assert.NoError(t, sup.stop().Err)
	})
}

// A dynamic supervisor's children do not depend on each other.
func TestLiveDynamicStrategy(t *testing.T) {
	for _, s := range []supervision.Strategy{supervision.OneForAll, supervision.RestForOne} {
		err := supervision.NewDynamic(supervision.Spec{Name: "sup", Strategy: s}).Validate()
		require.ErrorIs(t, err, supervision.ErrInvalidSpec)
		assert.ErrorContains(t, err, "Strategy")
	}
	assert.NoError(t, supervision.NewDynamic(supervision.Spec{Name: "sup"}).Validate())
}
