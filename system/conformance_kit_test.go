package system_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// A stage is where one scenario is played: a system, the log that its probes
// write, and what the scenario is told about them. It lives in a bubble of
// virtual time.
//
// When the scenario is over the system is shut down, which must go well unless
// the scenario has done it itself, and each start in the log must have its stop.
type stage struct {
	*testing.T

	ctx  context.Context
	log  journal
	sys  *system.ActorSystem
	over bool          // the scenario has ended the system itself
	free chan struct{} // closed at the end: what hangs goes on
	lost map[string]int

	teardown []error // what went wrong after the root had given up
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{T: t, ctx: t.Context(), free: make(chan struct{}), lost: make(map[string]int)}
	s.mark()
	t.Cleanup(s.close)
	return s
}

// start starts the system, with a root of that spec and those children. The
// root's name is "s" unless the spec names another.
func (s *stage) start(spec supervision.Spec, members ...member) {
	s.Helper()
	require.NoError(s, s.tryStart(spec, members...))
}

func (s *stage) tryStart(spec supervision.Spec, members ...member) error {
	name := cmp.Or(spec.Name, "s")
	spec.Name, spec.Children = "", declarations(members)
	sys, err := system.Start(s.ctx, system.Config{
		Name: name, Root: spec, ShutdownTimeout: actor.Forever, Logger: slog.New(slog.DiscardHandler),
	})
	if err == nil {
		s.sys = sys
	}
	return err
}

// root is the address of the root supervisor.
func (s *stage) root() actor.Ref[supervision.Message] { return s.sys.Root() }

// stop shuts the system down and returns what it says.
func (s *stage) stop() error {
	s.over = true
	return s.sys.Shutdown(context.Background())
}

// gaveUp waits until the system has ended by itself, and checks how its root
// told so.
func (s *stage) gaveUp(child string, limit supervision.Limit, last error) {
	s.Helper()
	<-s.sys.Done()
	s.over = true
	err := s.sys.Err()
	assert.Equal(s, err, s.sys.Shutdown(s.ctx))
	assert.ErrorIs(s, err, supervision.ErrIntensityExceeded)
	assert.ErrorIs(s, err, last)
	gaveUp, ok := errors.AsType[*supervision.IntensityError](err)
	require.True(s, ok, "%v", err)
	assert.Equal(s, "/s", gaveUp.Path)
	assert.Equal(s, child, gaveUp.Child)
	assert.Equal(s, limit.Restarts(), gaveUp.Max)
	assert.Equal(s, limit.Window(), gaveUp.Window)
	s.teardown = gaveUp.Teardown
}

// hold keeps a supervisor from looking at whatever comes in, ends of children
// included, until release is called. No hook is needed for that: it is asked to
// add a child whose declaration takes that long to check, and refuses it then,
// so that nothing of it remains.
func (s *stage) hold(sup actor.Ref[supervision.Message]) (release func()) {
	s.Helper()
	g := gate{make(chan struct{}), errors.New("the gate is no child")}
	answer := make(chan error, 1)
	go func() { answer <- supervision.StartChild(s.ctx, sup, supervision.Child{Process: g}) }()
	synctest.Wait()
	return func() {
		s.Helper()
		close(g.opened)
		assert.ErrorIs(s, <-answer, g.err)
		synctest.Wait()
	}
}

// A gate is a child that is never one.
type gate struct {
	opened chan struct{}
	err    error
}

func (gate) Name() string                      { return "gate" }
func (gate) Start(context.Context, actor.Host) { panic("a gate is never started") }
func (gate) Stop(time.Duration)                {}

func (g gate) Validate() error {
	<-g.opened
	return g.err
}

// tell has a probe carry out orders, and returns when all is quiet.
func (s *stage) tell(p *probe, orders ...order) {
	s.Helper()
	for _, o := range orders {
		require.NoError(s, p.Send(s.ctx, o))
	}
	synctest.Wait()
}

// add adds a child to a running supervisor.
func (s *stage) add(sup actor.Ref[supervision.Message], m member) {
	s.Helper()
	require.NoError(s, supervision.StartChild(s.ctx, sup, m.declaration()))
}

// state asks a probe for its state.
func (s *stage) state(p *probe) int {
	s.Helper()
	n, err := actor.Ask(s.ctx, p.Ref, get)
	require.NoError(s, err)
	return n
}

// gone checks that the address of a probe has ended.
func (s *stage) gone(probes ...*probe) {
	s.Helper()
	for _, p := range probes {
		assert.ErrorIs(s, p.Send(s.ctx, say("anybody?")), actor.ErrStopped)
	}
}

// incarnation checks how often a child has been started.
func (s *stage) incarnation(n int, children ...interface{ Incarnation() uint64 }) {
	s.Helper()
	for i, c := range children {
		assert.EqualValues(s, n, c.Incarnation(), i)
	}
}

// listed checks a supervisor's children, such as "a running, b stopped".
func (s *stage) listed(sup actor.Ref[supervision.Message], want string) {
	s.Helper()
	infos, err := supervision.Children(s.ctx, sup)
	require.NoError(s, err)
	var got []string
	for info := range infos {
		got = append(got, fmt.Sprintf("%s %v", info.ID, info.State))
	}
	assert.Equal(s, want, strings.Join(got, ", "))
}

// counted checks a supervisor's counts.
func (s *stage) counted(sup actor.Ref[supervision.Message], want supervision.Counts) {
	s.Helper()
	got, err := supervision.Count(s.ctx, sup)
	require.NoError(s, err)
	assert.Equal(s, want, got)
}

// took checks how long something takes.
func (s *stage) took(want time.Duration, f func()) {
	s.Helper()
	from := time.Now()
	f()
	assert.Equal(s, want, time.Since(from))
}

// mark is where the times of sawAtf count from.
func (s *stage) mark() { s.log.from = time.Now() }

// sawf checks all that has been logged since it was last asked, such as
// "stop(a, failure) start(a)", after all has become quiet.
func (s *stage) sawf(format string, args ...any) {
	s.Helper()
	synctest.Wait()
	assert.Equal(s, fmt.Sprintf(format, args...), strings.Join(s.log.take(false), " "))
}

// sawAtf is sawf with times since the mark, such as "start(a)@10ms".
func (s *stage) sawAtf(format string, args ...any) {
	s.Helper()
	synctest.Wait()
	assert.Equal(s, fmt.Sprintf(format, args...), strings.Join(s.log.take(true), " "))
}

// sawTogetherf is sawAtf for what happens side by side: entries of the same time
// are sorted.
func (s *stage) sawTogetherf(format string, args ...any) {
	s.Helper()
	synctest.Wait()
	slices.SortStableFunc(s.log.fresh, func(a, b entry) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.text, b.text))
	})
	assert.Equal(s, fmt.Sprintf(format, args...), strings.Join(s.log.take(true), " "))
}

// abandoned notes that an incarnation of a probe had to be abandoned, so that
// its start has no stop.
func (s *stage) abandoned(p *probe) { s.lost[p.Name()]++ }

// close ends the scenario.
func (s *stage) close() {
	close(s.free)
	if s.sys != nil && !s.over {
		assert.NoError(s, s.stop())
	}
	synctest.Wait()
	for id, running := range s.log.running() {
		assert.Equal(s, s.lost[id], running, "starts of %s without a stop", id)
	}
}

// A journal is the log that all probes of a stage write.
type journal struct {
	from time.Time

	// mu protects what follows against probes; a stage that has waited for them
	// to become quiet may do without.
	mu    sync.Mutex
	fresh []entry        // not taken yet
	open  map[string]int // starts without a stop, by id
}

type entry struct {
	text string
	at   time.Time
}

func (j *journal) addf(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.fresh = append(j.fresh, entry{fmt.Sprintf(format, args...), time.Now()})
}

// began and ended are addf for starts and stops.
func (j *journal) began(id string) {
	j.addf("start(%s)", id)
	j.balance(id, 1)
}

func (j *journal) ended(id string, kind actor.Kind) {
	j.addf("stop(%s, %v)", id, kind)
	j.balance(id, -1)
}

func (j *journal) balance(id string, by int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.open == nil {
		j.open = make(map[string]int)
	}
	j.open[id] += by
}

// running returns the starts without a stop.
func (j *journal) running() map[string]int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.open
}

// take returns what has been added since the last call.
func (j *journal) take(times bool) []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var lines []string
	for _, e := range j.fresh {
		if times {
			e.text += "@" + e.at.Sub(j.from).String()
		}
		lines = append(lines, e.text)
	}
	j.fresh = nil
	return lines
}

// leftBehind checks that an error says of a child that it was abandoned: when,
// and what it was doing.
func (s *stage) leftBehind(err error, path, id string, after time.Duration, state string) {
	s.Helper()
	failed, ok := errors.AsType[*supervision.ChildError](err)
	require.True(s, ok, "%v", err)
	assert.Equal(s, supervision.ChildError{Op: "stop", Path: path, ID: id, Err: failed.Err, Process: failed.Process}, *failed)
	left, ok := errors.AsType[*actor.AbandonedError](failed.Err)
	require.True(s, ok, "%v", err)
	want := actor.AbandonedError{Path: path + "/" + id, Incarnation: 1, State: state, For: after}
	if state == "receiving" {
		want.Message = "order"
	}
	assert.Equal(s, want, *left)
	assert.ErrorIs(s, err, actor.ErrAbandoned)
}
