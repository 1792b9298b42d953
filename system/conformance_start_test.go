package system_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// startUp is group A: starts, and starts that fail (L1, R2, R3, R17, R18).
func startUp() []scenario {
	return []scenario{
		live("ST-01", startsInOrder),
		live("ST-02", refusesInvalidSpecs),
		live("ST-03", tellsDefaults),
		crashing("ST-04", rollsBack),
		live("ST-05", tellsThePathOfAFailedStart),
		live("ST-06", keepsWhoIgnoresTheStart),
		live("ST-07", forgetsATemporaryThatIgnoresTheStart),
		live("ST-08", startsDynamically),
		parts("ST-09",
			live("invalid", refusesAnInvalidSupervisorBelow),
			live("ignore", startsASupervisorWithoutAChild),
			crashing("fails", tellsOfASupervisorThatFailsToStart)),
		live("ST-10", findsANameTaken),
		live("ST-11", timesAStartOut),
		live("ST-12", continuesBeforeItsMessages),
	}
}

// Each child is ready before the next is started, in the order of the spec.
func startsInOrder(s *stage) {
	c, a, b := s.probe("c", startsIn(ms(10))), s.probe("a", startsIn(ms(10))), s.probe("b", startsIn(ms(10)))
	s.took(ms(30), func() { s.start(supervision.Spec{}, c, a, b) })
	s.sawAtf("start(c)@0s start(a)@10ms start(b)@20ms")
	s.listed(s.root(), "c running, a running, b running")
}

// A spec with a wrong field starts nothing, and the error names the field.
func refusesInvalidSpecs(s *stage) {
	type spec = supervision.Spec
	a := s.probe("a")
	bad := func(change func(c *supervision.Child)) spec {
		b := supervision.Child{Process: s.probe("b").Process}
		change(&b)
		return spec{Children: []supervision.Child{a.child, b}}
	}
	cases := []struct {
		field string
		spec  spec
	}{
		{"Children[1].ID", bad(func(c *supervision.Child) { c.ID = "a" })},
		{"Children[1].ID", bad(func(c *supervision.Child) { c.ID = "x/y" })},
		{"Children[1].Process", bad(func(c *supervision.Child) { c.ID, c.Process = "b", a.Process })},
		{"Children[1].Process", bad(func(c *supervision.Child) { c.Process = nil })},
		{"Children[1].Process", bad(func(c *supervision.Child) { c.Process = (*actor.Process[order])(nil) })},
		{"Children[1].Process", bad(func(c *supervision.Child) { c.Process = s.probe("").Process })},
		{"Children[1].Process", bad(func(c *supervision.Child) {
			c.Process = actor.New(actor.Spec[order]{Name: "b"}) // without New
		})},
		{"Children[1].Restart", bad(func(c *supervision.Child) { c.Restart = 9 })},
		{"Children[1].Shutdown", bad(func(c *supervision.Child) { c.Shutdown = supervision.Graceful(-time.Second) })},
		{"Children[1].Shutdown", bad(func(c *supervision.Child) { c.Shutdown = supervision.Graceful(0) })},
		{"Children[1].StartTimeout", bad(func(c *supervision.Child) { c.StartTimeout = -1 })},
		{"Children[1].Backoff.Base", bad(func(c *supervision.Child) { c.Backoff = &supervision.Backoff{Base: -1} })},
		{"Children[1].Backoff.Max", bad(func(c *supervision.Child) { c.Backoff = &supervision.Backoff{Base: 2, Max: 1} })},
		{"Children[1].Backoff.Jitter", bad(func(c *supervision.Child) { c.Backoff = &supervision.Backoff{Jitter: math.NaN()} })},
		{"Limit", spec{Limit: supervision.AtMost(-1, time.Second), Children: declarations([]member{a})}},
		{"Limit", spec{Limit: supervision.AtMost(1, 0), Children: declarations([]member{a})}},
		{"Strategy", spec{Strategy: 9, Children: declarations([]member{a})}},
		{"Defaults.Restart", spec{Defaults: supervision.Defaults{Restart: 9}, Children: declarations([]member{a})}},
	}
	var all []error
	for _, c := range cases {
		_, err := system.Start(s.ctx, system.Config{Name: "s", Root: c.spec})
		assert.ErrorIs(s, err, system.ErrInvalidConfig)
		assert.ErrorIs(s, err, supervision.ErrInvalidSpec)
		wrong, ok := errors.AsType[*supervision.SpecError](err)
		require.True(s, ok, c.field)
		assert.Equal(s, c.field, wrong.Field)
		assert.Equal(s, "s", wrong.Supervisor)
		all = append(all, err)

		// Every wrong field is told, not only the first.
		c.spec.Defaults.StartTimeout = -1
		_, err = system.Start(s.ctx, system.Config{Name: "s", Root: c.spec})
		assert.ErrorContains(s, err, c.field+": ")
		assert.ErrorContains(s, err, "Defaults.StartTimeout: ")
	}
	assert.Len(s, all, len(cases))
	s.sawf("")
	assert.Zero(s, a.Incarnation())

	// A running supervisor refuses such children, and is none the worse for it.
	s.start(supervision.Spec{}, a)
	for _, c := range cases[3:14] {
		err := supervision.StartChild(s.ctx, s.root(), c.spec.Children[1])
		assert.ErrorIs(s, err, supervision.ErrInvalidSpec)
		wrong, ok := errors.AsType[*supervision.SpecError](err)
		require.True(s, ok, c.field)
		assert.Equal(s, c.field, "Children[1]."+wrong.Field)
	}
	s.sawf("start(a)")
	s.listed(s.root(), "a running")
}

// What a spec does not say is the default.
func tellsDefaults(s *stage) {
	s.start(supervision.Spec{},
		s.probe("worker"), supervisor("below", supervision.Spec{}),
		s.probe("quick", shutsDown(supervision.Immediate)))
	infos, err := supervision.Children(s.ctx, s.root())
	require.NoError(s, err)
	type read struct {
		restart    supervision.Restart
		shutdown   supervision.Shutdown
		supervisor bool
	}
	got := make(map[string]read)
	for info := range infos {
		got[info.ID] = read{info.Restart, info.Shutdown, info.Supervisor}
	}
	assert.Equal(s, map[string]read{
		"worker": {supervision.Permanent, supervision.Graceful(5 * time.Second), false},
		"below":  {supervision.Permanent, supervision.Infinity, true},
		"quick":  {supervision.Permanent, supervision.Immediate, false},
	}, got)
	s.sawf("start(worker) start(quick)")
	assert.Equal(s, supervision.AtMost(5, time.Minute).String(), supervision.Limit{}.String())
}

// If a child cannot be started, those before it are stopped in reverse, those
// after it are never started, and that is all that ever happens.
func rollsBack(s *stage, c crash) {
	bad := s.probe("c")
	bad.next(1, c.start)
	a, b, d := s.probe("a"), s.probe("b"), s.probe("d")
	err := s.tryStart(supervision.Spec{}, a, b, bad, d)
	failed, ok := errors.AsType[*supervision.StartError](err)
	require.True(s, ok)
	assert.Equal(s, "/s", failed.Path)
	assert.Equal(s, "c", failed.Child)
	assert.Empty(s, failed.Teardown)
	assert.ErrorIs(s, err, errBoom)
	assert.ErrorIs(s, err, supervision.ErrStartFailed)
	time.Sleep(time.Hour)
	s.sawf("start(a) start(b) fail(c) stop(b, shutdown) stop(a, shutdown)")
	s.gone(a, b, bad, d)
	s.incarnation(1, a, b, bad)
	s.incarnation(0, d)
}

// The error of a failed start names the whole path.
func tellsThePathOfAFailedStart(s *stage) {
	leaf, x, y, z := s.probe("leaf"), s.probe("x"), s.probe("y"), s.probe("z")
	leaf.next(1, panickedStart)
	mid := supervisor("mid", supervision.Spec{}, y, leaf)
	err := s.tryStart(supervision.Spec{Name: "top"}, x, mid, z)
	failed, ok := errors.AsType[*supervision.StartError](err)
	require.True(s, ok)
	assert.Equal(s, "/top/mid", failed.Path)
	assert.Equal(s, "leaf", failed.Child)
	assert.EqualError(s, failed, "supervision: start failed: /top/mid/leaf: panic: boom")
	panicked, ok := errors.AsType[*actor.PanicError](err)
	require.True(s, ok)
	assert.Equal(s, errBoom, panicked.Value)
	time.Sleep(time.Hour)
	s.sawf("start(x) start(y) fail(leaf) stop(y, shutdown) stop(x, shutdown)")
	s.gone(x, y, leaf, z)
	_, err = supervision.Count(s.ctx, mid.Ref)
	assert.ErrorIs(s, err, actor.ErrStopped)
}

// A child that ignores the start is known, and has no process.
func keepsWhoIgnoresTheStart(s *stage) {
	a := s.probe("a")
	a.next(1, ignoredStart)
	s.start(supervision.Spec{}, a, s.probe("b"))
	s.sawf("ignore(a) start(b)")
	s.listed(s.root(), "a stopped, b running")
	s.counted(s.root(), supervision.Counts{Specs: 2, Active: 1, Workers: 2})
	s.gone(a)
	require.NoError(s, supervision.RestartChild(s.ctx, s.root(), "a"))
	s.sawf("start(a)")
	s.listed(s.root(), "a running, b running")
}

// A temporary child that does so is not even known.
func forgetsATemporaryThatIgnoresTheStart(s *stage) {
	a := s.probe("a", temporary)
	a.next(1, ignoredStart)
	s.start(supervision.Spec{}, a)
	s.sawf("ignore(a)")
	s.listed(s.root(), "")

	again := s.probe("a", temporary)
	again.next(1, ignoredStart)
	err := supervision.StartChild(s.ctx, s.root(), again.child)
	assert.ErrorIs(s, err, actor.ErrIgnore)
	s.sawf("ignore(a)")
	s.listed(s.root(), "")
	s.counted(s.root(), supervision.Counts{})
	s.gone(a, again)

	s.add(s.root(), s.probe("a", temporary))
	s.sawf("start(a)")
	s.listed(s.root(), "a running")
}

// A start at run time goes well, or the caller is told why not and nothing of
// it remains.
func startsDynamically(s *stage) {
	d := dynamic("d", supervision.Spec{})
	s.start(supervision.Spec{}, d)
	s.add(d.Ref, s.probe("ok"))
	s.sawf("start(ok)")
	for _, c := range []struct {
		start outcome
		want  error
		text  string
	}{
		{ignoredStart, actor.ErrIgnore, "actor: start ignored"},
		{failedStart, errBoom, "boom"},
		{panickedStart, errBoom, "panic: boom"},
		{exitedStart, actor.ErrGoexit, "actor: runtime.Goexit called"},
	} {
		p := s.probe("bad")
		p.next(1, c.start)
		err := supervision.StartChild(s.ctx, d.Ref, p.child)
		assert.ErrorIs(s, err, c.want)
		failed, ok := errors.AsType[*supervision.ChildError](err)
		require.True(s, ok)
		assert.Equal(s, supervision.ChildError{
			Op: "start", Path: "/s/d", ID: "bad", Err: failed.Err, Process: p.Process,
		}, *failed)
		assert.EqualError(s, failed.Err, c.text)
		s.gone(p)
		s.sawf("%s(bad)", c.start.word)
	}
	s.counted(d.Ref, supervision.Counts{Specs: 1, Active: 1, Workers: 1})
	s.listed(d.Ref, "ok running")
	s.incarnation(1, d)
}

// A wrong spec of a supervisor below is refused with that above it.
func refusesAnInvalidSupervisorBelow(s *stage) {
	y := s.probe("y")
	sub := supervisor("sub", supervision.Spec{Strategy: 9}, y)
	err := s.tryStart(supervision.Spec{}, s.probe("a"), sub)
	wrong, ok := errors.AsType[*supervision.SpecError](err)
	require.True(s, ok)
	assert.Equal(s, "s/sub", wrong.Supervisor)
	assert.Equal(s, "Strategy", wrong.Field)
	s.sawf("")
}

// A supervisor below runs without a child that ignores the start.
func startsASupervisorWithoutAChild(s *stage) {
	x := s.probe("x")
	x.next(1, ignoredStart)
	sub := supervisor("sub", supervision.Spec{}, x, s.probe("y"))
	s.start(supervision.Spec{}, sub)
	s.sawf("ignore(x) start(y)")
	s.listed(s.root(), "sub running")
	s.listed(sub.Ref, "x stopped, y running")
}

// If a supervisor below cannot start, its parent is told so once, and of no end.
func tellsOfASupervisorThatFailsToStart(s *stage, c crash) {
	x, y := s.probe("x"), s.probe("y")
	x.next(1, c.start)
	sub := supervisor("sub", supervision.Spec{}, y, x)
	p := s.probe("p", parentOf(sub))
	s.start(supervision.Spec{}, p)
	time.Sleep(time.Hour)
	s.sawf("start(p) start(y) fail(x) stop(y, shutdown) refused(sub)")
	require.Len(s, p.events, 1)
	failed, ok := errors.AsType[*supervision.StartError](p.events[0].Err)
	require.True(s, ok)
	assert.Equal(s, "/s/p/sub", failed.Path)
	assert.Equal(s, "x", failed.Child)
	assert.ErrorIs(s, failed, errBoom)
	s.gone(x, y)
}

// A registered name belongs to whom has it, who is not concerned by others that
// want it.
func findsANameTaken(s *stage) {
	foreign := s.probe("foreign", registered("n"))
	d := dynamic("d", supervision.Spec{})
	s.start(supervision.Spec{}, foreign, d)
	own := s.probe("own", registered("n"))
	err := supervision.StartChild(s.ctx, d.Ref, own.child)
	assert.ErrorIs(s, err, actor.ErrNameTaken)
	taken, ok := errors.AsType[*actor.NameTakenError](err)
	require.True(s, ok)
	assert.Equal(s, "n", taken.Name)
	assert.Same(s, foreign.Process, taken.By)
	s.listed(d.Ref, "")
	s.gone(own)
	ref, err := system.Lookup[order](s.sys, "n")
	require.NoError(s, err)
	assert.Equal(s, foreign.Ref, ref)
	assert.Zero(s, s.state(foreign))
	s.sawf("start(foreign)")

	// Its end is nothing to the supervisor that wanted to start it.
	require.NoError(s, supervision.TerminateChild(s.ctx, s.root(), "foreign"))
	s.sawf("stop(foreign, shutdown)")
	s.incarnation(1, foreign, d)
	s.add(d.Ref, own)
	s.sawf("start(own)")
	ref, err = system.Lookup[order](s.sys, "n")
	require.NoError(s, err)
	assert.Equal(s, own.Ref, ref)
}

// A start that takes too long has failed, and whatever it comes to later has no
// effect.
func timesAStartOut(s *stage) {
	d := dynamic("d", supervision.Spec{})
	s.start(supervision.Spec{}, d)
	kid, late, woke := s.probe("kid"), make(chan error, 1), make(chan struct{})
	p := actor.New(actor.Spec[order]{Name: "p", New: func(_ context.Context, self *actor.Self[order]) (actor.Actor[order], error) {
		s.log.addf("start(p)")
		<-woke
		self.After(0, say("too late"))
		late <- self.Start(kid.Process, func(actor.Event) order { return say("too late") })
		return &life{probe: kid, self: self}, nil
	}})
	s.took(ms(100), func() {
		err := supervision.StartChild(s.ctx, d.Ref, supervision.Child{Process: p, StartTimeout: ms(100)})
		assert.ErrorIs(s, err, actor.ErrStartTimeout)
		left, ok := errors.AsType[*actor.AbandonedError](err)
		require.True(s, ok)
		assert.Equal(s, "/s/d/p", left.Path)
		assert.Equal(s, "starting", left.State)
		assert.EqualValues(s, 1, left.Incarnation)
	})
	s.listed(d.Ref, "")
	close(woke)
	assert.ErrorIs(s, <-late, actor.ErrAbandoned)
	s.sawf("start(p)")
	s.listed(d.Ref, "")
	assert.ErrorIs(s, p.Send(s.ctx, say("anybody?")), actor.ErrStopped)
	s.incarnation(0, kid)
	s.incarnation(1, p, d)

	// The default is half a minute.
	slow := s.probe("slow", startsIn(time.Minute))
	s.took(30*time.Second, func() {
		assert.ErrorIs(s, supervision.StartChild(s.ctx, d.Ref, slow.child), actor.ErrStartTimeout)
	})
	s.abandoned(slow)
	time.Sleep(time.Hour)
	s.sawf("start(slow)")
	s.gone(slow)
}

func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }

func wrapped(err error) error { return fmt.Errorf("with more to say: %w", err) }

// What an actor continues with when it starts comes before all messages, those
// that were sent before the start too, and at a restart again.
func continuesBeforeItsMessages(s *stage) {
	a := s.probe("a", startsIn(ms(10)), continues(say("c"), say("d")))
	require.NoError(s, a.Send(s.ctx, say("early")))
	s.start(supervision.Spec{}, a)
	require.NoError(s, a.Send(s.ctx, say("m")))
	s.sawf("start(a) msg(a, c) msg(a, d) msg(a, early) msg(a, m)")
	require.NoError(s, a.Send(s.ctx, byError.order))
	require.NoError(s, a.Send(s.ctx, say("m")))
	time.Sleep(time.Second)
	s.sawf("stop(a, failure) start(a) msg(a, c) msg(a, d) msg(a, m)")
}
