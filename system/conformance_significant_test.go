package system_test

import (
	"errors"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// significant is group I: supervisors that end because their children have (R13).
func significant() []scenario {
	return []scenario{
		live("SC-01", refusesSenselessSignificance),
		crashing("SC-02", endsWithATransientThatIsDone),
		parts("SC-03", endsWithEachTemporary()...),
		parts("SC-04",
			crashing("temporary", endsWithTheLastTemporary),
			live("transient", endsWithTheLastTransient)),
		parts("SC-07",
			live("significant", func(s *stage) { endsLevelByLevel(s, true) }),
			live("not significant", func(s *stage) { endsLevelByLevel(s, false) })),
	}
}

// significantOne makes a probe significant.
func significantOne(p *probe) { p.child.Significant = true }

// endedInOrder checks that the system has ended by itself, as if it had been
// asked to.
func (s *stage) endedInOrder() {
	s.Helper()
	<-s.sys.Done()
	s.over = true
	assert.NoError(s, s.sys.Err())
	assert.NoError(s, s.sys.Shutdown(s.ctx))
}

// Combinations that make no sense are refused: when they are declared, and when
// they come at run time.
func refusesSenselessSignificance(s *stage) {
	refused := func(err error, supervisor, field string) {
		s.Helper()
		assert.ErrorIs(s, err, supervision.ErrInvalidSpec)
		wrong, ok := errors.AsType[*supervision.SpecError](err)
		require.True(s, ok, "%v", err)
		assert.Equal(s, supervisor, wrong.Supervisor)
		assert.Equal(s, field, wrong.Field)
	}
	never := supervision.Spec{Name: "never"}
	first := supervision.Spec{Name: "any", AutoShutdown: supervision.AnySignificant}
	last := supervision.Spec{Name: "all", AutoShutdown: supervision.AllSignificant}
	plain, forTransient := s.probe("a", significantOne), s.probe("a", significantOne, transient)
	for _, c := range []struct {
		spec supervision.Spec
		of   *probe
	}{{never, forTransient}, {first, plain}, {last, plain}} {
		c.spec.Children = declarations([]member{s.probe("first"), c.of})
		refused(supervision.New(c.spec).Validate(), c.spec.Name, "Children[1].Significant")
		name := c.spec.Name
		c.spec.Name = ""
		_, err := system.Start(s.ctx, system.Config{Name: name, Root: c.spec})
		assert.ErrorIs(s, err, system.ErrInvalidConfig)
		refused(err, name, "Children[1].Significant")
	}
	for _, spec := range []supervision.Spec{first, last} {
		refused(supervision.NewDynamic(spec).Validate(), spec.Name, "AutoShutdown")
	}
	s.sawf("")

	d := dynamic("d", supervision.Spec{})
	n := supervisor("never", supervision.Spec{})
	a := supervisor("any", supervision.Spec{AutoShutdown: supervision.AnySignificant})
	s.start(supervision.Spec{}, d, n, a)
	refused(supervision.StartChild(s.ctx, d.Ref, forTransient.child), "d", "Significant")
	refused(supervision.StartChild(s.ctx, n.Ref, forTransient.child), "never", "Significant")
	refused(supervision.StartChild(s.ctx, a.Ref, plain.child), "any", "Significant")
	s.sawf("")
	for _, sup := range []*branch{d, n, a} {
		s.listed(sup.Ref, "")
	}
	s.add(a.Ref, forTransient) // this one makes sense
	s.sawf("start(a)")
}

// A transient child's abnormal ends are restarts; its first end that is none is
// the end of the supervisor, and so of a system whose root that is.
func endsWithATransientThatIsDone(s *stage, c crash) {
	first, a, last := s.probe("first"), s.probe("a", transient, significantOne), s.probe("last", stopsIn(ms(10)))
	s.start(supervision.Spec{AutoShutdown: supervision.AnySignificant}, first, a, last)
	s.sawf("start(first) start(a) start(last)")
	s.kill(a)
	s.sawf("start(a)")
	s.tell(a, c.order)
	s.sawf("stop(a, %v) start(a)", c.kind)
	s.listed(s.root(), "first running, a running, last running")
	s.mark()
	s.tell(a, end(actor.ErrStop))
	s.endedInOrder()
	s.sawAtf("stop(a, normal)@0s stop(last, shutdown)@10ms stop(first, shutdown)@10ms")
	s.incarnation(1, first, last)
	s.gone(first, a, last)
}

// A temporary child is not restarted, so its first end is enough, whatever it is
// like.
func endsWithEachTemporary() []scenario {
	var plays []scenario
	for _, e := range append(regular, abnormal...) {
		plays = append(plays, live(e.name, func(s *stage) { endsWithATemporary(s, e) }))
	}
	return append(plays, live("killed", func(s *stage) {
		endsWithATemporary(s, ending{kind: actor.Abandoned})
	}))
}

func endsWithATemporary(s *stage, e ending) {
	first, a := s.probe("first"), s.probe("a", temporary, significantOne)
	sup := supervisor("sup", supervision.Spec{AutoShutdown: supervision.AnySignificant}, first, a)
	sup.child.Restart = supervision.Transient // restarted if its end were a failure
	other := s.probe("other")
	s.start(supervision.Spec{}, sup, other)
	s.sawf("start(first) start(a) start(other)")
	if e.kind == actor.Abandoned {
		s.kill(a)
		s.sawf("stop(first, shutdown)")
	} else {
		s.tell(a, e.order)
		s.sawf("stop(a, %v) stop(first, shutdown)", e.kind)
	}
	time.Sleep(time.Hour)
	s.sawf("")
	s.listed(s.root(), "sup stopped, other running")
	info, err := supervision.Lookup(s.ctx, s.root(), "sup")
	require.NoError(s, err)
	assert.NoError(s, info.LastError)
	s.incarnation(1, sup, other)
	s.gone(first, a)
}

// Where all are needed the first end leads to nothing, nor does that of one that
// is not significant.
func endsWithTheLastTemporary(s *stage, c crash) {
	a, b := s.probe("a", temporary, significantOne), s.probe("b", temporary, significantOne)
	x, z := s.probe("x", temporary), s.probe("z")
	s.start(supervision.Spec{AutoShutdown: supervision.AllSignificant}, a, x, b, z)
	s.sawf("start(a) start(x) start(b) start(z)")
	s.tell(x, end(actor.ErrStop))
	s.tell(b, c.order)
	time.Sleep(time.Hour)
	s.sawf("stop(x, normal) stop(b, %v)", c.kind)
	s.listed(s.root(), "a running, z running")
	s.tell(a, end(actor.ErrStop))
	s.endedInOrder()
	s.sawf("stop(a, normal) stop(z, shutdown)")
}

// One that waits for its restart has not ended; one that somebody has stopped
// does not count as having ended by itself, but is not waited for either.
func endsWithTheLastTransient(s *stage) {
	a := s.probe("a", transient, significantOne, backoff(supervision.Backoff{Base: time.Minute}))
	b, z := s.probe("b", transient, significantOne), s.probe("z")
	s.start(supervision.Spec{AutoShutdown: supervision.AllSignificant}, a, b, z)
	s.sawf("start(a) start(b) start(z)")
	s.tell(a, byError.order)
	s.tell(b, end(actor.ErrShutdown))
	s.sawf("stop(a, failure) stop(b, shutdown)")
	s.listed(s.root(), "a restarting, b stopped, z running")
	time.Sleep(time.Hour)
	s.sawf("start(a)")
	require.NoError(s, supervision.RestartChild(s.ctx, s.root(), "b"))
	require.NoError(s, supervision.TerminateChild(s.ctx, s.root(), "b"))
	s.sawf("start(b) stop(b, shutdown)")
	require.NoError(s, supervision.TerminateChild(s.ctx, s.root(), "a"))
	time.Sleep(time.Hour)
	s.sawf("stop(a, shutdown)")
	s.listed(s.root(), "a stopped, b stopped, z running")
	require.NoError(s, supervision.RestartChild(s.ctx, s.root(), "a"))
	s.tell(a, end(actor.ErrStop))
	s.endedInOrder()
	s.sawf("start(a) stop(a, normal) stop(z, shutdown)")
}

// A supervisor that ends with its children may be significant itself.
func endsLevelByLevel(s *stage, all bool) {
	leaf, x, y := s.probe("leaf", transient, significantOne), s.probe("x"), s.probe("y")
	inner := supervisor("inner", supervision.Spec{AutoShutdown: supervision.AnySignificant}, leaf, x)
	inner.child.Restart, inner.child.Significant = supervision.Transient, all
	outer := supervisor("outer", supervision.Spec{AutoShutdown: supervision.AnySignificant}, inner, y)
	outer.child.Restart = supervision.Transient
	s.start(supervision.Spec{}, outer)
	s.sawf("start(leaf) start(x) start(y)")
	s.tell(leaf, end(actor.ErrStop))
	time.Sleep(time.Hour)
	if all {
		s.sawf("stop(leaf, normal) stop(x, shutdown) stop(y, shutdown)")
		s.listed(s.root(), "outer stopped")
		s.gone(leaf, x, y)
		return
	}
	s.sawf("stop(leaf, normal) stop(x, shutdown)")
	s.listed(s.root(), "outer running")
	s.listed(outer.Ref, "inner stopped, y running")
	s.gone(leaf, x)
	assert.Zero(s, s.state(y))
}
