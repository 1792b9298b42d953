package system_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/internal/spantest"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// phaseTask is a task that takes its time, notes that it ran, and returns err.
func phaseTask(log *kitLog, name string, d time.Duration, err error) system.Task {
	return system.Task{Name: name, Run: func(context.Context) error {
		time.Sleep(d)
		log.addf("%s", name)
		return err
	}}
}

// phaseFailed returns what became of tasks, a line each.
func phaseFailed(err error) (lines []string) {
	var walk func(error)
	walk = func(err error) {
		switch err := err.(type) { //nolint:errorlint // goes through the chain itself
		case *system.TaskError:
			lines = append(lines, err.Phase+"/"+err.Task+": "+err.Err.Error())
		case interface{ Unwrap() []error }:
			for _, err := range err.Unwrap() {
				walk(err)
			}
		}
	}
	walk(err)
	return lines
}

// The phases come one after the other; the tasks of one run side by side; the
// tree is stopped in between (D1).
func TestPhasesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log kitLog
		cfg := kitConfig(kitNew("a", &log))
		cfg.Phases = []system.Phase{
			{Name: "first", Tasks: []system.Task{phaseTask(&log, "slow", 2*time.Second, nil), phaseTask(&log, "quick", time.Second, nil)}},
			{Name: "empty"},
			{Name: system.PhaseActors},
			{Name: "last"},
		}
		s := kitStart(t, cfg)
		require.NoError(t, s.OnShutdown("first", phaseTask(&log, "added", 0, nil)))
		require.NoError(t, s.OnShutdown("last", phaseTask(&log, "after", 0, nil)))
		require.Len(t, cfg.Phases[0].Tasks, 2)
		log.take()
		began := time.Now()
		kitShut(t, s)
		assert.Equal(t, 2*time.Second, time.Since(began))
		assert.Equal(t, []string{"added", "quick", "slow", "stop a: shutdown", "after"}, log.take())
		kitShut(t, s)
		assert.Empty(t, log.take(), "twice")
	})
}

// What is said nowhere are three phases, with five seconds each (D1).
func TestPhasesByDefault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log kitLog
		s := kitStart(t, kitConfig(kitNew("a", &log)))
		require.NoError(t, s.OnShutdown(system.PhaseRelease, phaseTask(&log, "release", 0, nil)))
		require.NoError(t, s.OnShutdown(system.PhaseDrain, phaseTask(&log, "drain", system.DefaultPhaseTimeout-1, nil)))
		log.take()
		kitShut(t, s)
		assert.Equal(t, []string{"drain", "stop a: shutdown", "release"}, log.take())
	})
}

// However many shut the system down, each task runs once, and all are told the
// same (D2).
func TestPhasesRunOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log kitLog
		s := kitStart(t, kitConfig(kitNew("a", nil)))
		require.NoError(t, s.OnShutdown(system.PhaseDrain, phaseTask(&log, "drain", time.Second, errKit)))
		var all sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			all.Go(func() { errs[i] = s.Shutdown(context.Background()) })
		}
		all.Wait()
		assert.Equal(t, []string{"drain"}, log.take())
		for _, err := range errs {
			assert.ErrorIs(t, err, errKit)
			assert.Equal(t, s.Err(), err)
		}
	})
}

// A system that ends by itself goes through its phases too (D2).
func TestPhasesAfterGivingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log kitLog
		a := kitNew("a", nil)
		cfg := kitConfig(a)
		cfg.Root.Limit = supervision.AtMost(0, time.Minute)
		s := kitStart(t, cfg)
		for _, phase := range []string{system.PhaseDrain, system.PhaseRelease} {
			require.NoError(t, s.OnShutdown(phase, phaseTask(&log, phase, time.Second, nil)))
		}
		kitSend(t, a.Ref, kitFail)
		synctest.Wait()
		assert.Equal(t, system.StateStopping, s.State())
		require.ErrorIs(t, s.Shutdown(t.Context()), supervision.ErrIntensityExceeded)
		assert.Equal(t, []string{"drain", "release"}, log.take())
	})
}

// Nothing has begun of a system that could not be started, so nothing is to be
// ended (D2).
func TestPhasesOfAFailedStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log kitLog
		cfg := kitConfig(kitBroken("bad", errKit))
		cfg.Phases = []system.Phase{{Name: "p", Tasks: []system.Task{phaseTask(&log, "t", 0, nil)}}, {Name: system.PhaseActors}}
		_, err := system.Start(t.Context(), cfg)
		require.ErrorIs(t, err, errKit)
		assert.Empty(t, log.take())
	})
}

// What a task does wrong is told with its name, and holds up nobody beyond the
// time of its phase (D3).
func TestPhasesWithTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log kitLog
		hang := kitHang(t)
		cause := make(chan error, 1)
		cfg := kitConfig(kitNew("a", &log))
		cfg.Phases = []system.Phase{
			{Name: "bad", Timeout: 100 * time.Millisecond, Tasks: []system.Task{
				{Name: "fails", Run: kitFail},
				{Name: "panics", Run: kitPanic},
				{Name: "exits", Run: func(context.Context) error { runtime.Goexit(); return nil }},
				{Name: "hangs", Run: hang},
				{Name: "heeds", Run: func(ctx context.Context) error {
					<-ctx.Done()
					cause <- context.Cause(ctx)
					return nil
				}},
				phaseTask(&log, "good", 50*time.Millisecond, nil),
			}},
			{Name: system.PhaseActors},
			{Name: "next", Tasks: []system.Task{phaseTask(&log, "goes on", 0, nil)}},
		}
		s := kitStart(t, cfg)
		log.take()
		began := time.Now()
		err := s.Shutdown(context.Background())
		assert.Equal(t, 100*time.Millisecond, time.Since(began))
		assert.Equal(t, []string{"good", "stop a: shutdown", "goes on"}, log.take())
		require.ErrorIs(t, <-cause, system.ErrTaskTimeout)
		lines := phaseFailed(err)
		require.Len(t, lines, 5)
		assert.Equal(t, "bad/fails: boom", lines[0])
		assert.Contains(t, lines[1], "bad/panics: ")
		assert.Contains(t, lines[2], "bad/exits: ")
		assert.Equal(t, "bad/hangs: "+system.ErrTaskTimeout.Error(), lines[3])
		assert.Equal(t, "bad/heeds: "+system.ErrTaskTimeout.Error(), lines[4])
		require.ErrorIs(t, err, errKit)
		require.ErrorIs(t, err, actor.ErrGoexit)
		var panicked *actor.PanicError
		require.ErrorAs(t, err, &panicked)
		assert.ErrorContains(t, err, "system: shutdown task bad/fails: boom")
	})
}

// After a required phase that failed only the tree is stopped (D3).
func TestPhasesAfterARequiredOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log kitLog
		cfg := kitConfig(kitNew("a", &log))
		cfg.Phases = []system.Phase{
			{Name: "one", Required: true, Tasks: []system.Task{phaseTask(&log, "good", 0, nil)}},
			{Name: "two", Required: true, Tasks: []system.Task{phaseTask(&log, "bad", 0, errKit)}},
			{Name: "three", Tasks: []system.Task{phaseTask(&log, "never", 0, nil)}},
			{Name: system.PhaseActors},
			{Name: "four"},
		}
		s := kitStart(t, cfg)
		log.take()
		err := s.Shutdown(context.Background())
		assert.Equal(t, []string{"good", "bad", "stop a: shutdown"}, log.take())
		assert.Equal(t, []string{"two/bad: boom", "three/never: " + system.ErrTaskSkipped.Error()}, phaseFailed(err))
		assert.ErrorIs(t, err, system.ErrTaskSkipped)
	})
}

// The deadline of the whole caps all phases, and leaves the tree its time (D4).
func TestPhasesShareTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log kitLog
		a := kitNew("a", &log)
		cfg := kitConfig(a)
		hang := kitHang(t)
		cfg.Phases = []system.Phase{
			{Name: "one", Timeout: time.Hour, Tasks: []system.Task{{Name: "hangs", Run: hang}}},
			{Name: system.PhaseActors},
			{Name: "two", Timeout: actor.Forever, Tasks: []system.Task{{Name: "hangs", Run: hang}}},
		}
		s := kitStart(t, cfg)
		kitSend(t, a.Ref, func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(time.Second)
			return nil
		})
		log.take()
		ctx, cancel := context.WithTimeout(context.Background(), 8*time.Second)
		defer cancel()
		began := time.Now()
		err := s.Shutdown(ctx)
		assert.Equal(t, 8*time.Second, time.Since(began))
		assert.Len(t, phaseFailed(err), 2)
		assert.Equal(t, []string{"stop a: shutdown"}, log.take())
		assert.NotErrorIs(t, err, actor.ErrAbandoned)
	})
}

// Without a limit nobody is hurried; who no longer waits leaves a moment (D4).
func TestPhasesWithoutALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log kitLog
		cfg := kitConfig(kitNew("a", nil))
		cfg.ShutdownTimeout = actor.Forever
		cfg.Phases = []system.Phase{
			{Name: "one", Timeout: actor.Forever, Tasks: []system.Task{phaseTask(&log, "slow", time.Hour, nil)}},
			{Name: system.PhaseActors},
		}
		s := kitStart(t, cfg)
		kitShut(t, s)
		assert.Equal(t, []string{"slow"}, log.take())

		cfg.Phases[0].Tasks = []system.Task{
			{Name: "hangs", Run: kitHang(t)},
			{Name: "heeds", Run: func(ctx context.Context) error { <-ctx.Done(); return errKit }},
		}
		cfg.Root.Children = kitChildren(kitNew("a", nil))
		s = kitStart(t, cfg)
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(time.Minute, cancel)
		began := time.Now()
		err := s.Shutdown(ctx)
		assert.Equal(t, time.Minute+100*time.Millisecond, time.Since(began))
		assert.Equal(t, []string{"one/hangs: " + system.ErrTaskTimeout.Error(), "one/heeds: boom"}, phaseFailed(err))
	})
}

// A task is added before its phase begins, or not at all (D5).
func TestOnShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log kitLog
		s := kitStart(t, kitConfig(kitNew("a", nil)))
		none := func(context.Context) error { return nil }
		require.NoError(t, s.OnShutdown(system.PhaseDrain, system.Task{Name: "adds", Run: func(context.Context) error {
			late := s.OnShutdown(system.PhaseDrain, system.Task{Name: "late", Run: none})
			log.addf("%v", errors.Is(late, system.ErrShutdown))
			return s.OnShutdown(system.PhaseRelease, phaseTask(&log, "in time", 0, nil))
		}}))
		for _, c := range []struct {
			phase string
			task  system.Task
			want  error
			text  string
		}{
			{"nowhere", system.Task{Name: "t", Run: none}, actor.ErrNotFound, "task nowhere/t: no such phase"},
			{strings.Repeat("é", 200), system.Task{Name: "t", Run: none}, actor.ErrNotFound, "task " + strings.Repeat("é", 127) + "/t: no such phase"},
			{strings.Repeat("x", 300), system.Task{Name: "t", Run: none}, actor.ErrNotFound, "task " + strings.Repeat("x", 255) + "/t: no such phase"},
			{system.PhaseActors, system.Task{Name: "t", Run: none}, nil, "tasks are given"},
			{system.PhaseDrain, system.Task{Name: "adds", Run: none}, system.ErrTaskExists, "drain/adds"},
			{system.PhaseDrain, system.Task{Name: "t"}, nil, "Run is nil"},
			{system.PhaseDrain, system.Task{Run: none}, nil, "name is empty"},
			{system.PhaseDrain, system.Task{Name: "a/b", Run: none}, nil, "name contains a slash"},
		} {
			err := s.OnShutdown(c.phase, c.task)
			var failed *system.TaskError
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, c.phase, failed.Phase)
			require.ErrorContains(t, err, c.text)
			if c.want != nil {
				assert.ErrorIs(t, err, c.want)
			}
		}
		kitShut(t, s)
		assert.Equal(t, []string{"true", "in time"}, log.take())
		assert.ErrorIs(t, s.OnShutdown(system.PhaseRelease, system.Task{Name: "t", Run: none}), system.ErrShutdown)
	})
}

// Tasks come from many goroutines while the system ends: each runs once, or is
// refused (D5).
func TestOnShutdownRacesShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log kitLog
		s := kitStart(t, kitConfig(kitNew("a", nil)))
		var added kitLog
		var all sync.WaitGroup
		for i := range 32 {
			all.Go(func() {
				name := fmt.Sprint("t", i)
				if err := s.OnShutdown(system.PhaseRelease, phaseTask(&log, name, 0, nil)); err == nil {
					added.addf("%s", name)
				} else {
					assert.ErrorIs(t, err, system.ErrShutdown)
				}
			})
			if i == 16 {
				all.Go(func() { _ = s.Shutdown(context.Background()) })
			}
		}
		all.Wait()
		<-s.Done()
		assert.ElementsMatch(t, added.take(), log.take())
	})
}

// A task cannot wait for the end that waits for it (D5).
func TestShutdownFromTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := kitStart(t, kitConfig(kitNew("a", nil)))
		other := kitStart(t, kitConfig(kitNew("a", nil)))
		require.NoError(t, s.OnShutdown(system.PhaseDrain, system.Task{Name: "t", Run: func(ctx context.Context) error {
			if err := other.Shutdown(ctx); err != nil {
				return err
			}
			return s.Shutdown(ctx)
		}}))
		var cycle *actor.DeadlockError
		require.ErrorAs(t, s.Shutdown(context.Background()), &cycle)
		assert.Equal(t, []string{"drain/t", "system.Shutdown", "drain/t"}, cycle.Path)
	})
}

// The phases that had something to do are part of the shutdown's trace (D6).
func TestTracePhases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		spans := spantest.New()
		var log kitLog
		var events monitoring.Memory[monitoring.SystemEvent]
		cfg := kitConfig(kitNew("a", nil))
		cfg.TracerProvider = spans
		cfg.Monitors.System = &events
		s := kitStart(t, cfg)
		require.NoError(t, s.OnShutdown(system.PhaseDrain, phaseTask(&log, "t", time.Second, nil)))
		require.NoError(t, s.OnShutdown(system.PhaseRelease, phaseTask(&log, "t", 0, errKit)))
		require.ErrorIs(t, s.Shutdown(context.Background()), errKit)
		assert.Equal(t, strings.Join([]string{
			"shutdown sys 0s+1s",
			"  phase drain 0s+1s",
			"  stop sys 1s+0s {actor.stop.reason=shutdown}",
			"    stop a 1s+0s {actor.stop.reason=shutdown}",
			"  phase release ERROR \"system: shutdown task release/t: boom\" 1s+0s {error.type=*system.TaskError}",
			"    ! exception *system.TaskError: system: shutdown task release/t: boom 1s",
			"",
		}, "\n"), spans.Tree("actor.stop.reason", "error.type"))
		last := events.Snapshot().Recent[1]
		assert.Equal(t, monitoring.SystemShutdown, last.Kind)
		assert.ErrorIs(t, last.Err, errKit)
	})
}

func TestState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := kitStart(t, kitConfig(kitNew("a", nil)))
		assert.Equal(t, system.StateRunning, s.State())
		require.NoError(t, s.Answers(t.Context()))
		seen := make(chan system.State, 1)
		require.NoError(t, s.OnShutdown(system.PhaseDrain, system.Task{Name: "t", Run: func(ctx context.Context) error {
			seen <- s.State()
			return s.Answers(ctx)
		}}))
		kitShut(t, s)
		assert.Equal(t, system.StateStopping, <-seen)
		assert.Equal(t, system.StateStopped, s.State())
		require.ErrorIs(t, s.Answers(t.Context()), actor.ErrStopped)
		assert.Equal(t, "starting running stopping stopped State(4)", fmt.Sprint(
			system.StateStarting, " ", system.StateRunning, " ", system.StateStopping, " ", system.StateStopped, " ", system.State(4)))
	})
}
