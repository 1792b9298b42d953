package system_test

import (
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// strategies is group C: who shares a restart (R2, R5, R8).
func strategies() []scenario {
	return []scenario{
		crashing("SG-01", restartsOne),
		crashing("SG-02", restartsAll),
		crashing("SG-03", restartsTheRest),
		crashing("SG-04", countsAddedOnesLast),
		live("SG-06", leavesSiblingsOfADoneOneAlone),
		parts("SG-07",
			crashing("all", func(s *stage, c crash) { forgetsTemporaryBystanders(s, supervision.OneForAll, c.order, c.kind) }),
			crashing("rest", func(s *stage, c crash) { forgetsTemporaryBystanders(s, supervision.RestForOne, c.order, c.kind) }),
			live("normal", func(s *stage) {
				forgetsTemporaryBystanders(s, supervision.OneForAll, end(actor.ErrStop), actor.Normal)
			})),
		crashing("SG-08", restartsTransientBystanders),
		crashing("SG-10", leavesEarlierOnesStopped),
		parts("SG-11",
			crashing("one after another", countsAGroupOnce),
			crashing("at once", absorbsEndsInAGroup)),
		crashing("SG-13", countsSimultaneousCrashes),
		crashing("SG-18", restartsWithTheSameArguments),
		crashing("SG-19", forgetsADynamicChildThatIgnoresItsRestart),
		crashing("SG-20", keepsAStaticChildThatIgnoresItsRestart),
	}
}

func restartsOne(s *stage, c crash) {
	a, b := s.probe("a"), s.probe("b")
	s.start(supervision.Spec{}, a, b)
	s.sawf("start(a) start(b)")
	s.tell(a, c.order)
	s.sawf("stop(a, %v) start(a)", c.kind)
	s.incarnation(2, a)
	s.incarnation(1, b)
}

func restartsAll(s *stage, c crash) {
	x, y, z := s.probe("a"), s.probe("b"), s.probe("c")
	s.start(supervision.Spec{Strategy: supervision.OneForAll}, x, y, z)
	s.sawf("start(a) start(b) start(c)")
	s.tell(y, c.order)
	s.sawf("stop(b, %v) stop(c, shutdown) stop(a, shutdown) start(a) start(b) start(c)", c.kind)
	s.incarnation(2, x, y, z)
	s.listed(s.root(), "a running, b running, c running")
	infos, err := supervision.Children(s.ctx, s.root())
	require.NoError(s, err)
	for info := range infos {
		assert.Equal(s, 1, info.Restarts, info.ID)
	}
}

func restartsTheRest(s *stage, c crash) {
	one, two, three, four, five := s.probe("m"), s.probe("z"), s.probe("c"), s.probe("x"), s.probe("b")
	s.start(supervision.Spec{Strategy: supervision.RestForOne}, one, two, three, four, five)
	s.sawf("start(m) start(z) start(c) start(x) start(b)")
	s.tell(three, c.order)
	s.sawf("stop(c, %v) stop(b, shutdown) stop(x, shutdown) start(c) start(x) start(b)", c.kind)
	s.incarnation(1, one, two)
	s.incarnation(2, three, four, five)
}

// Children that were added at run time come after all others.
func countsAddedOnesLast(s *stage, c crash) {
	z, y := s.probe("z"), s.probe("y")
	s.start(supervision.Spec{Strategy: supervision.RestForOne}, z, y)
	s.add(s.root(), s.probe("b"))
	s.add(s.root(), s.probe("a"))
	s.sawf("start(z) start(y) start(b) start(a)")
	s.tell(z, c.order)
	s.sawf("stop(z, %v) stop(a, shutdown) stop(b, shutdown) stop(y, shutdown) start(z) start(y) start(b) start(a)", c.kind)
	s.listed(s.root(), "z running, y running, b running, a running")
}

// An end after which nothing is restarted touches no sibling.
func leavesSiblingsOfADoneOneAlone(s *stage) {
	a, b, c := s.probe("a"), s.probe("b", transient), s.probe("c")
	s.start(supervision.Spec{Strategy: supervision.OneForAll}, a, b, c)
	s.sawf("start(a) start(b) start(c)")
	s.tell(b, end(actor.ErrStop))
	time.Sleep(time.Hour)
	s.sawf("stop(b, normal)")
	s.incarnation(1, a, c)
	s.listed(s.root(), "a running, b stopped, c running")
}

// Temporary children that stand by are stopped with the group and forgotten.
func forgetsTemporaryBystanders(s *stage, how supervision.Strategy, o order, kind actor.Kind) {
	a, b := s.probe("a"), s.probe("b", temporary)
	s.start(supervision.Spec{Strategy: how}, a, b)
	s.sawf("start(a) start(b)")
	s.tell(a, o)
	s.sawf("stop(a, %v) stop(b, shutdown) start(a)", kind)
	s.listed(s.root(), "a running")
	s.counted(s.root(), supervision.Counts{Specs: 1, Active: 1, Workers: 1})
	s.gone(b)
}

func restartsTransientBystanders(s *stage, c crash) {
	a, b := s.probe("a"), s.probe("b", transient)
	s.start(supervision.Spec{Strategy: supervision.OneForAll}, a, b)
	s.sawf("start(a) start(b)")
	s.tell(a, c.order)
	s.sawf("stop(a, %v) stop(b, shutdown) start(a) start(b)", c.kind)
	s.listed(s.root(), "a running, b running")
	s.incarnation(2, a, b)
}

// Who was stopped by hand comes back with a group only as a member of it.
func leavesEarlierOnesStopped(s *stage, c crash) {
	x, y, z := s.probe("a"), s.probe("b"), s.probe("c")
	s.start(supervision.Spec{Strategy: supervision.RestForOne}, x, y, z)
	require.NoError(s, supervision.TerminateChild(s.ctx, s.root(), "a"))
	s.sawf("start(a) start(b) start(c) stop(a, shutdown)")
	s.tell(y, c.order)
	s.sawf("stop(b, %v) stop(c, shutdown) start(b) start(c)", c.kind)
	s.listed(s.root(), "a stopped, b running, c running")
	s.gone(x)

	// R5: a member comes back, even if it was stopped by hand.
	require.NoError(s, supervision.TerminateChild(s.ctx, s.root(), "c"))
	s.tell(y, c.order)
	s.sawf("stop(c, shutdown) stop(b, %v) start(b) start(c)", c.kind)
	s.listed(s.root(), "a stopped, b running, c running")
	assert.Zero(s, s.state(z))
}

// The restart of a group is one unit of the limit.
func countsAGroupOnce(s *stage, c crash) {
	x, y, z := s.probe("a"), s.probe("b"), s.probe("c")
	limit := supervision.AtMost(1, time.Hour)
	s.start(supervision.Spec{Strategy: supervision.OneForAll, Limit: limit}, x, y, z)
	s.sawf("start(a) start(b) start(c)")
	s.tell(z, c.order)
	s.sawf("stop(c, %v) stop(b, shutdown) stop(a, shutdown) start(a) start(b) start(c)", c.kind)
	time.Sleep(30 * time.Minute)
	s.tell(x, c.order)
	s.gaveUp("a", limit, errBoom)
	s.sawf("stop(a, %v) stop(c, shutdown) stop(b, shutdown)", c.kind)
	s.gone(x, y, z)
}

// R8: an end that the group's stop covers means nothing of its own.
func absorbsEndsInAGroup(s *stage, c crash) {
	x, y, z := s.probe("a"), s.probe("b"), s.probe("c")
	s.start(supervision.Spec{Strategy: supervision.OneForAll, Limit: supervision.AtMost(1, time.Hour)}, x, y, z)
	s.sawf("start(a) start(b) start(c)")
	release := s.hold(s.root())
	s.tell(y, c.order)
	s.tell(x, c.order)
	s.tell(z, end(actor.ErrStop))
	s.sawf("stop(b, %v) stop(a, %[1]v) stop(c, normal)", c.kind)
	release()
	time.Sleep(time.Hour)
	s.sawf("start(a) start(b) start(c)")
	s.incarnation(2, x, y, z)
	s.listed(s.root(), "a running, b running, c running")
}

// Two crashes at once are two units.
func countsSimultaneousCrashes(s *stage, c crash) {
	x, y, z := s.probe("a"), s.probe("b"), s.probe("c", stopsIn(ms(10)))
	limit := supervision.AtMost(1, time.Hour)
	s.start(supervision.Spec{Limit: limit}, x, y, z)
	s.sawf("start(a) start(b) start(c)")
	release := s.hold(s.root())
	s.tell(x, c.order)
	s.tell(y, c.order)
	s.sawf("stop(a, %v) stop(b, %[1]v)", c.kind)
	release()
	s.gaveUp("b", limit, errBoom)
	s.sawf("start(a) stop(c, shutdown) stop(a, shutdown)")
}

// A dynamic child is restarted with the arguments that it was started with.
func restartsWithTheSameArguments(s *stage, c crash) {
	d := dynamic("d", supervision.Spec{})
	s.start(supervision.Spec{}, d)
	const common = 40
	a, b := s.probe("a", startsWith(common+1)), s.probe("b", startsWith(common+2))
	s.add(d.Ref, a)
	s.add(d.Ref, b)
	s.tell(b, increment)
	s.tell(a, increment, c.order)
	s.sawf("start(a) start(b) stop(a, %v) start(a)", c.kind)
	assert.Equal(s, 41, s.state(a))
	assert.Equal(s, 43, s.state(b))
	s.incarnation(2, a)
	s.incarnation(1, b, d)
}

// A dynamic child that does not want to be restarted is forgotten.
func forgetsADynamicChildThatIgnoresItsRestart(s *stage, c crash) {
	d := dynamic("d", supervision.Spec{})
	s.start(supervision.Spec{}, d)
	a := s.probe("a")
	s.add(d.Ref, a)
	a.next(1, ignoredStart)
	s.tell(a, c.order)
	time.Sleep(time.Hour)
	s.sawf("start(a) stop(a, %v) ignore(a)", c.kind)
	s.listed(d.Ref, "")
	s.gone(a)
	s.incarnation(1, d)
}

// A static one is kept, without a process.
func keepsAStaticChildThatIgnoresItsRestart(s *stage, c crash) {
	a, b := s.probe("a"), s.probe("b")
	s.start(supervision.Spec{}, a, b)
	a.next(1, ignoredStart)
	s.tell(a, c.order)
	time.Sleep(time.Hour)
	s.sawf("start(a) start(b) stop(a, %v) ignore(a)", c.kind)
	s.listed(s.root(), "a stopped, b running")
	s.counted(s.root(), supervision.Counts{Specs: 2, Active: 1, Workers: 2})
	s.gone(a)
	s.incarnation(1, b)
}
