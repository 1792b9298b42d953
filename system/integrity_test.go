package system_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// A process has one place in one tree. Who is to have it twice is told so, and
// what runs is not harmed.
func TestOneProcessOnePlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		a := kitNew("a", nil)
		_, err := system.Start(ctx, kitConfig(kitSup("one", a), kitSup("two", a)))
		require.ErrorIs(t, err, actor.ErrAlreadyStarted)
		var start *supervision.StartError
		require.ErrorAs(t, err, &start)
		assert.Equal(t, "/sys/two", start.Path)
		assert.Equal(t, "a", start.Child)

		b := kitNew("b", nil)
		two := kitSup("two")
		s := kitStart(t, kitConfig(kitSup("one", b), two))
		require.ErrorIs(t, supervision.StartChild(ctx, two.Ref, supervision.Child{Process: b}), actor.ErrAlreadyStarted)
		require.NoError(t, kitCall(t, b.Ref, kitNothing))
		kitShut(t, s)
	})
}

// There are no rings: a supervisor that runs is a child already, or the top.
func TestNoSupervisorBelowItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		inner := kitSup("inner")
		outer := kitSup("outer", inner)
		s := kitStart(t, kitConfig(outer))
		top, _ := s.Root().Process()
		for _, p := range []*actor.Process[supervision.Message]{inner, outer, top} {
			err := supervision.StartChild(ctx, inner.Ref, supervision.Child{Process: p})
			require.ErrorIs(t, err, actor.ErrAlreadyStarted, p.Name())
			assert.NotContains(t, treeOf(t, s), "inner (running)\n  └ ")
		}
		kitShut(t, s)
	})
}
