package actor

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type ballast [1 << 20]byte

// heavyChild is an actor whose New holds on to something heavy.
func heavyChild() (*Process[do], weak.Pointer[ballast]) {
	load := new(ballast)
	return doer("heavy", withNew(func(context.Context, *Self[do]) (Actor[do], error) {
		load[0] = 1
		return plain{}, nil
	})), weak.Make(load)
}

func isGone(p weak.Pointer[ballast]) bool {
	runtime.GC()
	runtime.GC()
	return p.Value() == nil
}

// A parent that goes on, a system and its metrics keep nothing of a child that has
// ended.
func TestEndedChildrenAreForgotten(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		rt := newMetered(t).Runtime
		rt.Employ()
		p := &parent{}
		p.Process = doer("parent", withSelf(&p.self))
		p.h = newHost()
		p.Start(rt.Context(ctx), p.h)
		require.NoError(t, <-p.h.started)
		for _, keep := range []bool{false, true} {
			p.on = func(e Event) error {
				if keep && e.Kind == ChildEnded {
					p.self.Keep(e.Child)
					p.self.Retire(e.Child, nil, nil)
				}
				return nil
			}
			load := func() weak.Pointer[ballast] {
				c, load := heavyChild()
				p.start(t, c)
				_, err := call(ctx, c, func(context.Context) int { return 1 })
				require.NoError(t, err)
				require.False(t, isGone(load))
				c.Stop(time.Second)
				<-c.Done()
				return load
			}()
			pass(time.Minute) // a stopped timer is the runtime's until its time comes
			assert.True(t, isGone(load), "keep %v", keep)
		}
		end(p.Process, p.h)
		require.NoError(t, rt.Dismiss(ctx))
	})
}

// An actor that goes on keeps nothing of the messages that it has handled, nor
// of questions whose answer came later.
func TestHandledMessagesAreForgotten(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		h := start(t, p)
		message := func() weak.Pointer[ballast] {
			load := new(ballast)
			require.NoError(t, p.Send(ctx, func(context.Context) error { load[0]++; return nil }))
			synctest.Wait()
			return weak.Make(load)
		}()
		answer := func() weak.Pointer[ballast] {
			var kept Reply[*ballast]
			go func() {
				synctest.Wait()
				kept.Send(new(ballast))
			}()
			load, err := Ask(ctx, p.Ref, func(r Reply[*ballast]) do {
				return func(context.Context) error { kept = r; return nil }
			})
			require.NoError(t, err)
			return weak.Make(load)
		}()
		synctest.Wait()
		assert.True(t, isGone(message))
		assert.True(t, isGone(answer))
		end(p, h)
	})
}
