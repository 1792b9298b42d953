package system_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// treeOf draws the whole tree.
func treeOf(t *testing.T, s *system.ActorSystem) string {
	t.Helper()
	nodes, err := s.Tree(context.Background())
	require.NoError(t, err)
	var b strings.Builder
	for _, n := range nodes {
		b.WriteString(n.String())
	}
	return b.String()
}

func TestTree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := kitNew("a", nil), kitNew("b", nil)
		s := kitStart(t, kitConfig(a, kitSup("sub", b, kitSup("empty")), kitNew("c", nil)))
		_, err := system.Spawn(context.Background(), s, kitSpec("x", nil))
		require.NoError(t, err)
		kitSend(t, b.Ref, kitFail)
		require.NoError(t, kitCall(t, b.Ref, kitNothing))
		require.NoError(t, supervision.TerminateChild(context.Background(), s.Root(), "a"))
		assert.Equal(t, ""+
			"sys (running)\n"+
			"├ a (stopped)\n"+
			"├ sub (running)\n"+
			"│ ├ b (running, 1 restarts)\n"+
			"│ └ empty (running)\n"+
			"└ c (running)\n"+
			"sys.spawned (running)\n"+
			"└ x (running)\n", treeOf(t, s))
		nodes, err := s.Tree(context.Background())
		require.NoError(t, err)
		assert.Equal(t, "Supervisor", nodes[0].Type)
		assert.Same(t, b, nodes[0].Children[1].Children[0].Process)
		assert.ErrorIs(t, nodes[0].Children[1].Children[0].LastError, errKit)
		kitShut(t, s)
	})
}

// Who waits for a restart is not asked: the tree is there at once.
func TestTreeDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := kitNew("a", nil)
		sub := supervision.New(supervision.Spec{
			Name: "sub", Limit: supervision.AtMost(0, time.Minute), Children: kitChildren(a),
		})
		cfg := kitConfig(sub)
		cfg.Root.Defaults.Backoff = &supervision.Backoff{Base: time.Minute}
		s := kitStart(t, cfg)
		kitSend(t, a.Ref, kitFail)
		synctest.Wait()
		kitWithin(t, 0, func() {
			assert.Contains(t, treeOf(t, s), "sys (running)\n└ sub (restarting)\n")
		})
		kitShut(t, s)
	})
}

// The error is ctx's cause, or that the system has ended.
func TestTreeErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := kitStart(t, kitConfig(kitSup("sub")))
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(errKit)
		_, err := s.Tree(ctx)
		if err != nil { // the answer may have been faster
			require.ErrorIs(t, err, errKit)
		}
		kitShut(t, s)
		_, err = s.Tree(context.Background())
		assert.ErrorIs(t, err, actor.ErrStopped)
	})
}

// A handler may look at the tree that it is part of.
func TestTreeFromHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := kitNew("a", nil)
		s := kitStart(t, kitConfig(kitSup("sub", a)))
		require.NoError(t, kitCall(t, a.Ref, func(ctx context.Context) error {
			_, err := s.Tree(ctx)
			return err
		}))
		kitShut(t, s)
	})
}
