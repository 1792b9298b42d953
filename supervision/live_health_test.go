package supervision_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// liveWatched starts a supervisor with one child and a check of its health.
func liveWatched(t *testing.T, child actor.Child, check supervision.HealthCheck) *liveSup {
	t.Helper()
	return liveStart(t, supervision.New(supervision.Spec{
		Name: "sup", Children: []supervision.Child{{ID: "a", Process: child, Health: &check}},
	}))
}

func (s *liveSup) info(t *testing.T) supervision.ChildInfo {
	t.Helper()
	info, err := supervision.Lookup(context.Background(), s.Ref, "a")
	require.NoError(t, err)
	return info
}

// A child is asked once an interval, and restarted when it has failed often
// enough (R15).
func TestLiveHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		asked := make(chan time.Duration, 10)
		var answer atomic.Value
		answer.Store(actor.Healthy)
		sup := liveWatched(t, liveNew("a"), supervision.HealthCheck{
			Interval: 10 * time.Second, Threshold: 2,
			Check: func(context.Context) actor.Health {
				asked <- time.Since(began)
				h, _ := answer.Load().(actor.Health)
				return h
			},
		})
		time.Sleep(25 * time.Second)
		assert.Equal(t, 10*time.Second, <-asked)
		assert.Equal(t, 20*time.Second, <-asked)
		answer.Store(actor.Degraded("slow"))
		time.Sleep(10 * time.Second)
		assert.Equal(t, answer.Load(), sup.info(t).Health)
		answer.Store(actor.Failed("no disk"))
		time.Sleep(10 * time.Second)
		assert.Equal(t, answer.Load(), sup.info(t).Health)
		assert.Zero(t, sup.info(t).Restarts)
		time.Sleep(10 * time.Second)
		assert.Equal(t, 1, sup.info(t).Restarts)
		assert.Equal(t, actor.Healthy, sup.info(t).Health, "nothing is known of the new one")
		unwell, ok := errors.AsType[*supervision.HealthError](sup.info(t).LastError)
		require.True(t, ok)
		assert.Equal(t, &supervision.HealthError{
			Path: "/sup/a", Failures: 2, Last: actor.Failed("no disk"), Timeout: 5 * time.Second,
		}, unwell)
		sup.stop()
	})
}

// No answer in time is a failed check; who asked is told by its context. A panic
// is one too.
func TestLiveHealthLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var asked atomic.Int32
		gaveUp := make(chan time.Duration, 2)
		sup := liveWatched(t, liveNew("a"), supervision.HealthCheck{
			Interval: 10 * time.Second, Timeout: time.Second, Threshold: 3,
			Check: func(ctx context.Context) actor.Health {
				if asked.Add(1) == 3 {
					panic("no idea")
				}
				<-ctx.Done()
				gaveUp <- time.Since(began)
				time.Sleep(time.Millisecond) // too late
				return actor.Healthy
			},
		})
		time.Sleep(12 * time.Second)
		assert.Equal(t, actor.Failed("no answer in 1s"), sup.info(t).Health)
		time.Sleep(15 * time.Second)
		assert.Equal(t, 11*time.Second, <-gaveUp)
		assert.Equal(t, 22*time.Second, <-gaveUp)
		assert.Zero(t, sup.info(t).Restarts)
		time.Sleep(6 * time.Second)
		assert.Equal(t, 1, sup.info(t).Restarts)
		assert.ErrorContains(t, sup.info(t).LastError, "3 checks failed, the last one: panicked: no idea")
		sup.stop()
	})
}

// A check that is under way when the child or the supervisor ends is called off.
func TestLiveHealthCalledOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan error, 2)
		sup := liveWatched(t, liveNew("a"), supervision.HealthCheck{
			Interval: 10 * time.Second, Timeout: time.Hour,
			Check: func(ctx context.Context) actor.Health {
				<-ctx.Done()
				ended <- ctx.Err()
				return actor.Healthy
			},
		})
		time.Sleep(11 * time.Second)
		require.NoError(t, supervision.TerminateChild(context.Background(), sup.Ref, "a"))
		require.ErrorIs(t, <-ended, context.Canceled)
		require.NoError(t, supervision.RestartChild(context.Background(), sup.Ref, "a"))
		time.Sleep(11 * time.Second)
		sup.stop()
		require.ErrorIs(t, <-ended, context.Canceled)
	})
}

// closed is a child that nobody can ask.
type closed struct{ host actor.Host }

func (*closed) Name() string { return "closed" }

func (c *closed) Start(_ context.Context, h actor.Host) {
	c.host = h
	h.Started(nil)
}

func (c *closed) Stop(time.Duration) { c.host.Ended(actor.Exit{Kind: actor.Shutdown}) }

// What cannot be asked is well.
func TestLiveHealthOfWhatCannotBeAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sup := liveWatched(t, &closed{}, supervision.HealthCheck{Threshold: 1})
		time.Sleep(time.Hour)
		assert.Zero(t, sup.info(t).Restarts)
		assert.Equal(t, supervision.StateRunning, sup.info(t).State)
		assert.Equal(t, actor.Healthy, sup.info(t).Health)
		sup.stop()
	})
}

// patient is a server that is ill, or cannot be asked.
type patient struct {
	idle
	health actor.Health
}

func (p *patient) Health(context.Context) actor.Health { return p.health }

// idle is a server that serves nobody.
type idle struct{ end chan struct{} }

func (i *idle) ListenAndServe() error {
	<-i.end
	return nil
}

func (i *idle) Shutdown(context.Context) error {
	close(i.end)
	return nil
}

// The server that serves at the time is asked, if it can be.
func TestLiveHealthOfAServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var built atomic.Int32
		child := supervision.FromServer("a", func() (supervision.Server, error) {
			if built.Add(1) == 1 {
				return &patient{idle{make(chan struct{})}, actor.Failed("no socket")}, nil
			}
			return &idle{make(chan struct{})}, nil
		})
		sup := liveWatched(t, child, supervision.HealthCheck{Interval: time.Second, Threshold: 2})
		time.Sleep(1500 * time.Millisecond)
		assert.Equal(t, actor.Failed("no socket"), sup.info(t).Health)
		time.Sleep(time.Second)
		assert.EqualValues(t, 2, built.Load())
		assert.ErrorIs(t, sup.info(t).LastError, supervision.ErrUnhealthy)
		time.Sleep(time.Minute)
		assert.Equal(t, 1, sup.info(t).Restarts)
		sup.stop()
	})
}
