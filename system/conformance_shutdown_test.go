package system_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// shutdown is group G: orderly ends, and those that are not (G1, R2, R10, L4,
// L5, L6, D2, D3).
func shutdown() []scenario {
	return []scenario{
		live("SD-01", stopsInReverse),
		live("SD-02", abandonsWhoDoesNotStop),
		parts("SD-03",
			live("message", func(s *stage) { waitsForever(s, busy(time.Hour), 0) }),
			live("hook", func(s *stage) { waitsForever(s, increment, time.Hour) })),
		live("SD-04", givesNoTime),
		live("SD-05", stopsSideBySide),
		parts("SD-08",
			live("when asked", reportsOddEnds),
			live("by themselves", reportsOddEndsOfTheirOwn)),
		live("SD-12", stopsDepthFirst),
		parts("SD-13",
			live("by itself", endsOnce),
			live("during the start", endsOnceWhileItStarts)),
		parts("SD-14",
			live("recovering", goesThroughPhases),
			live("not recovering", endsAtARequiredPhase),
			live("cycle", refusesACycle)),
	}
}

// phased starts a system whose tree stops after the phases A, B and C. In A one
// task fails and another takes its time; B has a tenth of a second and does not
// use it.
func (s *stage) phased(required bool) {
	s.Helper()
	task := func(name string, d time.Duration, err error) system.Task {
		return system.Task{Name: name, Run: func(context.Context) error {
			time.Sleep(d)
			s.log.addf("task(%s)", name)
			return err
		}}
	}
	hangs := system.Task{Name: "b1", Run: func(context.Context) error { <-s.free; return nil }}
	sys, err := system.Start(s.ctx, system.Config{
		Name: "s", Logger: slog.New(slog.DiscardHandler),
		Root: supervision.Spec{Children: declarations([]member{s.probe("x")})},
		Phases: []system.Phase{
			{Name: "A", Required: required, Tasks: []system.Task{task("a1", 0, errBoom), task("a2", ms(10), nil)}},
			{Name: "B", Timeout: ms(100), Tasks: []system.Task{hangs}},
			{Name: "C", Tasks: []system.Task{task("c1", 0, nil)}},
			{Name: system.PhaseActors},
		},
	})
	require.NoError(s, err)
	s.sys = sys
	s.sawf("start(x)")
	s.mark()
}

// stopTwice shuts the system down from two sides at once.
func (s *stage) stopTwice() error {
	s.Helper()
	other := make(chan error, 1)
	go func() { other <- s.sys.Shutdown(s.ctx) }()
	err := s.stop()
	assert.Equal(s, err, <-other)
	return err
}

// A task that fails, or does not return, holds up the next phase no longer than
// its own phase lasts. All of it happens once.
func goesThroughPhases(s *stage) {
	s.phased(false)
	err := s.stopTwice()
	s.sawAtf("task(a1)@0s task(a2)@10ms task(c1)@110ms stop(x, shutdown)@110ms")
	assert.ErrorIs(s, err, errBoom)
	assert.ErrorIs(s, err, system.ErrTaskTimeout)
	assert.NotErrorIs(s, err, system.ErrTaskSkipped)
}

// If the first phase is required nothing of the others is done. The tree is
// stopped all the same, for no shutdown leaves anything running.
func endsAtARequiredPhase(s *stage) {
	s.phased(true)
	err := s.stopTwice()
	s.sawAtf("task(a1)@0s task(a2)@10ms stop(x, shutdown)@10ms")
	assert.ErrorIs(s, err, errBoom)
	assert.NotErrorIs(s, err, system.ErrTaskTimeout)
	assert.ErrorIs(s, err, system.ErrTaskSkipped)
}

// Phases are a list: what would be a cycle is a phase that is named twice.
func refusesACycle(s *stage) {
	_, err := system.Start(s.ctx, system.Config{Name: "s", Phases: []system.Phase{
		{Name: "A"}, {Name: system.PhaseActors}, {Name: "B"}, {Name: "A"},
	}})
	assert.ErrorIs(s, err, system.ErrInvalidConfig)
	assert.ErrorContains(s, err, `Phases[3].Name: duplicate "A"`)
}

// Each has stopped before the one before it is asked to.
func stopsInReverse(s *stage) {
	var probes []*probe
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		probes = append(probes, s.probe(id, stopsIn(ms(10))))
	}
	sup := supervisor("sup", supervision.Spec{}, members(probes)...)
	p := s.probe("p", parentOf(sup))
	s.start(supervision.Spec{}, p)
	s.sawf("start(p) start(a) start(b) start(c) start(d) start(e)")
	s.mark()
	s.tell(p, stopKid(sup, actor.Forever))
	time.Sleep(time.Hour)
	s.sawAtf("stop(e, shutdown)@10ms stop(d, shutdown)@20ms stop(c, shutdown)@30ms " +
		"stop(b, shutdown)@40ms stop(a, shutdown)@50ms ended(sup, shutdown)@50ms")
	assert.NoError(s, p.lastEvent().Exit.Err)
}

// Who does not stop in time is left behind, and named. What it does later has no
// effect.
func abandonsWhoDoesNotStop(s *stage) {
	c, kid := s.probe("c"), s.probe("kid")
	a, b := s.probe("a"), s.probe("b", shutsDown(supervision.Graceful(time.Second)))
	sup := supervisor("sup", supervision.Spec{}, a, b)
	p := s.probe("p", parentOf(sup))
	s.start(supervision.Spec{}, c, p)
	s.sawf("start(c) start(p) start(a) start(b)")

	woke, late, answer := make(chan struct{}), make(chan error, 2), make(chan error, 1)
	go func() {
		_, err := actor.Ask(s.ctx, b.Ref, func(r actor.Reply[int]) order {
			return order{"stuck", func(ctx context.Context, me *life) error {
				<-woke
				late <- c.Send(ctx, say("too late"))
				late <- me.self.Start(kid.Process, me.told)
				me.self.After(0, say("too late"))
				r.Send(1)
				return errBoom
			}}
		})
		answer <- err
	}()
	synctest.Wait()
	s.abandoned(b)
	s.mark()
	s.tell(p, stopKid(sup, actor.Forever))
	s.took(time.Second, func() { assert.ErrorIs(s, <-answer, actor.ErrAbandoned) })
	s.sawAtf("stop(a, shutdown)@1s ended(sup, shutdown)@1s")
	reported, ok := errors.AsType[*supervision.ShutdownError](p.lastEvent().Exit.Err)
	require.True(s, ok)
	assert.ErrorIs(s, reported, supervision.ErrShutdownTimeout)
	require.Len(s, reported.Errors, 1)
	s.leftBehind(reported.Errors[0], "/s/p/sup", "b", time.Second, "receiving")

	close(woke)
	assert.ErrorIs(s, <-late, actor.ErrAbandoned)
	assert.ErrorIs(s, <-late, actor.ErrAbandoned)
	time.Sleep(time.Hour)
	s.sawf("")
	s.gone(a, b)
	s.incarnation(0, kid)
	s.incarnation(1, c, p)
}

// Infinity waits.
func waitsForever(s *stage, o order, hook time.Duration) {
	a, b := s.probe("a"), s.probe("b", shutsDown(supervision.Infinity), stopsIn(hook))
	s.start(supervision.Spec{}, a, b)
	s.tell(b, o)
	s.sawf("start(a) start(b)")
	s.mark()
	s.took(time.Hour, func() { assert.NoError(s, s.stop()) })
	s.sawAtf("stop(b, shutdown)@1h0m0s stop(a, shutdown)@1h0m0s")
}

// Immediate gives no time: what is under way is left behind. By L5 the hook of
// an idle actor still runs, if it does not take long. A policy of zero is no
// policy: the spec is refused (ST-02).
func givesNoTime(s *stage) {
	a, e := s.probe("a", stopsIn(ms(100))), s.probe("e", stopsIn(ms(100)))
	idle := s.probe("b", shutsDown(supervision.Immediate))
	stuck := s.probe("c", shutsDown(supervision.Immediate))
	slow := s.probe("d", shutsDown(supervision.Immediate), stopsIn(time.Hour))
	s.start(supervision.Spec{}, a, idle, stuck, slow, e)
	s.tell(stuck, hang)
	s.sawf("start(a) start(b) start(c) start(d) start(e)")
	s.abandoned(stuck)
	s.abandoned(slow)
	s.mark()
	err := s.stop()
	s.sawAtf("stop(e, shutdown)@100ms stop(b, shutdown)@110ms stop(a, shutdown)@210ms")
	reported, ok := errors.AsType[*supervision.ShutdownError](err)
	require.True(s, ok)
	require.Len(s, reported.Errors, 2)
	s.leftBehind(reported.Errors[0], "/s", "d", ms(10), "stopping")
	s.leftBehind(reported.Errors[1], "/s", "c", 0, "receiving")
	assert.ErrorIs(s, err, supervision.ErrShutdownTimeout)
}

// A dynamic supervisor's children stop at the same time.
func stopsSideBySide(s *stage) {
	d := dynamic("d", supervision.Spec{})
	s.start(supervision.Spec{}, d)
	none := s.probe("none", stopsIn(ms(300)), shutsDown(supervision.Immediate))
	brief := s.probe("brief", stopsIn(ms(300)), shutsDown(supervision.Graceful(ms(100))))
	usual := s.probe("usual", stopsIn(ms(300)))
	endless := s.probe("endless", stopsIn(ms(300)), shutsDown(supervision.Infinity))
	for _, p := range []*probe{none, brief, usual, endless} {
		s.add(d.Ref, p)
	}
	s.abandoned(none)
	s.abandoned(brief)
	s.sawf("start(none) start(brief) start(usual) start(endless)")
	s.mark()
	var err error
	s.took(ms(300), func() { err = s.stop() })
	s.sawTogetherf("stop(endless, shutdown)@300ms stop(usual, shutdown)@300ms")
	reported, ok := errors.AsType[*supervision.ShutdownError](err)
	require.True(s, ok)
	require.Len(s, reported.Errors, 2)
	s.leftBehind(reported.Errors[0], "/s/d", "none", ms(10), "stopping")
	s.leftBehind(reported.Errors[1], "/s/d", "brief", ms(100), "stopping")
}

// oddEnds are children that end in all ways, and whether that is to be reported
// of a teardown.
var oddEnds = []struct {
	id       string
	restart  supervision.Restart
	err      error
	kind     actor.Kind
	reported string
}{
	{"permanent normal", supervision.Permanent, actor.ErrStop, actor.Normal, "ended: normal"},
	{"permanent shutdown", supervision.Permanent, wrapped(actor.ErrShutdown), actor.Shutdown, ""},
	{"permanent boom", supervision.Permanent, errBoom, actor.Failure, "boom"},
	{"transient normal", supervision.Transient, actor.ErrStop, actor.Normal, ""},
	{"transient shutdown", supervision.Transient, actor.ErrShutdown, actor.Shutdown, ""},
	{"transient boom", supervision.Transient, errBoom, actor.Failure, "boom"},
	{"temporary normal", supervision.Temporary, actor.ErrStop, actor.Normal, ""},
	{"temporary shutdown", supervision.Temporary, actor.ErrShutdown, actor.Shutdown, ""},
	{"temporary boom", supervision.Temporary, errBoom, actor.Failure, "boom"},
}

// oddEndsReported checks what the system says at last; the children have ended
// in order, or in reverse.
func (s *stage) oddEndsReported(err error, reverse bool) {
	s.Helper()
	var want, got []string
	for _, e := range oddEnds {
		if e.reported != "" {
			want = append(want, fmt.Sprintf("supervision: /s: stop %s: %s", e.id, e.reported))
		}
	}
	if reverse {
		slices.Reverse(want)
	}
	reported, ok := errors.AsType[*supervision.ShutdownError](err)
	require.True(s, ok)
	for _, err := range reported.Errors {
		got = append(got, err.Error())
	}
	assert.Equal(s, want, got)
	assert.NotErrorIs(s, err, supervision.ErrShutdownTimeout)
	assert.ErrorIs(s, err, errBoom)
}

// oddProbes returns them, and their stops as they are logged.
func (s *stage) oddProbes() (probes []*probe, stops []string) {
	for _, e := range oddEnds {
		probes = append(probes, s.probe(e.id, restart(e.restart)))
		stops = append(stops, fmt.Sprintf("stop(%s, %v)", e.id, e.kind))
	}
	return probes, stops
}

// A teardown reports failures, and permanent children that ended normally.
func reportsOddEnds(s *stage) {
	probes, stops := s.oddProbes()
	s.start(supervision.Spec{}, members(probes)...)
	for i, p := range probes {
		s.tell(p, untilStopped(oddEnds[i].err))
	}
	s.log.take(false)
	slices.Reverse(stops)
	s.oddEndsReported(s.stop(), true)
	s.sawf("%s", strings.Join(stops, " "))
}

// That holds too for those that end before it is their turn.
func reportsOddEndsOfTheirOwn(s *stage) {
	probes, stops := s.oddProbes()
	s.start(supervision.Spec{}, append(members(probes), s.probe("last", stopsIn(time.Second)))...)
	s.log.take(false)
	for i, p := range probes {
		require.NoError(s, p.Send(s.ctx, busy(ms(10*(i+1)))))
		require.NoError(s, p.Send(s.ctx, end(oddEnds[i].err)))
	}
	s.took(time.Second, func() { s.oddEndsReported(s.stop(), false) })
	s.sawf("%s stop(last, shutdown)", strings.Join(stops, " "))
}

// The hook of a parent runs when all below it are gone.
func stopsDepthFirst(s *stage) {
	leaf := func(id string) *probe { return s.probe(id, stopsIn(ms(10))) }
	left := s.probe("left", stopsIn(ms(10)), parentOf(leaf("l1"), leaf("l2")))
	right := supervisor("right", supervision.Spec{}, leaf("r1"), leaf("r2"))
	top := s.probe("top", stopsIn(ms(10)), parentOf(left, right), shutsDown(supervision.Infinity))
	s.start(supervision.Spec{}, top)
	s.log.take(false)
	s.mark()
	require.NoError(s, s.stop())
	s.sawAtf("stop(r2, shutdown)@10ms stop(r1, shutdown)@20ms " +
		"stop(l2, shutdown)@30ms stop(l1, shutdown)@40ms stop(left, shutdown)@50ms stop(top, shutdown)@60ms")
}

// The hook runs once, then whoever is to know of the end is told, once.
func endsOnce(s *stage) {
	a := s.probe("a", stopsIn(ms(10)))
	p := s.probe("p", parentOf(a))
	s.start(supervision.Spec{}, p)
	s.sawf("start(p) start(a)")
	s.mark()
	done := a.Done()
	s.tell(a, end(actor.ErrStop))
	a.Stop(actor.Forever) // while it ends already
	<-done
	assert.NoError(s, a.Err())
	time.Sleep(time.Hour)
	s.sawAtf("stop(a, normal)@10ms ended(a, normal)@10ms")
	s.gone(a)
}

// So it is if the actor is stopped before its start is over, or its first
// message is handled.
func endsOnceWhileItStarts(s *stage) {
	a := s.probe("a", startsIn(ms(50)))
	p := s.probe("p")
	s.start(supervision.Spec{}, p)
	s.sawf("start(p)")
	s.mark()
	require.NoError(s, a.Send(s.ctx, say("too early")))
	s.tell(p, startKid(a))
	time.Sleep(ms(10))
	s.tell(p, stopKid(a, actor.Forever), stopKid(a, time.Hour))
	<-a.Done()
	time.Sleep(time.Hour)
	s.sawAtf("start(a)@0s stop(a, shutdown)@50ms ended(a, shutdown)@50ms dead(a, too early)@50ms")
	s.gone(a)
}
