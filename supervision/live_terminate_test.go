package supervision_test

import (
	"context"
	"testing"
	"testing/synctest"

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
