package supervision_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
)

// liveChecks has a child asked every ten seconds, with two to answer; the third
// failed check is one too many.
var liveChecks = supervision.HealthCheck{Interval: 10 * time.Second, Timeout: 2 * time.Second, Threshold: 3}

// livePatient is a life that says how it fares: the next of its answers, and that
// it is well when none is left.
type livePatient struct {
	*liveLife
	answers *[]func(context.Context) actor.Health
}

// Health is asked by checks.
func (p livePatient) Health(ctx context.Context) actor.Health {
	next := liveNext(p.log, p.answers)
	if next == nil {
		return actor.Healthy
	}
	h := next(ctx)
	p.log.addf("%v(%s)", h, p.name)
	return h
}

func liveSays(h actor.Health) func(context.Context) actor.Health {
	return func(context.Context) actor.Health { return h }
}

// patient declares an actor that says how it fares. Its answers go on over
// restarts.
func (l *liveLog) patient(name string, answers ...func(context.Context) actor.Health) *actor.Process[liveDo] {
	spec := l.spec(name)
	made := spec.New
	spec.New = func(ctx context.Context, self *actor.Self[liveDo]) (actor.Actor[liveDo], error) {
		if _, err := made(ctx, self); err != nil {
			return nil, err
		}
		return livePatient{&liveLife{l, name}, &answers}, nil
	}
	return actor.New(spec)
}

// liveUnwell returns the health error of an end.
func liveUnwell(t *testing.T, err error) *supervision.HealthError {
	t.Helper()
	require.ErrorIs(t, err, supervision.ErrUnhealthy)
	require.ErrorIs(t, err, actor.ErrRetryable)
	var unwell *supervision.HealthError
	require.ErrorAs(t, err, &unwell)
	return unwell
}

// An actor that does not come back from its handler answers no check. It is
// stopped after the third, cut off when its time to stop is over, named in the
// error and the event, and replaced at that very moment; what comes back later
// has no effect (G1).
func TestLiveHealthFindsAStuckActor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		tel, seen := liveEvents(t)
		a, b := log.process("a"), log.process("b")
		sup := liveStartWith(t, supervision.New(supervision.Spec{
			Name: "sup", Defaults: supervision.Defaults{Health: &liveChecks, Shutdown: supervision.Graceful(time.Second)},
			Children: liveChildren(a, b),
		}), tel)
		release := make(chan struct{})
		came := make(chan error, 1)
		require.NoError(t, a.TrySend(func(ctx context.Context) error {
			<-release
			came <- a.Send(ctx, liveFail)
			return errLive
		}))
		require.NoError(t, a.TrySend(func(context.Context) error { log.addf("next"); return nil }))
		time.Sleep(36*time.Second - 1)
		log.saw(t, "start(a)@0s", "start(b)@0s")
		info, err := supervision.Lookup(t.Context(), sup.Ref, "a")
		require.NoError(t, err)
		assert.Equal(t, actor.Failed("no answer in 2s"), info.Health)
		assert.Equal(t, supervision.StateRunning, info.State)
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		liveListed(t, sup.Ref, "a stopping", "b running")
		time.Sleep(time.Second)
		log.saw(t, "start(a)@37s", "next@37s")

		info, err = supervision.Lookup(t.Context(), sup.Ref, "a")
		require.NoError(t, err)
		assert.Equal(t, actor.Healthy, info.Health)
		assert.Equal(t, 1, info.Restarts)
		failed := liveKind(seen, monitoring.ChildFailed)
		require.Len(t, failed, 1)
		for _, err := range []error{info.LastError, failed[0].Err} {
			assert.Equal(t, supervision.HealthError{
				Path: "/sup/a", Failures: 3, Last: actor.Healthy, Timeout: 2 * time.Second,
			}, *liveUnwell(t, err))
			var left *actor.AbandonedError
			require.ErrorAs(t, err, &left)
			assert.Equal(t, actor.AbandonedError{
				Path: "/sup/a", Incarnation: 1, State: "receiving", Message: "liveDo", For: time.Second,
			}, *left)
		}
		assert.Equal(t, "/sup/a", failed[0].Path)

		close(release)
		require.ErrorIs(t, <-came, actor.ErrAbandoned)
		time.Sleep(time.Hour)
		log.saw(t)
		assert.EqualValues(t, 2, a.Incarnation())
		assert.EqualValues(t, 1, b.Incarnation())
		assert.NoError(t, sup.stop().Err)
	})
}

// A child is asked between two messages: one that is busy for less than the time
// to answer is well.
func TestLiveHealthOfABusyActor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		a := log.process("a")
		sup := liveStart(t, supervision.New(supervision.Spec{
			Name: "sup", Children: []supervision.Child{{Process: a, Health: &supervision.HealthCheck{Timeout: time.Second, Threshold: 1}}},
		}))
		for range 600 { // ten minutes of work without a pause
			require.NoError(t, a.Send(t.Context(), func(context.Context) error { time.Sleep(time.Second - 1); return nil }))
		}
		time.Sleep(time.Minute)
		log.saw(t, "start(a)@0s")
		exit := sup.stop()
		assert.NoError(t, exit.Err)
	})
}

// An answer that the child has failed counts, and ends it when there are too many;
// a healthy one starts the count over, a degraded one does not.
func TestLiveHealthAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		bad, so, well := liveSays(actor.Failed("no disk")), liveSays(actor.Degraded("slow disk")), liveSays(actor.Healthy)
		a := log.patient("a", bad, bad, well, bad, bad, so, bad)
		sup := liveStart(t, supervision.New(supervision.Spec{
			Name: "sup", Children: []supervision.Child{{Process: a, Health: &liveChecks, Shutdown: supervision.Infinity}},
		}))
		time.Sleep(time.Hour)
		log.saw(t, "start(a)@0s",
			"failed: no disk(a)@10s", "failed: no disk(a)@20s", "healthy(a)@30s",
			"failed: no disk(a)@40s", "failed: no disk(a)@50s", "degraded: slow disk(a)@1m0s", "failed: no disk(a)@1m10s",
			"stop(a, shutdown)@1m10s", "start(a)@1m10s")
		info, err := supervision.Lookup(t.Context(), sup.Ref, "a")
		require.NoError(t, err)
		unwell := liveUnwell(t, info.LastError)
		assert.Equal(t, actor.Failed("no disk"), unwell.Last)
		assert.Equal(t, 3, unwell.Failures)
		require.NotErrorIs(t, info.LastError, actor.ErrAbandoned)
		assert.EqualError(t, info.LastError, "supervision: unhealthy: /sup/a: 3 checks failed, the last one: no disk")
		assert.NoError(t, sup.stop().Err)
	})
}

// Degraded health is an event, once as long as the answer is the same, and nothing
// else.
func TestLiveHealthDegraded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		tel, seen := liveEvents(t)
		slow, slower := liveSays(actor.Degraded("slow")), liveSays(actor.Degraded("slower"))
		a := log.patient("a", slow, slow, slower, liveSays(actor.Healthy), slower, liveSays(actor.Failed("dead")), slower)
		sup := liveStartWith(t, supervision.New(supervision.Spec{
			Name: "sup", Children: []supervision.Child{{Process: a, Health: &liveChecks}},
		}), tel)
		time.Sleep(15 * time.Second)
		info, err := supervision.Lookup(t.Context(), sup.Ref, "a")
		require.NoError(t, err)
		assert.Equal(t, actor.Degraded("slow"), info.Health)
		time.Sleep(time.Hour)
		synctest.Wait()
		var got []string
		for _, e := range liveKind(seen, monitoring.ChildDegraded) {
			got = append(got, e.Reason+" "+e.Time.Sub(log.from).String())
			assert.Equal(t, "/sup/a", e.Path)
			assert.Equal(t, monitoring.Warning, e.Severity())
		}
		assert.Equal(t, []string{"slow 10s", "slower 30s", "slower 50s", "slower 1m10s"}, got)
		assert.EqualValues(t, 1, a.Incarnation())
		assert.NoError(t, sup.stop().Err)
	})
}

// A check that panics has failed; the actor goes on. One that hangs makes the actor
// a stuck one.
func TestLiveHealthTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		release := make(chan struct{})
		panics := func(context.Context) actor.Health { panic(errLive) }
		hangs := func(ctx context.Context) actor.Health {
			<-ctx.Done() // after the time for an answer
			log.addf("called off")
			<-release
			return actor.Healthy
		}
		a := log.patient("a", panics, panics, hangs)
		sup := liveStart(t, supervision.New(supervision.Spec{
			Name: "sup", Defaults: supervision.Defaults{Shutdown: supervision.Graceful(time.Second)},
			Children: []supervision.Child{{Process: a, Health: &liveChecks}},
		}))
		time.Sleep(25 * time.Second)
		info, err := supervision.Lookup(t.Context(), sup.Ref, "a")
		require.NoError(t, err)
		assert.Equal(t, actor.Failed("panicked: boom"), info.Health)
		require.NoError(t, liveCall(t, a, liveNothing))
		time.Sleep(time.Hour)
		log.saw(t, "start(a)@0s", "called off@32s", "start(a)@33s")
		info, err = supervision.Lookup(t.Context(), sup.Ref, "a")
		require.NoError(t, err)
		_ = liveUnwell(t, info.LastError)
		require.ErrorIs(t, info.LastError, actor.ErrAbandoned)
		close(release)
		assert.NoError(t, sup.stop().Err)
	})
}

// A check of one's own is asked instead of the child, on a goroutine of its own,
// so a busy child is no unhealthy one, and a panic harms nobody.
func TestLiveHealthOwnCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		release := make(chan struct{})
		answers := []func(context.Context) actor.Health{
			liveSays(actor.Degraded("cold")),
			func(context.Context) actor.Health { panic("out of order") },
			func(ctx context.Context) actor.Health { // slow, but not too slow
				time.Sleep(2*time.Second - 1)
				assert.NoError(t, ctx.Err())
				return actor.Healthy
			},
			func(ctx context.Context) actor.Health { // too slow
				<-ctx.Done()
				time.Sleep(time.Nanosecond)
				return actor.Healthy
			},
			liveSays(actor.Failed("no link")),
			liveSays(actor.Failed("no route")),
		}
		h := liveChecks
		h.Check = func(ctx context.Context) actor.Health {
			log.addf("check")
			if len(answers) == 0 {
				return actor.Healthy
			}
			next := answers[0]
			answers = answers[1:]
			return next(ctx)
		}
		a := log.process("a")
		sup := liveStart(t, supervision.New(supervision.Spec{
			Name: "sup", Children: []supervision.Child{{Process: a, Health: &h, Shutdown: supervision.Immediate}},
		}))
		liveOrder(t, a, liveHang(release)) // nobody asks it
		health := func() actor.Health {
			info, err := supervision.Lookup(t.Context(), sup.Ref, "a")
			require.NoError(t, err)
			return info.Health
		}
		for _, want := range []actor.Health{
			actor.Healthy, actor.Degraded("cold"), actor.Failed("panicked: out of order"), actor.Healthy,
			actor.Failed("no answer in 2s"), actor.Failed("no link"),
		} {
			time.Sleep(3 * time.Second)
			synctest.Wait()
			assert.Equal(t, want, health())
			time.Sleep(8 * time.Second)
		}
		time.Sleep(10 * time.Second)
		// The fourth was asked 12 s after the third was.
		log.saw(t, "start(a)@0s", "check@10s", "check@20s", "check@30s", "check@41.999999999s", "check@53.999999999s",
			"check@1m3.999999999s", "start(a)@1m3.999999999s", "check@1m13.999999999s")
		info, err := supervision.Lookup(t.Context(), sup.Ref, "a")
		require.NoError(t, err)
		assert.Equal(t, actor.Failed("no route"), liveUnwell(t, info.LastError).Last)
		require.ErrorIs(t, info.LastError, actor.ErrAbandoned)
		close(release)
		assert.NoError(t, sup.stop().Err)
	})
}

// As long as a call of such a check has not returned there is no other, and what is
// due meanwhile has failed.
func TestLiveHealthOwnCheckHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		release := make(chan struct{})
		h := liveChecks
		h.Check = func(context.Context) actor.Health {
			log.addf("check")
			<-release
			return actor.Failed("late")
		}
		sup := liveStart(t, supervision.New(supervision.Spec{
			Name: "sup", Children: []supervision.Child{{Process: log.process("a"), Health: &h}},
		}))
		time.Sleep(40 * time.Second)
		log.saw(t, "start(a)@0s", "check@10s", "stop(a, shutdown)@36s", "start(a)@36s")
		close(release) // its answer is to a question of another time
		synctest.Wait()
		info, err := supervision.Lookup(t.Context(), sup.Ref, "a")
		require.NoError(t, err)
		assert.Equal(t, actor.Healthy, info.Health)
		time.Sleep(6 * time.Second)
		log.saw(t, "check@46s")
		assert.NoError(t, sup.stop().Err)
	})
}

// What a check answers because its time is over comes too late, even if it says so
// at that very moment.
func TestLiveHealthTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rounds = 200
		log := newLiveLog()
		h := supervision.HealthCheck{Interval: time.Second, Timeout: time.Second, Threshold: rounds}
		own := h
		own.Check = func(ctx context.Context) actor.Health { <-ctx.Done(); return actor.Healthy }
		answers := make([]func(context.Context) actor.Health, rounds)
		for i := range answers {
			answers[i] = own.Check
		}
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: []supervision.Child{
			{Process: log.process("a"), Health: &own}, {Process: log.patient("b", answers...), Health: &h},
		}}))
		time.Sleep(2*rounds*time.Second + time.Second)
		for _, id := range []string{"a", "b"} {
			info, err := supervision.Lookup(t.Context(), sup.Ref, id)
			require.NoError(t, err)
			assert.Equal(t, 1, info.Restarts, id)
			assert.Equal(t, rounds, liveUnwell(t, info.LastError).Failures)
		}
		assert.NoError(t, sup.stop().Err)
	})
}

// No check delays a sibling's, whatever becomes of it.
func TestLiveHealthOfSiblings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		release := make(chan struct{})
		well := make([]func(context.Context) actor.Health, 6)
		for i := range well {
			well[i] = liveSays(actor.Healthy)
		}
		hang := func(context.Context) actor.Health { <-release; return actor.Healthy }
		own := liveChecks
		own.Check, own.Interval = hang, 12*time.Second
		stuck, b := log.patient("stuck", hang), log.patient("b", well...)
		sup := liveStart(t, supervision.New(supervision.Spec{
			Name: "sup", Defaults: supervision.Defaults{Health: &liveChecks, Shutdown: supervision.Immediate},
			Children: []supervision.Child{{Process: stuck}, {Process: log.process("own"), Health: &own}, {Process: b}},
		}))
		time.Sleep(time.Minute)
		log.saw(t, "start(stuck)@0s", "start(own)@0s", "start(b)@0s",
			"healthy(b)@10s", "healthy(b)@20s", "healthy(b)@30s",
			"start(stuck)@36s", "healthy(b)@40s", "stop(own, shutdown)@42s", "start(own)@42s",
			"healthy(b)@50s", "healthy(b)@1m0s")
		close(release)
		assert.NoError(t, sup.stop().Err)
	})
}

// liveClinic is a server that can be asked how it fares.
type liveClinic struct {
	fakeServer
	health func(context.Context) actor.Health
}

func (c liveClinic) Health(ctx context.Context) actor.Health { return c.health(ctx) }

// A server that can tell is asked; any other, and a function, is well as long as
// it is up.
func TestLiveHealthOfServers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		build := func(name string, health func(context.Context) actor.Health) actor.Child {
			return supervision.FromServer(name, func() (supervision.Server, error) {
				log.addf("build(%s)", name)
				quit := make(chan struct{})
				s := fakeServer{
					func() error { <-quit; return errLive },
					func(context.Context) error { log.addf("shutdown(%s)", name); close(quit); return nil },
				}
				if health == nil {
					return s, nil
				}
				return liveClinic{s, health}, nil
			})
		}
		asked := 0
		clinic := build("clinic", func(context.Context) actor.Health {
			if asked++; asked <= 3 {
				return actor.Failed("overrun")
			}
			return actor.Degraded("crowded")
		})
		sup := liveStart(t, supervision.New(supervision.Spec{
			Name: "sup", Defaults: supervision.Defaults{Health: &liveChecks},
			Children: liveChildren(clinic, build("plain", nil), supervision.FromFunc("func", func(ctx context.Context) error {
				<-ctx.Done()
				return nil
			})),
		}))
		time.Sleep(time.Minute)
		log.saw(t, "build(clinic)@0s", "build(plain)@0s", "shutdown(clinic)@30s", "build(clinic)@30s")
		info, err := supervision.Lookup(t.Context(), sup.Ref, "clinic")
		require.NoError(t, err)
		assert.Equal(t, actor.Degraded("crowded"), info.Health)
		assert.Equal(t, actor.Failed("overrun"), liveUnwell(t, info.LastError).Last)
		for _, id := range []string{"plain", "func"} {
			info, err := supervision.Lookup(t.Context(), sup.Ref, id)
			require.NoError(t, err)
			assert.Equal(t, actor.Healthy, info.Health)
			assert.Zero(t, info.Restarts)
		}
		assert.NoError(t, sup.stop().Err)
	})
}

// Checks can be switched off and on. Off they stay so over restarts; when they are
// on again the count is at zero, and a whole interval passes first.
func TestLiveHealthSwitch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		log := newLiveLog()
		bad := make([]func(context.Context) actor.Health, 5)
		for i := range bad {
			bad[i] = liveSays(actor.Failed("ill"))
		}
		a := log.patient("a", bad...)
		sup := liveStart(t, supervision.New(supervision.Spec{
			Name: "sup", Children: []supervision.Child{{Process: a, Health: &liveChecks}, {Process: log.process("b")}},
		}))
		time.Sleep(25 * time.Second)
		require.NoError(t, supervision.DisableHealth(ctx, sup.Ref, "a"))
		require.NoError(t, supervision.DisableHealth(ctx, sup.Ref, "a"), "twice")
		time.Sleep(time.Hour)
		liveOrder(t, a, liveFail)
		time.Sleep(time.Hour)
		log.saw(t, "start(a)@0s", "start(b)@0s", "failed: ill(a)@10s", "failed: ill(a)@20s",
			"stop(a, failure)@1h0m25s", "start(a)@1h0m25s")
		log.from = time.Now()
		require.NoError(t, supervision.EnableHealth(ctx, sup.Ref, "a"))
		time.Sleep(5 * time.Second)
		require.NoError(t, supervision.EnableHealth(ctx, sup.Ref, "a"), "twice")
		time.Sleep(time.Minute)
		log.saw(t, "failed: ill(a)@10s", "failed: ill(a)@20s", "failed: ill(a)@30s", "stop(a, shutdown)@30s", "start(a)@30s")

		for _, of := range []func(context.Context, actor.Ref[supervision.Message], string) error{
			supervision.EnableHealth, supervision.DisableHealth,
		} {
			require.ErrorIs(t, of(ctx, sup.Ref, "b"), supervision.ErrHealthOff)
			require.ErrorIs(t, of(ctx, sup.Ref, "nobody"), supervision.ErrNotFound)
		}
		assert.NoError(t, sup.stop().Err)
		require.ErrorIs(t, supervision.EnableHealth(ctx, sup.Ref, "a"), actor.ErrStopped)
	})
}

// A check that is under way when the checks are switched off has no effect, even if
// the child is stuck in it.
func TestLiveHealthSwitchedOffMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		release := make(chan struct{})
		h := supervision.HealthCheck{Interval: time.Second, Timeout: time.Second, Threshold: 1, Check: func(ctx context.Context) actor.Health {
			select {
			case <-ctx.Done():
				log.addf("called off")
			case <-release:
			}
			return actor.Failed("late")
		}}
		sup := liveStart(t, supervision.New(supervision.Spec{
			Name: "sup", Children: []supervision.Child{{Process: log.process("a"), Health: &h}},
		}))
		time.Sleep(1500 * time.Millisecond)
		require.NoError(t, supervision.DisableHealth(t.Context(), sup.Ref, "a"))
		time.Sleep(time.Hour)
		log.saw(t, "start(a)@0s", "called off@1.5s")
		info, err := supervision.Lookup(t.Context(), sup.Ref, "a")
		require.NoError(t, err)
		assert.Equal(t, actor.Healthy, info.Health)
		assert.NoError(t, sup.stop().Err)
	})
}

// To be unhealthy is a failure like any other: it counts, rules decide about it,
// and siblings share the restart.
func TestLiveHealthIsAFailure(t *testing.T) {
	ill := func(log *liveLog, rules ...supervision.Rule) supervision.Child {
		once := supervision.HealthCheck{Interval: 10 * time.Second, Threshold: 1}
		return supervision.Child{Process: log.patient("ill", liveSays(actor.Failed("ill"))), Health: &once, Decider: rules}
	}
	t.Run("limit", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			log := newLiveLog()
			sup := liveStart(t, supervision.New(supervision.Spec{
				Name: "sup", Limit: supervision.AtMost(0, time.Hour), Children: []supervision.Child{ill(log), {Process: log.process("b")}},
			}))
			exit := <-sup.ended
			log.saw(t, "start(ill)@0s", "start(b)@0s", "failed: ill(ill)@10s", "stop(ill, shutdown)@10s", "stop(b, shutdown)@10s")
			var gaveUp *supervision.IntensityError
			require.ErrorAs(t, exit.Err, &gaveUp)
			_ = liveUnwell(t, gaveUp.Last)
			sup.Retire(exit.Err)
		})
	})
	t.Run("group", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			log := newLiveLog()
			sup := liveStart(t, supervision.New(supervision.Spec{
				Name: "sup", Strategy: supervision.RestForOne,
				Children: []supervision.Child{{Process: log.process("a")}, ill(log), {Process: log.process("b")}},
			}))
			time.Sleep(time.Minute)
			log.saw(t, "start(a)@0s", "start(ill)@0s", "start(b)@0s", "failed: ill(ill)@10s", "stop(ill, shutdown)@10s",
				"stop(b, shutdown)@10s", "start(ill)@10s", "start(b)@10s")
			assert.NoError(t, sup.stop().Err)
		})
	})
	for name, rule := range map[string]supervision.Rule{
		"stop":     supervision.When(supervision.ErrUnhealthy).Stop(),
		"escalate": supervision.WhenType[*supervision.HealthError]().Escalate(),
		"resume":   supervision.When(supervision.ErrUnhealthy).Resume(), // who was stopped is not there to be resumed
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := newLiveLog()
				sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: []supervision.Child{ill(log, rule)}}))
				time.Sleep(time.Minute)
				switch name {
				case "stop":
					log.saw(t, "start(ill)@0s", "failed: ill(ill)@10s", "stop(ill, shutdown)@10s")
					liveListed(t, sup.Ref, "ill stopped")
				case "resume":
					log.saw(t, "start(ill)@0s", "failed: ill(ill)@10s", "stop(ill, shutdown)@10s", "start(ill)@10s")
				case "escalate":
					exit := <-sup.ended
					require.ErrorIs(t, exit.Err, supervision.ErrEscalated)
					_ = liveUnwell(t, exit.Err)
					sup.Retire(exit.Err)
					return
				}
				assert.NoError(t, sup.stop().Err)
			})
		})
	}
}

// While an unhealthy child is being stopped, whoever wants it stopped for good, or
// as part of a group or of the tree, has the last word.
func TestLiveHealthStopsMeanwhile(t *testing.T) {
	start := func(t *testing.T, strategy supervision.Strategy) (*liveLog, *liveSup, *actor.Process[liveDo]) {
		log := newLiveLog()
		once := supervision.HealthCheck{Interval: 10 * time.Second, Timeout: time.Second, Threshold: 1}
		a, b := log.process("a"), log.process("b")
		sup := liveStart(t, supervision.New(supervision.Spec{
			Name: "sup", Strategy: strategy, Children: []supervision.Child{{Process: a, Health: &once}, {Process: b}},
		}))
		require.NoError(t, a.TrySend(func(context.Context) error { time.Sleep(14 * time.Second); return nil }))
		time.Sleep(12 * time.Second) // it has been told to stop, and will at 14 s
		liveListed(t, sup.Ref, "a stopping", "b running")
		return log, sup, b
	}
	t.Run("terminate", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			log, sup, _ := start(t, supervision.OneForOne)
			require.NoError(t, supervision.TerminateChild(t.Context(), sup.Ref, "a"))
			time.Sleep(time.Minute)
			log.saw(t, "start(a)@0s", "start(b)@0s", "stop(a, shutdown)@14s")
			liveListed(t, sup.Ref, "a stopped", "b running")
			info, err := supervision.Lookup(t.Context(), sup.Ref, "a")
			require.NoError(t, err)
			_ = liveUnwell(t, info.LastError)
			assert.NoError(t, sup.stop().Err)
		})
	})
	t.Run("group", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			log, sup, b := start(t, supervision.OneForAll)
			liveOrder(t, b, liveFail)
			time.Sleep(time.Minute)
			log.saw(t, "start(a)@0s", "start(b)@0s", "stop(b, failure)@12s", "stop(a, shutdown)@14s", "start(a)@14s", "start(b)@14s")
			assert.NoError(t, sup.stop().Err)
		})
	})
	t.Run("tree", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			log, sup, _ := start(t, supervision.OneForOne)
			exit := sup.stop()
			log.saw(t, "start(a)@0s", "start(b)@0s", "stop(b, shutdown)@12s", "stop(a, shutdown)@14s")
			assert.NoError(t, exit.Err)
		})
	})
}

// A check that is under way at the end of the supervisor is called off.
func TestLiveHealthAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		called := make(chan error, 1)
		h := supervision.HealthCheck{Interval: time.Second, Timeout: time.Hour, Check: func(ctx context.Context) actor.Health {
			<-ctx.Done()
			called <- ctx.Err()
			return actor.Healthy
		}}
		sup := liveStart(t, supervision.New(supervision.Spec{
			Name: "sup", Children: []supervision.Child{{Process: liveNew("a"), Health: &h}},
		}))
		time.Sleep(2 * time.Second)
		began := time.Now()
		assert.NoError(t, sup.stop().Err)
		require.ErrorIs(t, <-called, context.Canceled)
		assert.Zero(t, time.Since(began))
	})
}

// The context of a check is done as soon as there is an answer, also if others
// are asked at the same time.
func TestLiveHealthContextOfAnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLiveLog()
		var both sync.WaitGroup
		both.Add(2)
		contexts := make(chan context.Context, 2)
		var once [2]sync.Once
		check := func(i int) *supervision.HealthCheck {
			return &supervision.HealthCheck{
				Interval: time.Second, Timeout: time.Minute,
				Check: func(ctx context.Context) actor.Health {
					once[i].Do(func() {
						contexts <- ctx
						both.Done()
						both.Wait()
					})
					return actor.Healthy
				},
			}
		}
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: []supervision.Child{
			{Process: log.process("a"), Health: check(0)}, {Process: log.process("b"), Health: check(1)},
		}}))
		time.Sleep(time.Second)
		synctest.Wait()
		for range 2 {
			assert.ErrorIs(t, (<-contexts).Err(), context.Canceled)
		}
		assert.NoError(t, sup.stop().Err)
	})
}
