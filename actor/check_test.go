package actor

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// patient is an actor that says how it fares.
type patient struct {
	plain
	health func(context.Context) Health
}

func (p patient) Health(ctx context.Context) Health { return p.health(ctx) }

func withHealth(health func(context.Context) Health) func(*Spec[do]) {
	return withNew(func(context.Context, *Self[do]) (Actor[do], error) { return patient{health: health}, nil })
}

// check asks how p fares, and returns what has been answered when all is quiet.
func check(ctx context.Context, p Checker) []Health {
	var answers []Health
	p.Check(ctx, func(h Health) { answers = append(answers, h) })
	synctest.Wait()
	return answers
}

func TestR15HealthIsWhatTheActorSays(t *testing.T) {
	long := strings.Repeat("x", 1<<12)
	for name, test := range map[string]struct {
		health func(context.Context) Health
		want   Health
	}{
		"healthy":    {func(context.Context) Health { return Healthy }, Healthy},
		"degraded":   {func(context.Context) Health { return Degraded("slow") }, Degraded("slow")},
		"failed":     {func(context.Context) Health { return Failed("no disk") }, Failed("no disk")},
		"panic":      {func(context.Context) Health { panic("boom") }, Failed("panicked: boom")},
		"long panic": {func(context.Context) Health { panic(long) }, Failed("panicked: " + long[:maxPanicText] + "…")},
		"goexit":     {func(context.Context) Health { runtime.Goexit(); return Healthy }, Failed("goexit")},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				p := doer("p", withHealth(test.health))
				h := start(t, p)
				for range 2 {
					assert.Equal(t, []Health{test.want}, check(ctx, p))
				}
				_, err := call(ctx, p, func(context.Context) int { return 1 })
				require.NoError(t, err, "it goes on")
				require.NoError(t, end(p, h).Err)
			})
		})
	}
}

func TestR15AnActorThatSaysNothingIsHealthy(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		assert.Empty(t, check(ctx, p), "it does not run")
		h := start(t, p)
		synctest.Wait()
		assert.Equal(t, []Health{Healthy}, check(ctx, p))
		release := block(t, p)
		assert.Empty(t, check(ctx, p), "it is stuck")
		release()
		p.Stop(Forever)
		<-h.ended
		assert.Empty(t, check(ctx, p), "it waits for a restart")
		p.Retire(nil)
		<-p.Done()
		assert.Empty(t, check(ctx, p), "it has ended")
	})
}

// The answer comes between two messages, as soon as the actor gets to it.
func TestR15CheckComesAheadOfTheMailbox(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p := doer("p", withHealth(func(ctx context.Context) Health {
			log.add("checked at " + Caller(ctx))
			return Healthy
		}))
		h := start(t, p)
		release := block(t, p)
		require.NoError(t, p.TrySend(log.adds("message")))
		answered := make(chan struct{})
		p.Check(ctx, func(Health) { close(answered) })
		given, cancel := context.WithCancel(ctx)
		cancel()
		p.Check(given, func(Health) { log.add("too late") })
		release()
		synctest.Wait()
		<-answered
		assert.Equal(t, []string{"checked at /p", "message"}, log.take())
		end(p, h)
	})
}

func TestR15HealthHasTheTimeOfTheCheck(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p", withHealth(func(ctx context.Context) Health {
			<-ctx.Done()
			return Failed(context.Cause(ctx).Error())
		}))
		h := start(t, p)
		given, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		began := time.Now()
		answer := make(chan Health, 1)
		p.Check(given, func(h Health) { answer <- h })
		assert.Equal(t, Failed(context.DeadlineExceeded.Error()), <-answer)
		assert.Equal(t, time.Second, time.Since(began))
		p.Check(ctx, func(h Health) { answer <- h })
		p.Stop(time.Minute)
		assert.Equal(t, Failed(ErrShutdown.Error()), <-answer)
		assert.Equal(t, Shutdown, (<-h.ended).Kind)
	})
}

func TestR15HealthThatHangsIsAbandoned(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		release := make(chan struct{})
		stuck := true
		p := doer("p", withHealth(func(context.Context) Health {
			if stuck {
				<-release
			}
			return Healthy
		}))
		h := start(t, p)
		assert.Empty(t, check(ctx, p))
		p.Stop(time.Second)
		exit := <-h.ended
		assert.Equal(t, Abandoned, exit.Kind)
		assert.Empty(t, exit.Message)
		stuck = false
		again(t, p, h)
		close(release)
		assert.Equal(t, []Health{Healthy}, check(ctx, p))
		end(p, h)
	})
}

// A check leaves nothing behind: the messages that follow may be put aside, and end
// the actor, as ever.
func TestR15NothingIsLeftOfACheck(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var stash *Stash[do]
		p := doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
			stash = NewStash(self, 1)
			return patient{health: func(context.Context) Health { return Degraded("slow") }}, nil
		}))
		h := start(t, p)
		assert.Equal(t, []Health{Degraded("slow")}, check(ctx, p))
		held, err := call(ctx, p, func(context.Context) error { return stash.Hold() })
		require.NoError(t, err)
		require.NoError(t, held)
		assert.Equal(t, 1, stash.Len())
		require.NoError(t, p.Send(ctx, func(context.Context) error { runtime.Goexit(); return nil }))
		assert.Equal(t, Goexit, (<-h.ended).Kind)
	})
}

// What goes wrong where the answer goes is not the actor's fault.
func TestR15TroubleInTheReportIsHarmless(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		h := start(t, p)
		p.Check(ctx, func(Health) { panic("report") })
		p.Check(ctx, func(Health) { runtime.Goexit() })
		_, err := call(ctx, p, func(context.Context) int { return 1 })
		require.NoError(t, err)
		release := make(chan struct{})
		p.Check(ctx, func(Health) { <-release })
		synctest.Wait()
		p.Stop(time.Second)
		assert.Equal(t, Shutdown, (<-h.ended).Kind)
		close(release)
	})
}

// Who is told may have the actor stopped without any time: it is idle then, and
// nothing of it is abandoned.
func TestR15WhoIsToldMayStopTheActor(t *testing.T) {
	for range 50 {
		bubble(t, func(t *testing.T, ctx context.Context) {
			hooks := 0
			p := doer("p", withHook(func(context.Context, Exit) error { hooks++; return nil }))
			h := start(t, p)
			p.Check(ctx, func(Health) { p.Stop(0) })
			exit := <-h.ended
			assert.Equal(t, Shutdown, exit.Kind)
			assert.NoError(t, exit.Err)
			assert.Equal(t, 1, hooks)
			p.Retire(nil)
		})
	}
}
