package system_test

import (
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// watching is group K: what those learn who watch an actor (L11).
func watching() []scenario {
	return []scenario{
		parts("DW-05",
			crashing("stranger", tellsAStrangerOnce),
			crashing("parent", tellsTheParent)),
	}
}

// Restarts are nobody's business. Who watches is told once, when the end is for
// good, and whether that was a failure or a stop.
func tellsAStrangerOnce(s *stage, c crash) {
	w := s.probe("w")
	a, b, d := s.probe("a"), s.probe("b", temporary), s.probe("d", temporary)
	s.start(supervision.Spec{}, w, a, b, d)
	s.tell(w, watch(a), watch(b), watch(d))
	s.sawf("start(w) start(a) start(b) start(d)")
	for range 2 {
		s.tell(a, c.order)
		s.sawf("stop(a, %v) start(a)", c.kind)
	}
	require.NoError(s, supervision.TerminateChild(s.ctx, s.root(), "a"))
	s.sawf("stop(a, shutdown) down(a, shutdown)")
	s.tell(b, c.order)
	s.sawf("stop(b, %v) down(b, %[1]v)", c.kind)
	s.tell(d, end(actor.ErrStop))
	s.sawf("stop(d, normal) down(d, normal)")
	require.Len(s, w.downs, 3)
	for i, p := range []*probe{a, b, d} {
		assert.Equal(s, p.Path(), w.downs[i].Path)
		assert.Equal(s, p.ID(), w.downs[i].ID)
		assert.Equal(s, p == b, w.downs[i].Kind.Abnormal())
	}
	assert.ErrorIs(s, w.downs[1].Err, errBoom)
	assert.NoError(s, w.downs[2].Err)

	// Who comes later is told at once, and only what is over is over.
	s.tell(w, watch(b))
	s.sawf("down(b, %v)", c.kind)
	require.NoError(s, supervision.RestartChild(s.ctx, s.root(), "a"))
	s.tell(w, watch(a))
	s.sawf("start(a)")
	s.incarnation(1, w)
}

// A parent is told of each end of its child, with the cause, and of that of the
// address besides if it watches.
func tellsTheParent(s *stage, c crash) {
	p, kid := s.probe("p"), s.probe("kid")
	s.start(supervision.Spec{}, p)
	for _, e := range []ending{{"crash", c.kind, c.order}, regular[0], regular[2]} {
		s.tell(p, startKid(kid))
		s.tell(p, watch(kid))
		s.tell(kid, e.order)
		if e.kind == actor.Normal || e.kind == actor.Shutdown {
			assert.NoError(s, p.lastEvent().Exit.Err)
		} else {
			assert.ErrorIs(s, p.lastEvent().Exit.Err, errBoom)
			assert.ErrorIs(s, p.downs[len(p.downs)-1].Err, errBoom)
		}
		assert.Equal(s, e.kind, p.lastEvent().Exit.Kind)
		s.log.take(false)
	}
	s.tell(p, startKid(kid))
	s.tell(p, watch(kid), stopKid(kid, actor.Forever))
	s.sawf("start(kid) stop(kid, shutdown) ended(kid, shutdown) down(kid, shutdown)")
	require.Len(s, p.downs, 4)
	s.incarnation(1, p)
}
