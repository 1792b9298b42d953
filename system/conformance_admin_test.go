package system_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/internal/cputime"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// administration is group H: children managed at run time (R1, R12, L10).
func administration() []scenario {
	return []scenario{
		live("AD-01", administersOneChild),
		live("AD-02", knowsNobody),
		parts("AD-03",
			live("by id", terminatesByID),
			live("by ref", terminatesByRef)),
		live("AD-04", countsMany),
		{"AD-05", scales},
		live("AD-06", refusesToWaitForItself),
		live("AD-07", answersWhileAChildStarts),
	}
}

// Each operation says exactly what it finds.
func administersOneChild(s *stage) {
	a := s.probe("a")
	s.start(supervision.Spec{}, a)
	start := func() error { return supervision.StartChild(s.ctx, s.root(), a.child) }
	terminate := func() error { return supervision.TerminateChild(s.ctx, s.root(), "a") }
	restart := func() error { return supervision.RestartChild(s.ctx, s.root(), "a") }
	remove := func() error { return supervision.DeleteChild(s.ctx, s.root(), "a") }
	s.sawf("start(a)")
	for i, step := range []struct {
		op     string
		do     func() error
		err    error
		log    string
		listed string
	}{
		{"start", start, supervision.ErrAlreadyStarted, "", "a running"},
		{"restart", restart, supervision.ErrRunning, "", "a running"},
		{"delete", remove, supervision.ErrRunning, "", "a running"},
		{"terminate", terminate, nil, "stop(a, shutdown)", "a stopped"},
		{"terminate", terminate, nil, "", "a stopped"},
		{"start", start, supervision.ErrAlreadyPresent, "", "a stopped"},
		{"restart", restart, nil, "start(a)", "a running"},
		{"terminate", terminate, nil, "stop(a, shutdown)", "a stopped"},
		{"delete", remove, nil, "", ""},
		{"restart", restart, supervision.ErrNotFound, "", ""},
		{"start", start, nil, "start(a)", "a running"},
	} {
		err := step.do()
		if step.err == nil {
			require.NoError(s, err, i)
		} else {
			failed, ok := errors.AsType[*supervision.ChildError](err)
			require.True(s, ok, i)
			want := supervision.ChildError{Op: step.op, Path: "/s", ID: "a", Err: step.err, Process: a.Process}
			if step.listed == "" {
				want.Process = nil
			}
			assert.Equal(s, want, *failed, i)
		}
		s.sawf("%s", step.log)
		s.listed(s.root(), step.listed)
		counts := map[string]supervision.Counts{
			"": {}, "a stopped": {Specs: 1, Workers: 1}, "a running": {Specs: 1, Active: 1, Workers: 1},
		}
		s.counted(s.root(), counts[step.listed])
	}
	s.incarnation(3, a)
}

// Nobody of that id, and nobody to ask: both are told at once.
func knowsNobody(s *stage) {
	sup := supervisor("sup", supervision.Spec{}, s.probe("a"))
	s.start(supervision.Spec{}, sup)
	ops := map[string]func(id string) error{
		"terminate": func(id string) error { return supervision.TerminateChild(s.ctx, sup.Ref, id) },
		"restart":   func(id string) error { return supervision.RestartChild(s.ctx, sup.Ref, id) },
		"delete":    func(id string) error { return supervision.DeleteChild(s.ctx, sup.Ref, id) },
		"look up": func(id string) error {
			_, err := supervision.Lookup(s.ctx, sup.Ref, id)
			return err
		},
	}
	s.took(0, func() {
		for op, do := range ops {
			err := do("nobody")
			failed, ok := errors.AsType[*supervision.ChildError](err)
			require.True(s, ok, op)
			assert.Equal(s, supervision.ChildError{Op: op, Path: "/s/sup", ID: "nobody", Err: supervision.ErrNotFound}, *failed)
			assert.ErrorIs(s, err, actor.ErrNotFound)
		}
	})
	s.listed(sup.Ref, "a running")

	require.NoError(s, supervision.TerminateChild(s.ctx, s.root(), "sup"))
	ops["start"] = func(string) error { return supervision.StartChild(s.ctx, sup.Ref, s.probe("b").child) }
	ops["count"] = func(string) error {
		_, err := supervision.Count(s.ctx, sup.Ref)
		return err
	}
	ops["list"] = func(string) error {
		_, err := supervision.Children(s.ctx, sup.Ref)
		return err
	}
	s.took(0, func() {
		for op, do := range ops {
			assert.ErrorIs(s, do("a"), actor.ErrStopped, op)
		}
	})
	s.sawf("start(a) stop(a, shutdown)")
}

// A dynamic supervisor forgets whom it terminates: what is not known any more
// cannot be found by its id a second time, and that is all (R12 makes termination
// idempotent for children that are known). Who is somebody else's child is not
// known either.
func terminatesByID(s *stage) {
	d, other := dynamic("d", supervision.Spec{}), s.probe("other")
	s.start(supervision.Spec{}, d, other)
	a, b := s.probe("a"), s.probe("b")
	s.add(d.Ref, a)
	s.add(d.Ref, b)
	s.sawf("start(other) start(a) start(b)")
	require.NoError(s, supervision.TerminateChild(s.ctx, d.Ref, "a"))
	s.sawf("stop(a, shutdown)")
	assert.ErrorIs(s, supervision.TerminateChild(s.ctx, d.Ref, "a"), supervision.ErrNotFound)
	assert.ErrorIs(s, supervision.TerminateChild(s.ctx, d.Ref, "other"), supervision.ErrNotFound)
	s.sawf("")
	s.listed(d.Ref, "b running")
	s.gone(a)
	assert.Zero(s, s.state(other))
	s.incarnation(1, other, b, d)
}

// By its address a child is terminated as often as one likes; who is no child is
// not, and lives on.
func terminatesByRef(s *stage) {
	d, e, other := dynamic("d", supervision.Spec{}), dynamic("e", supervision.Spec{}), s.probe("other")
	s.start(supervision.Spec{}, d, e, other)
	a, b, namesake := s.probe("a"), s.probe("b"), s.probe("a")
	s.add(d.Ref, a)
	s.add(d.Ref, b)
	s.add(e.Ref, namesake)
	s.sawf("start(other) start(a) start(b) start(a)")
	require.NoError(s, supervision.TerminateRef(s.ctx, d.Ref, a.Ref))
	s.sawf("stop(a, shutdown)")
	s.gone(a)
	s.took(0, func() {
		require.NoError(s, supervision.TerminateRef(s.ctx, d.Ref, a.Ref))
		for _, stranger := range []*probe{other, namesake, s.probe("never started")} {
			err := supervision.TerminateRef(s.ctx, d.Ref, stranger.Ref)
			failed, ok := errors.AsType[*supervision.ChildError](err)
			require.True(s, ok, "%v", err)
			want := supervision.ChildError{Op: "terminate", Path: "/s/d", ID: stranger.Name(), Err: supervision.ErrNotFound}
			assert.Equal(s, want, *failed)
		}
		assert.ErrorIs(s, supervision.TerminateRef(s.ctx, d.Ref, actor.Ref[order]{}), supervision.ErrNotFound)
	})
	s.sawf("")
	s.listed(d.Ref, "b running")
	s.listed(e.Ref, "a running")
	assert.Zero(s, s.state(other)+s.state(namesake))
	s.incarnation(1, other, namesake, b, d, e)
}

// Counts and lists are exact, and do not change by themselves.
func countsMany(s *stage) {
	d := dynamic("d", supervision.Spec{Limit: supervision.AtMost(1000, time.Hour)})
	s.start(supervision.Spec{}, d)
	var restarting []*probe
	for i := range 2000 {
		id := strconv.Itoa(i)
		switch {
		case i%40 == 0:
			s.add(d.Ref, supervisor(id, supervision.Spec{}))
		case i%20 == 1:
			p := s.probe(id, backoff(supervision.Backoff{Base: time.Hour, Max: time.Hour}))
			restarting = append(restarting, p)
			s.add(d.Ref, p)
		default:
			s.add(d.Ref, s.probe(id))
		}
	}
	s.counted(d.Ref, supervision.Counts{Specs: 2000, Active: 2000, Workers: 1950, Supervisors: 50})
	for _, p := range restarting {
		s.tell(p, byError.order)
	}
	list := func() []supervision.ChildInfo {
		infos, err := supervision.Children(s.ctx, d.Ref)
		require.NoError(s, err)
		return slices.Collect(infos)
	}
	s.counted(d.Ref, supervision.Counts{Specs: 2000, Active: 1900, Workers: 1950, Supervisors: 50})
	infos := list()
	require.Len(s, infos, 2000)
	for i, info := range infos {
		require.Equal(s, strconv.Itoa(i), info.ID)
		require.Equal(s, i%40 == 0, info.Supervisor)
		require.Equal(s, i%20 == 1, info.State == supervision.StateRestarting)
	}
	time.Sleep(59 * time.Minute)
	assert.Equal(s, infos, list())

	time.Sleep(time.Minute)
	synctest.Wait()
	s.counted(d.Ref, supervision.Counts{Specs: 2000, Active: 2000, Workers: 1950, Supervisors: 50})
	for i := range 1000 {
		require.NoError(s, supervision.TerminateChild(s.ctx, d.Ref, strconv.Itoa(2*i)))
	}
	s.counted(d.Ref, supervision.Counts{Specs: 1000, Active: 1000, Workers: 1000})
}

// A hundred times as many children take about a hundred times as long. The
// bound is ten times that; a cost that grew with the square would be a hundred
// times that.
func scales(t *testing.T) {
	t.Helper()
	run := func(n int) time.Duration {
		children := make([]supervision.Child, n)
		for i := range children {
			children[i].Process = actor.New(actor.Spec[order]{
				Name: strconv.Itoa(i), New: actor.Make(func() actor.Func[order] {
					return func(context.Context, order) error { return nil }
				}),
			})
		}
		used := cputime.Used()
		sys, err := system.Start(t.Context(), system.Config{Name: "s", Root: supervision.Spec{Children: children}})
		require.NoError(t, err)
		counts, err := supervision.Count(t.Context(), sys.Root())
		require.NoError(t, err)
		assert.Equal(t, n, counts.Active)
		require.NoError(t, sys.Shutdown(t.Context()))
		return cputime.Used() - used
	}
	few := actor.Forever
	for range 5 {
		few = min(few, run(crowd/100))
	}
	assert.Less(t, run(crowd), 1000*few, "a hundredth of them took %v", few)
}

// Who would have to wait for itself is told so at once.
func refusesToWaitForItself(s *stage) {
	leaf := s.probe("leaf")
	a, b := s.probe("a", parentOf(leaf)), s.probe("b")
	s.start(supervision.Spec{}, a, b)
	s.sawf("start(a) start(leaf) start(b)")
	s.took(0, func() {
		for _, caller := range []*probe{a, leaf} {
			s.tell(caller, call(func(ctx context.Context) {
				err := supervision.TerminateChild(ctx, s.root(), "a")
				assert.ErrorIs(s, err, actor.ErrDeadlock)
				failed, ok := errors.AsType[*supervision.ChildError](err)
				require.True(s, ok)
				assert.Equal(s, "/s", failed.Path)
				assert.Equal(s, "a", failed.ID)
			}))
		}
		s.tell(a, call(func(ctx context.Context) {
			_, err := actor.Ask(ctx, a.Ref, get)
			assert.ErrorIs(s, err, actor.ErrDeadlock)
			cycle, ok := errors.AsType[*actor.DeadlockError](err)
			require.True(s, ok)
			assert.Equal(s, []string{"/s/a", "/s/a"}, cycle.Path)
		}))
	})
	s.sawf("")
	assert.Zero(s, s.state(a)+s.state(leaf))
	s.listed(s.root(), "a running, b running")

	// A sibling has nothing to fear.
	s.tell(b, call(func(ctx context.Context) {
		assert.NoError(s, supervision.TerminateChild(ctx, s.root(), "a"))
	}))
	s.sawf("stop(leaf, shutdown) stop(a, shutdown)")
	s.listed(s.root(), "a stopped, b running")
}

// R1: the supervisor answers while a child starts, where OTP's makes the caller
// wait. A caller that does have to wait gives up by its own deadline, which is
// nothing to the supervisor.
func answersWhileAChildStarts(s *stage) {
	b, slow := s.probe("b"), s.probe("slow", startsIn(10*time.Second))
	s.start(supervision.Spec{}, b)
	started := make(chan error, 1)
	go func() { started <- supervision.StartChild(s.ctx, s.root(), slow.child) }()
	synctest.Wait()
	s.tell(b, call(func(ctx context.Context) {
		s.took(0, func() {
			counts, err := supervision.Count(ctx, s.root())
			assert.NoError(s, err)
			assert.Equal(s, supervision.Counts{Specs: 2, Active: 1, Workers: 2}, counts)
		})
	}))
	s.listed(s.root(), "b running, slow starting")
	s.took(10*time.Second, func() { require.NoError(s, <-started) })
	s.counted(s.root(), supervision.Counts{Specs: 2, Active: 2, Workers: 2})

	release := s.hold(s.root())
	s.tell(b, call(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, ms(10))
		defer cancel()
		s.took(ms(10), func() {
			_, err := supervision.Count(ctx, s.root())
			assert.ErrorIs(s, err, context.DeadlineExceeded)
		})
	}))
	time.Sleep(ms(20))
	release()
	s.counted(s.root(), supervision.Counts{Specs: 2, Active: 2, Workers: 2})
	s.incarnation(1, b, slow)
	s.sawf("start(b) start(slow)")
}
