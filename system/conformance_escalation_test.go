package system_test

import (
	"context"
	"errors"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// escalation is group F: failures that go up the tree (R9, R12, L3a).
func escalation() []scenario {
	return []scenario{
		crashing("ES-01", restartsAllSupervisors),
		crashing("ES-05", startsFromTheSpecAgain),
		parts("ES-07",
			live("terminated", obeysAStrangerThatTerminates),
			live("stopped", obeysAStrangerThatStops),
			live("parent", endsWithItsParent)),
		crashing("ES-08", endsTheSystem),
		parts("ES-09",
			crashing("told", failsWithTheChild),
			crashing("restarted", restartsWithTheChild)),
	}
}

// A supervisor that gives up has failed, so a transient one is restarted too.
// What was declared comes back under its old address, what was added does not.
func restartsAllSupervisors(s *stage, c crash) {
	x, y, e := s.probe("a"), s.probe("b"), s.probe("e")
	sup1 := supervisor("sup1", supervision.Spec{}, x, y)
	sup2 := dynamic("sup2", supervision.Spec{Limit: supervision.AtMost(1, time.Hour)})
	sup2.child.Restart = supervision.Transient
	sup3 := supervisor("sup3", supervision.Spec{}, e)
	sup3.child.Restart = supervision.Transient
	s.start(supervision.Spec{Strategy: supervision.OneForAll}, sup1, sup2, sup3)
	added, other := s.probe("c"), s.probe("d")
	s.add(sup2.Ref, added)
	s.add(sup2.Ref, other)
	require.NoError(s, supervision.TerminateChild(s.ctx, s.root(), "sup3"))
	s.sawf("start(a) start(b) start(e) start(c) start(d) stop(e, shutdown)")
	s.listed(s.root(), "sup1 running, sup2 running, sup3 stopped")
	s.gone(e)

	s.tell(added, c.order)
	s.sawf("stop(c, %v) start(c)", c.kind)
	s.tell(added, c.order)
	s.sawf("stop(c, %v) stop(d, shutdown) stop(b, shutdown) stop(a, shutdown) start(a) start(b) start(e)", c.kind)
	s.listed(s.root(), "sup1 running, sup2 running, sup3 running")
	s.listed(sup1.Ref, "a running, b running")
	s.listed(sup2.Ref, "")
	s.listed(sup3.Ref, "e running")
	s.incarnation(2, sup1, sup2, sup3, x, y, e)
	s.gone(added, other)
	assert.Zero(s, s.state(x)+s.state(e))
}

// A supervisor that is restarted starts what its spec says.
func startsFromTheSpecAgain(s *stage, c crash) {
	a, b, e := s.probe("a"), s.probe("b"), s.probe("e")
	sup := supervisor("sup", supervision.Spec{Limit: supervision.AtMost(0, time.Hour)}, a, b)
	s.start(supervision.Spec{}, sup)
	require.NoError(s, supervision.TerminateChild(s.ctx, sup.Ref, "b"))
	require.NoError(s, supervision.DeleteChild(s.ctx, sup.Ref, "b"))
	s.add(sup.Ref, e)
	s.listed(sup.Ref, "a running, e running")
	s.sawf("start(a) start(b) stop(b, shutdown) start(e)")
	s.tell(a, c.order)
	s.sawf("stop(a, %v) stop(e, shutdown) start(a) start(b)", c.kind)
	s.listed(sup.Ref, "a running, b running")
	s.incarnation(2, sup)
	s.gone(e)
	assert.Zero(s, s.state(b))
}

// TerminateChild is for whoever knows the parent: the child has ended when it
// returns, and stays so.
func obeysAStrangerThatTerminates(s *stage) {
	a, b, q := s.probe("a"), s.probe("b"), s.probe("q")
	sup := supervisor("sup", supervision.Spec{}, a, b)
	parent := supervisor("parent", supervision.Spec{}, sup)
	s.start(supervision.Spec{}, parent, q)
	s.sawf("start(a) start(b) start(q)")
	s.tell(q, call(func(ctx context.Context) {
		assert.NoError(s, supervision.TerminateChild(ctx, parent.Ref, "sup"))
		s.log.addf("done")
	}))
	time.Sleep(time.Hour)
	s.sawf("stop(b, shutdown) stop(a, shutdown) done")
	s.listed(parent.Ref, "sup stopped")
	s.gone(a, b)
	_, err := supervision.Count(s.ctx, sup.Ref)
	assert.ErrorIs(s, err, actor.ErrStopped)

	require.NoError(s, supervision.RestartChild(s.ctx, parent.Ref, "sup"))
	s.sawf("start(a) start(b)")
	s.listed(sup.Ref, "a running, b running")
	s.incarnation(2, sup)
	s.incarnation(1, parent, q)
}

// Stop ends the incarnation, all of it. What comes then is the parent's to
// decide, for which it is an end like any other.
func obeysAStrangerThatStops(s *stage) {
	a, b, q := s.probe("a"), s.probe("b"), s.probe("q")
	sup := supervisor("sup", supervision.Spec{}, a, b)
	s.start(supervision.Spec{}, sup, q)
	s.sawf("start(a) start(b) start(q)")
	s.tell(q, call(func(context.Context) { sup.Stop(actor.Forever) }))
	s.sawf("stop(b, shutdown) stop(a, shutdown) start(a) start(b)")
	s.listed(s.root(), "sup running, q running")
	s.incarnation(2, sup, a, b)
	s.incarnation(1, q)
}

// A supervisor ends with its parent, before it.
func endsWithItsParent(s *stage) {
	a, b := s.probe("a"), s.probe("b")
	parent := s.probe("parent", temporary, parentOf(supervisor("sup", supervision.Spec{}, a, b)))
	s.start(supervision.Spec{}, parent)
	s.tell(parent, end(actor.ErrStop))
	time.Sleep(time.Hour)
	s.sawf("start(parent) start(a) start(b) stop(b, shutdown) stop(a, shutdown) stop(parent, normal)")
	s.listed(s.root(), "")
	s.gone(a, b, parent)
}

// A root that gives up ends the system, which tells the cause to whoever waits
// for it.
func endsTheSystem(s *stage, c crash) {
	a, b, z := s.probe("a"), s.probe("b"), s.probe("z", stopsIn(ms(10)))
	limit := supervision.AtMost(0, time.Hour)
	s.start(supervision.Spec{Limit: limit}, a, b, z)
	first, second := s.probe("first"), s.probe("second", stopsIn(ms(10)))
	s.add(s.sys.Spawned(), first)
	s.add(s.sys.Spawned(), second)
	s.sawf("start(a) start(b) start(z) start(first) start(second)")
	require.NoError(s, s.sys.Err())
	s.mark()
	s.tell(b, c.order)
	s.gaveUp("b", limit, errBoom)
	assert.Empty(s, s.teardown)
	s.sawTogetherf("stop(b, %v)@0s stop(a, shutdown)@10ms stop(first, shutdown)@10ms stop(z, shutdown)@10ms stop(second, shutdown)@20ms", c.kind)
	s.gone(a, b, z, first, second)
	_, err := system.Spawn(s.ctx, s.sys, a.actor)
	assert.ErrorIs(s, err, system.ErrShutdown)
	assert.ErrorContains(s, s.sys.Err(), "s: supervision: restart limit exceeded: /s: more than 0 per 1h0m0s: b: ")
}

// An actor that is linked to its child, and does not handle its end, ends with
// it. That is a failure like any other: its own parent is told, with the cause.
func failsWithTheChild(s *stage, c crash) {
	child := s.probe("child")
	middle := s.probe("middle", parentOf(child), linkedTo(child))
	grand := s.probe("grand")
	s.start(supervision.Spec{}, grand)
	s.tell(grand, startKid(middle), watch(middle))
	time.Sleep(ms(10))
	s.sawf("start(grand) start(middle) start(child)")
	s.tell(child, c.order)
	s.sawf("stop(child, %v) ended(child, %[1]v) stop(middle, failure) ended(middle, failure) down(middle, failure)", c.kind)
	require.Len(s, grand.downs, 1)
	for _, err := range []error{grand.downs[0].Err, grand.lastEvent().Exit.Err} {
		assert.ErrorIs(s, err, actor.ErrLinked)
		assert.ErrorIs(s, err, errBoom)
		linked, ok := errors.AsType[*actor.LinkError](err)
		require.True(s, ok, "%v", err)
		assert.Equal(s, "/s/grand/middle/child", linked.Down.Path)
		assert.Equal(s, c.kind, linked.Down.Kind)
	}
	s.incarnation(1, grand, middle, child)
	s.gone(middle, child)
}

// A supervisor may restart it for just that error; then all of it is new.
func restartsWithTheChild(s *stage, c crash) {
	child := s.probe("child")
	middle := s.probe("middle", temporary, parentOf(child), linkedTo(child),
		decidedBy(supervision.WhenType[*actor.LinkError]().Restart()))
	s.start(supervision.Spec{}, middle)
	s.sawf("start(middle) start(child)")
	for n := range 3 {
		s.tell(child, c.order)
		time.Sleep(ms(10))
		s.sawf("stop(child, %v) ended(child, %[1]v) stop(middle, failure) start(middle) start(child)", c.kind)
		s.incarnation(n+2, middle, child)
	}
	s.tell(child, end(actor.ErrStop)) // of a normal end nothing follows
	s.sawf("stop(child, normal) ended(child, normal)")
	s.tell(middle, c.order) // another error
	s.sawf("stop(middle, %v)", c.kind)
	s.gone(middle, child)
}
