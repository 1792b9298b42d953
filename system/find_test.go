package system_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// A tree can be walked by paths: down, up, to an address, also below what was
// spawned and where an id is not the name.
func TestAt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		b := kitNew("b", nil)
		sub := supervision.New(supervision.Spec{Name: "sub", Children: []supervision.Child{{ID: "other", Process: b}}})
		s := kitStart(t, kitConfig(kitNew("a", nil), sub))
		defer kitShut(t, s)
		_, err := system.Spawn(ctx, s, kitSpec("x", nil))
		require.NoError(t, err)

		for _, path := range []string{"/sys/sub/b", "sys/sub/b/"} {
			n, err := s.At(ctx, path)
			require.NoError(t, err)
			assert.Equal(t, "other", n.ID)
			assert.Same(t, b, n.Process)
			assert.Empty(t, n.Children)
		}
		n, err := s.At(ctx, "/sys")
		require.NoError(t, err)
		assert.Equal(t, "sys (running)\n├ a (running)\n└ sub (running)\n  └ other (running)\n", n.String())
		n, err = s.At(ctx, "/sys.spawned/x")
		require.NoError(t, err)
		assert.Equal(t, "x", n.Name)

		n, err = s.Parent(ctx, "/sys/sub/b")
		require.NoError(t, err)
		assert.Equal(t, "sub (running)\n└ other (running)\n", n.String())
		_, err = s.Parent(ctx, "/sys.spawned")
		require.ErrorIs(t, err, system.ErrTop)

		ref, err := s.Supervisor(ctx, "/sys/sub")
		require.NoError(t, err)
		assert.Equal(t, sub.Ref, ref)
		ref, err = s.Supervisor(ctx, "/sys.spawned")
		require.NoError(t, err)
		assert.Equal(t, s.Spawned(), ref)
	})
}

// What is not there is told with the place at which the way ended.
func TestAtErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		a := kitNew("a", nil)
		failing := supervision.New(supervision.Spec{
			Name: "failing", Limit: supervision.AtMost(0, time.Minute), Children: kitChildren(a),
		})
		cfg := kitConfig(failing, kitSup("stopped", kitNew("b", nil)), kitNew("leaf", nil))
		cfg.Root.Defaults.Backoff = &supervision.Backoff{Base: time.Minute}
		s := kitStart(t, cfg)
		require.NoError(t, supervision.TerminateChild(ctx, s.Root(), "stopped"))
		kitSend(t, a.Ref, kitFail)
		synctest.Wait()

		for path, want := range map[string]struct {
			at, id string
			err    error
		}{
			"":                {"/", "", supervision.ErrNotFound},
			"/nobody":         {"/", "nobody", supervision.ErrNotFound},
			"/sys/nobody":     {"/sys", "nobody", supervision.ErrNotFound},
			"/sys//leaf":      {"/sys", "", supervision.ErrNotFound},
			"/sys/leaf/below": {"leaf", "below", supervision.ErrNotFound},
			"/sys/stopped/b":  {"/sys/stopped", "b", supervision.ErrNotFound},
			"/sys/failing/a":  {"/sys/failing", "a", supervision.ErrRestarting},
		} {
			for what, call := range map[string]func() error{
				"At":         func() error { _, err := s.At(ctx, path); return err },
				"Parent":     func() error { _, err := s.Parent(ctx, path); return err },
				"Supervisor": func() error { _, err := s.Supervisor(ctx, path); return err },
				"Remove":     func() error { return s.Remove(ctx, path) },
			} {
				err := call()
				require.ErrorIs(t, err, want.err, "%s %q", what, path)
				var child *supervision.ChildError
				require.ErrorAs(t, err, &child)
				assert.Equal(t, want.at, child.Path, "%s %q", what, path)
				assert.Equal(t, want.id, child.ID, "%s %q", what, path)
			}
		}
		// They are there, even if nobody can be asked who is below.
		n, err := s.At(ctx, "/sys/failing")
		require.NoError(t, err)
		assert.Equal(t, "failing (restarting)\n", n.String())
		_, err = s.Supervisor(ctx, "/sys/leaf")
		require.ErrorIs(t, err, supervision.ErrNotFound)

		kitShut(t, s)
		_, err = s.At(ctx, "/sys/leaf")
		assert.ErrorIs(t, err, actor.ErrStopped)
	})
}

// Remove stops all below a path, last first, and leaves no spec behind.
func TestRemove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		var log kitLog
		a, b := kitNew("a", &log), kitNew("b", &log)
		s := kitStart(t, kitConfig(kitSup("sub", a, b), kitNew("c", &log)))
		defer kitShut(t, s)
		_, err := system.Spawn(ctx, s, kitSpec("x", &log))
		require.NoError(t, err)
		log.take()

		require.NoError(t, s.Remove(ctx, "/sys/sub"))
		assert.Equal(t, []string{"stop b: shutdown", "stop a: shutdown"}, log.take())
		_, err = s.At(ctx, "/sys/sub")
		require.ErrorIs(t, err, supervision.ErrNotFound)
		synctest.Wait() // the addresses below end a moment later
		require.ErrorIs(t, a.TrySend(kitNothing), actor.ErrStopped)

		// Of a dynamic supervisor, which forgets by itself.
		require.NoError(t, s.Remove(ctx, "/sys.spawned/x"))
		assert.Equal(t, []string{"stop x: shutdown"}, log.take())
		assert.Zero(t, spawnCount(t, s))

		for _, top := range []string{"/sys", "/sys.spawned"} {
			require.ErrorIs(t, s.Remove(ctx, top), system.ErrTop)
		}
		assert.Empty(t, log.take(), "nothing was stopped half")
	})
}

// A handler cannot wait for its own removal, nor for that of those above it.
func TestRemoveFromHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := kitNew("a", nil)
		s := kitStart(t, kitConfig(kitSup("sub", a), kitNew("b", nil)))
		defer kitShut(t, s)
		for _, path := range []string{"/sys/sub/a", "/sys/sub"} {
			require.ErrorIs(t, kitCall(t, a.Ref, func(ctx context.Context) error {
				return s.Remove(ctx, path)
			}), actor.ErrDeadlock)
		}
		require.NoError(t, kitCall(t, a.Ref, func(ctx context.Context) error { return s.Remove(ctx, "/sys/b") }))
	})
}
