package actor

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestL5PreRestartComesAfterTheChildrenAndBeforeTheStopHook(t *testing.T) {
	for name, test := range map[string]struct {
		last do // nil: it is asked to stop, as one of a group that is restarted
		kind Kind
	}{"failure": {fails, Failure}, "stop": {nil, Shutdown}} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				s := newStores()
				o := oversee(t, s, always(Restarts))
				c := doer("c", withHook(func(context.Context, Exit) error {
					time.Sleep(time.Second)
					s.log.add("child")
					return nil
				}))
				require.NoError(t, s.self.Start(c, func(Event) do { return nothing }))
				require.NoError(t, s.Send(ctx, s.set(7)))
				synctest.Wait()
				if test.last == nil {
					s.Stop(Forever)
				} else {
					require.NoError(t, s.Send(ctx, test.last))
				}
				assert.Equal(t, test.kind, (<-o.ended).Kind)
				assert.Equal(t, []string{"child", "restart " + test.kind.String() + " of 7", "stop " + test.kind.String() + " of 7"}, s.log.take())
			})
		})
	}
}

// The two hooks have one time, and one context.
func TestL5PreRestartSharesTheTimeOfTheStopHook(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newStores(func(spec *Spec[do]) { spec.HookTimeout = 10 * time.Second })
		var seen []context.Context
		s.hooks = func(ctx context.Context, hook string, _ Exit) error {
			seen = append(seen, ctx)
			assert.NoError(t, ctx.Err())
			if hook == "restart" {
				time.Sleep(8 * time.Second)
				return nil
			}
			<-ctx.Done()
			return nil
		}
		o := oversee(t, s, always(Restarts))
		require.NoError(t, s.Send(ctx, fails))
		began := time.Now()
		exit := <-o.ended
		assert.Equal(t, Failure, exit.Kind)
		assert.Equal(t, 10*time.Second-hookGrace, time.Since(began))
		require.Len(t, seen, 2)
		assert.Equal(t, seen[0], seen[1])
	})
}

func TestL5PreRestartThatHangsIsAbandoned(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		release := make(chan struct{})
		s := newStores()
		s.hooks = func(context.Context, string, Exit) error { <-release; return nil }
		o := oversee(t, s, always(Restarts))
		require.NoError(t, s.Send(ctx, fails))
		began := time.Now()
		exit := <-o.ended
		assert.Equal(t, defaultHookTimeout, time.Since(began))
		assert.Equal(t, Abandoned, exit.Kind)
		assert.ErrorIs(t, exit.Err, errBoom)
		assert.ErrorContains(t, exit.Err, "restart hook: actor: abandoned")
		assert.Equal(t, []string{"restart failure of 0"}, s.log.take(), "who is cut off has no further hook")
		close(release)
	})
}

// An actor that ends by itself has five seconds for its hook, unless its Spec says
// otherwise, whatever else that says.
func TestL5HookTimeoutOfTheSpec(t *testing.T) {
	for _, test := range []struct {
		option func(*Spec[do])
		want   time.Duration
	}{
		{func(*Spec[do]) {}, 5 * time.Second},
		{func(s *Spec[do]) { s.Registered = "p" }, 5 * time.Second},
		{func(s *Spec[do]) { s.HookTimeout = 2 * time.Second }, 2 * time.Second},
	} {
		bubble(t, func(t *testing.T, ctx context.Context) {
			release := make(chan struct{})
			p := doer("p", withHook(func(context.Context, Exit) error { <-release; return nil }), test.option)
			h := start(t, p)
			began := time.Now()
			require.NoError(t, p.Send(ctx, fails))
			assert.Equal(t, Abandoned, (<-h.ended).Kind)
			assert.Equal(t, test.want, time.Since(began))
			close(release)
		})
	}
}

func TestL5TroubleInPreRestartIsJoinedAndHarmless(t *testing.T) {
	for name, trouble := range failures {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				s := newStores()
				s.hooks = func(ctx context.Context, hook string, exit Exit) error {
					if hook == "restart" {
						return trouble.do(ctx)
					}
					assert.ErrorIs(t, exit.Err, trouble.err, "the stop hook knows of it")
					return nil
				}
				o := oversee(t, s, always(Restarts))
				errFirst := errors.New("first")
				require.NoError(t, s.Send(ctx, func(context.Context) error { return errFirst }))
				exit := <-o.ended
				assert.Equal(t, Failure, exit.Kind)
				assert.ErrorIs(t, exit.Err, errFirst)
				assert.ErrorIs(t, exit.Err, trouble.err)
				var hook *HookError
				require.ErrorAs(t, exit.Err, &hook)
				assert.True(t, hook.Restart)
				assert.Equal(t, []string{"restart failure of 0", "stop failure of 0"}, s.log.take())
			})
		})
	}
}

func TestL5NoPreRestartOfWhatWasAbandonedOrNeverMade(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newStores()
		o := oversee(t, s, always(Restarts))
		release := block(t, s.Process)
		s.Stop(0)
		assert.Equal(t, Abandoned, (<-o.ended).Kind)
		release()
		s.made = func(*Self[do]) error { return errBoom }
		s.Start(ctx, o)
		require.ErrorIs(t, <-o.started, errBoom)
		assert.Empty(t, s.log.take())
	})
}

// A Restarter need not be a Stopper.
func TestL5PreRestartAlone(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		ran := 0
		p := doer("p", withNew(func(context.Context, *Self[do]) (Actor[do], error) { return restarter{ran: &ran}, nil }))
		o := oversee(t, p, always(Renews))
		require.NoError(t, p.Send(ctx, fails))
		<-o.continued
		end(p, o.host)
		assert.Equal(t, 2, ran)
	})
}

type restarter struct {
	plain
	ran *int
}

func (r restarter) PreRestart(context.Context, Exit) error { *r.ran++; return nil }
