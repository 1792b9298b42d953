package actor

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestL11LinkSharesAnAbnormalEnd(t *testing.T) {
	for name, test := range map[string]struct {
		last do
		kind Kind
	}{
		"failure":  {fails, Failure},
		"panic":    {func(context.Context) error { panic(errBoom) }, Failure},
		"shutdown": {func(context.Context) error { return ErrShutdown }, Shutdown},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, _ context.Context) {
				s, p := newSentry(t, "s"), doer("p")
				h := start(t, p)
				require.NoError(t, s.self.Link(p))
				release := block(t, s.Process)
				require.NoError(t, s.TrySend(s.log.adds("message")))
				die(t, p, h, test.last)
				release()
				exit := <-s.h.ended
				assert.Equal(t, test.kind, exit.Kind)
				assert.ErrorIs(t, exit.Err, ErrLinked)
				var link *LinkError
				require.ErrorAs(t, exit.Err, &link)
				assert.Equal(t, "/p", link.Down.Path)
				if test.kind == Failure {
					assert.ErrorIs(t, exit.Err, errBoom)
					assert.ErrorContains(t, exit.Err, "actor: linked to /p: ")
				}
				assert.Empty(t, s.log.take(), "it ends at once")
				assert.Equal(t, 1, exit.Depth)
				requireBonds(t, p, 0, 0)
			})
		})
	}
}

func TestL11LinkToWhatHasEnded(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		s, p := newSentry(t, "s"), doer("p")
		h := start(t, p)
		die(t, p, h, nothingThenStop)
		require.NoError(t, s.self.Link(p))
		synctest.Wait()
		assert.Empty(t, s.h.ended, "a normal end has no effect")
		require.NoError(t, s.self.Link(Ref[do]{}))
		exit := <-s.h.ended
		assert.Equal(t, Failure, exit.Kind)
		assert.ErrorIs(t, exit.Err, ErrStopped)
	})
}

func TestL11UnlinkUndoesALinkAndNotAWatch(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		s, p := newSentry(t, "s"), doer("p")
		h := start(t, p)
		require.NoError(t, s.self.Link(p))
		s.watch(t, p)
		requireBonds(t, p, 0, 2)
		s.self.Unlink(p.Ref)
		requireBonds(t, p, 0, 1)
		die(t, p, h, fails)
		assert.Empty(t, s.h.ended)
		assert.Len(t, s.log.take(), 1)

		q := doer("q")
		hq := start(t, q)
		require.NoError(t, q.TrySend(func(context.Context) error { return nil }))
		require.NoError(t, s.self.Link(q))
		s.Stop(Forever)
		<-s.h.ended
		synctest.Wait()
		assert.Empty(t, hq.ended, "a link has one direction")
		end(q, hq)
	})
}

// The parent's policy judges the end of a linked actor like any other, but
// there is nothing in it to pass over.
func TestL11LinkedEndIsForeseen(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		s := newStores()
		o := oversee(t, s, always(Resumes))
		p := doer("p")
		h := start(t, p)
		require.NoError(t, s.self.Link(p))
		die(t, p, h, fails)
		assert.ErrorIs(t, (<-o.ended).Err, ErrLinked)
		assert.ErrorIs(t, (<-o.asked).Err, ErrLinked)
		assert.Empty(t, o.continued)
	})
}
