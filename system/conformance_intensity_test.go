package system_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// intensity is group D: how many restarts are enough (R6, R9).
func intensity() []scenario {
	return []scenario{
		parts("RI-01",
			crashing("a", func(s *stage, c crash) { countsPerSupervisor(s, c, "a") }),
			crashing("b", func(s *stage, c crash) { countsPerSupervisor(s, c, "b") })),
		crashing("RI-02", allowsNone),
		crashing("RI-03", toleratesSlowCrashes),
		crashing("RI-06", countsRestartsOnly),
		parts("RI-07",
			crashing("one for one", func(s *stage, c crash) { countsFailedRestarts(s, c, supervision.OneForOne) }),
			crashing("one for all", func(s *stage, c crash) { countsFailedRestarts(s, c, supervision.OneForAll) }),
			crashing("rest for one", func(s *stage, c crash) { countsFailedRestarts(s, c, supervision.RestForOne) }),
			crashing("dynamic", countsFailedRestartsDynamically)),
		crashing("RI-08", givesUpInOrder),
		parts("RI-10",
			crashing("counted", countsOverSeconds),
			scenario{"measured", looksAtMonotonicTime}),
		parts("RI-11",
			crashing("in a row", stopsAtTheThird),
			crashing("after a pause", forgetsWhatIsOld)),
		crashing("RI-12", limitsALifetime),
	}
}

// The limit is the supervisor's, not each child's.
func countsPerSupervisor(s *stage, c crash, third string) {
	probes := map[string]*probe{"a": s.probe("a"), "b": s.probe("b")}
	limit := supervision.AtMost(2, time.Hour)
	s.start(supervision.Spec{Limit: limit}, probes["a"], probes["b"])
	s.tell(probes["a"], c.order)
	s.tell(probes["b"], c.order)
	s.sawf("start(a) start(b) stop(a, %v) start(a) stop(b, %[1]v) start(b)", c.kind)
	s.tell(probes[third], c.order)
	s.gaveUp(third, limit, errBoom)
	assert.Empty(s, s.teardown)
	other := map[string]string{"a": "b", "b": "a"}[third]
	s.sawf("stop(%s, %v) stop(%s, shutdown)", third, c.kind, other)
	s.incarnation(2, probes["a"], probes["b"])
}

func allowsNone(s *stage, c crash) {
	a := s.probe("a")
	limit := supervision.AtMost(0, time.Second)
	s.start(supervision.Spec{Limit: limit}, a)
	s.tell(a, c.order)
	s.gaveUp("a", limit, errBoom)
	s.sawf("start(a) stop(a, %v)", c.kind)
	s.gone(a)
}

// Crashes that are further apart than the window never add up.
func toleratesSlowCrashes(s *stage, c crash) {
	a := s.probe("a")
	limit := supervision.AtMost(1, time.Second)
	s.start(supervision.Spec{Limit: limit}, a)
	s.sawf("start(a)")
	for range 50 {
		s.tell(a, c.order)
		s.sawf("stop(a, %v) start(a)", c.kind)
		time.Sleep(2100 * time.Millisecond)
	}
	s.incarnation(51, a)

	// R6: a restart exactly as old as the window is long still counts.
	s.tell(a, c.order)
	time.Sleep(time.Second + 1)
	s.tell(a, c.order)
	s.sawf("stop(a, %v) start(a) stop(a, %[1]v) start(a)", c.kind)
	time.Sleep(time.Second)
	s.tell(a, c.order)
	s.gaveUp("a", limit, errBoom)
	s.sawf("stop(a, %v)", c.kind)
}

// What is no restart by the supervisor's own decision does not count.
func countsRestartsOnly(s *stage, c crash) {
	a, x, done := s.probe("a"), s.probe("x", temporary), s.probe("done", transient)
	limit := supervision.AtMost(1, time.Hour)
	s.start(supervision.Spec{Limit: limit}, a, x, done)
	s.sawf("start(a) start(x) start(done)")
	for range 10 {
		bad := s.probe("bad")
		bad.next(1, c.start)
		assert.ErrorIs(s, supervision.StartChild(s.ctx, s.root(), bad.child), errBoom)
		s.sawf("fail(bad)")

		require.NoError(s, supervision.TerminateChild(s.ctx, s.root(), "a"))
		require.NoError(s, supervision.RestartChild(s.ctx, s.root(), "a"))
		s.sawf("stop(a, shutdown) start(a)")

		s.tell(x, c.order)
		s.add(s.root(), x)
		s.sawf("stop(x, %v) start(x)", c.kind)

		s.tell(done, end(actor.ErrStop))
		require.NoError(s, supervision.RestartChild(s.ctx, s.root(), "done"))
		s.sawf("stop(done, normal) start(done)")

		// Nor does a restart by hand that fails.
		require.NoError(s, supervision.TerminateChild(s.ctx, s.root(), "done"))
		done.next(1, c.start)
		assert.ErrorIs(s, supervision.RestartChild(s.ctx, s.root(), "done"), errBoom)
		s.listed(s.root(), "a running, done failed, x running")
		require.NoError(s, supervision.RestartChild(s.ctx, s.root(), "done"))
		s.sawf("stop(done, shutdown) fail(done) start(done)")
	}
	s.tell(a, c.order)
	s.sawf("stop(a, %v) start(a)", c.kind)
	s.tell(a, c.order)
	s.gaveUp("a", limit, errBoom)
	s.sawf("stop(a, %v) stop(x, shutdown) stop(done, shutdown)", c.kind)
}

// Each attempt to restart counts, a failed one too.
func countsFailedRestarts(s *stage, c crash, how supervision.Strategy) {
	before, a, after := s.probe("before"), s.probe("a"), s.probe("after")
	limit := supervision.AtMost(4, time.Hour)
	s.start(supervision.Spec{Strategy: how, Limit: limit}, before, a, after)
	s.sawf("start(before) start(a) start(after)")
	a.next(1000, c.start)
	s.tell(a, c.order)
	s.gaveUp("a", limit, errBoom)
	s.incarnation(5, a)
	var attempts string
	switch how {
	case supervision.OneForOne:
		attempts = strings.Repeat("fail(a) ", 4) + "stop(after, shutdown) stop(before, shutdown)"
	case supervision.OneForAll: // the whole group is done again
		attempts = "stop(after, shutdown) stop(before, shutdown)" +
			strings.Repeat(" start(before) fail(a) stop(before, shutdown)", 4)
	case supervision.RestForOne: // goes on from the child that failed
		attempts = "stop(after, shutdown) " + strings.Repeat("fail(a) ", 4) + "stop(before, shutdown)"
	}
	s.sawf("stop(a, %v) %s", c.kind, attempts)
	s.gone(before, a, after)
}

func countsFailedRestartsDynamically(s *stage, c crash) {
	d := dynamic("d", supervision.Spec{Limit: supervision.AtMost(4, time.Hour)})
	s.start(supervision.Spec{}, d)
	a, b := s.probe("a"), s.probe("b")
	s.add(d.Ref, a)
	s.add(d.Ref, b)
	a.next(1000, c.start)
	s.tell(a, c.order)
	s.sawf("start(a) start(b) stop(a, %v) %sstop(b, shutdown)", c.kind, strings.Repeat("fail(a) ", 4))
	s.incarnation(2, d) // its parent has restarted it
	s.listed(d.Ref, "")
	s.gone(a, b)
	info, err := supervision.Lookup(s.ctx, s.root(), "d")
	require.NoError(s, err)
	assert.ErrorIs(s, info.LastError, supervision.ErrIntensityExceeded)
	assert.ErrorIs(s, info.LastError, errBoom)
}

// Who gives up stops its children in reverse, each by its own policy.
func givesUpInOrder(s *stage, c crash) {
	x := s.probe("a", shutsDown(supervision.Infinity), stopsIn(3*time.Second))
	y := s.probe("b")
	z := s.probe("c", shutsDown(supervision.Graceful(time.Second)))
	limit := supervision.AtMost(0, time.Hour)
	s.start(supervision.Spec{Strategy: supervision.OneForAll, Limit: limit}, x, y, z)
	s.tell(z, hang)
	s.abandoned(z)
	s.sawf("start(a) start(b) start(c)")
	s.mark()
	s.tell(y, c.order)
	s.gaveUp("b", limit, errBoom)
	s.sawAtf("stop(b, %v)@0s stop(a, shutdown)@4s", c.kind)
	s.incarnation(1, y)
	require.Len(s, s.teardown, 1)
	s.leftBehind(s.teardown[0], "/s", "c", time.Second, "receiving")
}

func countsOverSeconds(s *stage, c crash) {
	a := s.probe("a")
	limit := supervision.AtMost(1, 10*time.Second)
	s.start(supervision.Spec{Limit: limit}, a)
	s.tell(a, c.order)
	time.Sleep(5 * time.Second)
	s.tell(a, c.order)
	s.gaveUp("a", limit, errBoom)
	s.sawf("start(a) stop(a, %v) start(a) stop(a, %[1]v)", c.kind)
}

// Only monotonic time counts. No test can make the wall clock jump; but the
// times from which a supervisor counts are those that it tells of its children,
// and these have a monotonic reading, by which the difference of two times is
// taken whatever the wall clock says. The times of a bubble have none, so this
// is outside of one; it does not look at how late it is.
func looksAtMonotonicTime(t *testing.T) {
	t.Helper()
	a := actor.New(actor.Spec[order]{Name: "a", New: actor.Make(func() *hauler { return &hauler{new(journal)} })})
	sys, err := system.Start(t.Context(), system.Config{
		Name: "s", Logger: slog.New(slog.DiscardHandler), Root: supervision.Spec{Children: []supervision.Child{{Process: a}}},
	})
	require.NoError(t, err)
	info, err := supervision.Lookup(t.Context(), sys.Root(), "a")
	require.NoError(t, err)
	assert.Contains(t, info.Since.String(), " m=+")
	assert.Contains(t, info.Started.String(), " m=+")
	require.NoError(t, sys.Shutdown(t.Context()))
}

func stopsAtTheThird(s *stage, c crash) {
	a := s.probe("a")
	limit := supervision.AtMost(2, ms(500))
	s.start(supervision.Spec{Limit: limit}, a)
	s.tell(a, c.order)
	s.tell(a, c.order)
	s.sawf("start(a) stop(a, %v) start(a) stop(a, %[1]v) start(a)", c.kind)
	time.Sleep(ms(500))
	s.tell(a, c.order)
	s.gaveUp("a", limit, errBoom)
	s.sawf("stop(a, %v)", c.kind)
}

func forgetsWhatIsOld(s *stage, c crash) {
	a := s.probe("a")
	s.start(supervision.Spec{Limit: supervision.AtMost(2, ms(500))}, a)
	s.tell(a, c.order)
	s.tell(a, c.order)
	time.Sleep(ms(550))
	s.tell(a, c.order)
	s.sawf("start(a) stop(a, %v) start(a) stop(a, %[1]v) start(a) stop(a, %[1]v) start(a)", c.kind)
	s.listed(s.root(), "a running")
}

// Without a window the limit holds for the supervisor's lifetime.
func limitsALifetime(s *stage, c crash) {
	a := s.probe("a")
	limit := supervision.AtMost(3, actor.Forever)
	s.start(supervision.Spec{Limit: limit}, a)
	s.sawf("start(a)")
	for _, pause := range []time.Duration{0, time.Hour, 20 * 365 * 24 * time.Hour} {
		time.Sleep(pause)
		s.tell(a, c.order)
		s.sawf("stop(a, %v) start(a)", c.kind)
	}
	time.Sleep(100 * 24 * time.Hour)
	s.tell(a, c.order)
	s.gaveUp("a", limit, errBoom)
	s.sawf("stop(a, %v)", c.kind)
}
