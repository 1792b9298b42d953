package supervision

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/understudy-go/understudy/actor"
)

// TestMachineProperties runs random trees through random schedules of ends,
// commands, timers and clock steps, and checks after every step what must hold
// whatever happens.
func TestMachineProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		w.step(begin{})
		for range rapid.IntRange(1, 80).Draw(t, "length") {
			w.anything()
		}
		w.quiesce()
		w.checkRest()
		w.step(halt{actor.Forever})
		w.quiesce()
		w.checkEnd()
	})
}

// world is all that surrounds the machine: children which the machine believes
// to start and stop, timers, the mailbox, callers.
type world struct {
	t   *rapid.T
	p   *plan
	m   *machine
	now time.Time

	inc     map[string]*incarnation // the live one, by id
	past    []event                 // events of incarnations and tokens gone by
	tokens  map[uint64]string       // armed or posted, not fired nor cancelled
	timers  map[uint64]bool
	replies map[uint64]int
	reqs    uint64
	retired map[actor.Child]bool
	units   []time.Time
	reports map[any]bool
	alone   int // abnormal ends of incarnations that were ready
	told    int // incidents about them

	closing      bool // something was stopped for good, or halt was given
	ready, exits int
}

// incarnation is a child that runs, as far as the world knows.
type incarnation struct {
	epoch   uint64
	process actor.Child
	up      bool
	stop    bool
	within  time.Duration // of the last stop
	asked   time.Time
}

func newWorld(t *rapid.T) *world {
	w := &world{
		t: t, now: time.Now(), inc: map[string]*incarnation{}, tokens: map[uint64]string{}, timers: map[uint64]bool{},
		replies: map[uint64]int{}, retired: map[actor.Child]bool{}, reports: map[any]bool{},
	}
	w.p = &plan{
		name: "s", path: "s",
		limit: AtMost(rapid.IntRange(0, 6).Draw(t, "limit"), rapid.SampledFrom([]time.Duration{
			time.Second, 10 * time.Second, actor.Forever}).Draw(t, "per")),
		sideBySide: rapid.Bool().Draw(t, "dynamic"),
		chance:     func() float64 { return 0.5 },
	}
	if !w.p.sideBySide {
		w.p.strategy = rapid.SampledFrom([]Strategy{OneForOne, OneForAll, RestForOne}).Draw(t, "strategy")
		for i := range rapid.IntRange(0, 5).Draw(t, "children") {
			w.p.children = append(w.p.children, w.child(fmt.Sprintf("c%d", i)))
		}
	}
	w.m = newMachine(w.p)
	return w
}

func (w *world) child(id string) childPlan {
	p := childPlan{
		id: id, name: id, process: &stub{id: id},
		restart:      rapid.SampledFrom([]Restart{Permanent, Permanent, Transient, Temporary}).Draw(w.t, "restart"),
		shutdown:     rapid.SampledFrom([]Shutdown{Immediate, Infinity, Graceful(time.Second)}).Draw(w.t, "shutdown"),
		startTimeout: rapid.SampledFrom([]time.Duration{time.Second, actor.Forever}).Draw(w.t, "timeout"),
	}
	if rapid.Bool().Draw(w.t, "backoff") {
		p.backoff = &Backoff{Base: time.Second, Max: 4 * time.Second, Jitter: 0.2}
	}
	return p
}

var errBoom = errors.New("boom")

// anything lets something happen that can happen, or a stale thing.
func (w *world) anything() {
	id := fmt.Sprintf("c%d", rapid.IntRange(0, 7).Draw(w.t, "id"))
	inc := w.inc[id]
	switch rapid.IntRange(0, 15).Draw(w.t, "what") {
	case 0, 1, 2, 3:
		w.answer(rapid.IntRange(0, 7).Draw(w.t, "how") > 1)
	case 4:
		w.answerOf(w.m.kids.find(id), rapid.Bool().Draw(w.t, "well"))
	case 5, 6, 7, 8:
		if inc != nil && inc.up {
			w.end(id, rapid.SampledFrom([]actor.Kind{
				actor.Normal, actor.Shutdown, actor.Failure, actor.Failure, actor.Panic, actor.Abandoned}).Draw(w.t, "kind"))
		}
	case 9:
		w.command(func(req uint64) event { return cmdStart{req, w.child(id)} })
	case 10:
		w.command(func(req uint64) event { return cmdTerminate{req, id} })
	case 11:
		w.command(func(req uint64) event { return cmdRestart{req, id} })
	case 12:
		w.command(func(req uint64) event { return cmdDelete{req, id} })
	case 13:
		if tokens := w.pending(); len(tokens) > 0 {
			w.fire(rapid.SampledFrom(tokens).Draw(w.t, "token"))
		}
	case 14:
		w.now = w.now.Add(rapid.SampledFrom([]time.Duration{1, time.Second, 10 * time.Second}).Draw(w.t, "pass"))
		if len(w.past) > 0 {
			w.step(rapid.SampledFrom(w.past).Draw(w.t, "stale"))
		}
	case 15:
		if rapid.IntRange(0, 9).Draw(w.t, "halt") == 0 {
			w.step(halt{rapid.SampledFrom([]time.Duration{0, time.Second, actor.Forever}).Draw(w.t, "within")})
		}
	}
}

// answer lets the first child that starts or stops be done with it.
func (w *world) answer(well bool) bool {
	for c := w.m.kids.head; c != nil; c = c.next {
		if w.answerOf(c, well) {
			return true
		}
	}
	return false
}

// answerOf lets a child be done with its start or stop, if it is at one.
func (w *world) answerOf(c *child, well bool) bool {
	if c == nil || w.inc[c.id] == nil {
		return false
	}
	inc := w.inc[c.id]
	switch {
	case !inc.up && well:
		inc.up = true
		w.step(started{id: c.id, epoch: inc.epoch})
	case !inc.up:
		w.gone(c.id, started{id: c.id, epoch: inc.epoch,
			err: rapid.SampledFrom([]error{errBoom, actor.ErrIgnore}).Draw(w.t, "why")})
	case inc.stop && well:
		w.end(c.id, actor.Shutdown)
	case inc.stop:
		w.end(c.id, actor.Failure)
	default:
		return false
	}
	return true
}

// end is the end of an incarnation that was ready.
func (w *world) end(id string, k actor.Kind) {
	x := actor.Exit{Kind: k, At: w.now}
	if k.Abnormal() {
		x.Err = errBoom
		// The end of a start that took too long is that of a failed start.
		m, c := w.m, w.m.kids.find(id)
		if !c.timedOut || m.over() || m.covered(c) || len(c.waiters) > 0 {
			w.alone++
		}
	}
	w.gone(id, ended{id, w.inc[id].epoch, x})
}

func (w *world) gone(id string, ev event) {
	delete(w.inc, id)
	w.past = append(w.past, ev)
	w.step(ev)
}

func (w *world) command(of func(req uint64) event) {
	w.reqs++
	w.replies[w.reqs] = 0
	w.step(of(w.reqs))
}

// pending returns the tokens of all timers and retries that can come, oldest
// first.
func (w *world) pending() []uint64 { return slices.Sorted(maps.Keys(w.tokens)) }

// fire lets a timer fire or a retry come back.
func (w *world) fire(token uint64) {
	id := w.tokens[token]
	delete(w.tokens, token)
	var ev event = retry{id, token}
	if w.timers[token] {
		ev = alarm{id, token}
	}
	w.past = append(w.past, ev)
	w.step(ev)
}

// fireFirst is fire for the oldest token, if there is one.
func (w *world) fireFirst() bool {
	tokens := w.pending()
	if len(tokens) == 0 {
		return false
	}
	w.fire(tokens[0])
	return true
}

// quiesce lets everything go well until nothing is left to happen. Timers fire
// last, so that starts do not time out.
func (w *world) quiesce() {
	for i := 0; w.answer(true) || w.fireFirst(); i++ {
		require.Less(w.t, i, 10_000, "no rest")
	}
}

// step feeds an event to the machine and checks each action.
func (w *world) step(ev event) {
	if _, ok := ev.(halt); ok {
		w.closing = true
	}
	for _, a := range w.m.step(ev, w.now) {
		w.check(a)
	}
	require.Equal(w.t, len(w.inc), w.m.live)
	if w.m.over() {
		w.closing = true
	}
	if w.closing {
		for token := range w.tokens {
			require.False(w.t, w.timers[token], "a timer is left in the teardown")
		}
	}
}

func (w *world) check(a action) {
	t := w.t
	if _, ok := a.(doReply); !ok {
		require.Zero(t, w.exits, "%T after the exit", a)
	}
	switch a := a.(type) {
	case doStart:
		require.False(t, w.closing, "%s starts in the teardown", a.id)
		require.Nil(t, w.inc[a.id], "%s runs already", a.id)
		w.inc[a.id] = &incarnation{epoch: a.epoch, process: a.process}
		delete(w.retired, a.process)
	case doStop:
		inc := w.inc[a.id]
		require.NotNil(t, inc, "%s does not run", a.id)
		if inc.stop {
			require.Less(t, a.within, left(inc.asked, inc.within, w.now), "a second stop must hasten")
		}
		inc.stop, inc.within, inc.asked = true, a.within, w.now
	case doArm:
		w.tokens[a.token], w.timers[a.token] = a.id, true
	case doAgain:
		w.tokens[a.token] = a.id
	case doDisarm:
		require.Contains(t, w.timers, a.token)
		delete(w.tokens, a.token)
	case doReply:
		w.replies[a.req]++
		require.Equal(t, 1, w.replies[a.req], "request %d", a.req)
	case doRetire:
		for id, inc := range w.inc {
			require.NotSame(t, inc.process, a.process, "%s is retired while it runs", id)
		}
		w.retired[a.process] = true
	case doReady:
		w.ready++
		require.Equal(t, 1, w.ready)
		if a.err != nil {
			w.over()
		}
	case doExit:
		require.Equal(t, 1, w.ready)
		w.over()
	case doEmit:
		if a.event.Kind.String() == "strategy applied" {
			w.unit()
		}
	case doReport:
		in := a.incident
		require.False(t, w.reports[in], "an incident is told twice")
		w.reports[in] = true
		require.False(t, in.End.IsZero())
		for i, s := range in.Steps {
			require.False(t, s.End.Before(s.Begin) || s.Begin.Before(in.Begin), "step %d", i)
			require.Less(t, s.Under, i)
		}
		if !in.Failure.Starting && in.Failure.Err != nil && in.Directive != directiveShutdown {
			w.told++
		}
	}
}

// over checks what holds when the machine says that it is done.
func (w *world) over() {
	require.Empty(w.t, w.inc, "something runs after the end")
	w.exits++
}

// unit checks that no window holds more restarts than the limit.
func (w *world) unit() {
	w.units = append(w.units, w.now)
	n := 0
	for _, u := range w.units {
		if per := w.p.limit.Window(); per == actor.Forever || w.now.Sub(u) <= per {
			n++
		}
	}
	require.LessOrEqual(w.t, n, w.p.limit.Restarts())
}

// checkRest checks a supervisor for which there is nothing left to do.
func (w *world) checkRest() {
	for req, n := range w.replies {
		require.Equal(w.t, 1, n, "request %d", req)
	}
	if w.m.over() {
		return
	}
	require.Equal(w.t, stageServe, w.m.stage)
	require.Equal(w.t, 1, w.ready)
	for c := range w.m.list() {
		require.False(w.t, c.State.Transitional(), "%s is %v", c.ID, c.State)
		require.Equal(w.t, c.State == StateRunning, w.inc[c.ID] != nil, "%s is %v", c.ID, c.State)
		require.Equal(w.t, c.State.Terminal(), w.retired[c.Process], "%s is %v", c.ID, c.State)
		if c.State.Terminal() {
			require.NotEqual(w.t, Temporary, c.Restart)
			require.False(w.t, w.p.sideBySide && c.State == StateStopped)
		}
	}
}

// checkEnd checks what is left when the supervisor has ended.
func (w *world) checkEnd() {
	require.Equal(w.t, 1, w.exits)
	require.Equal(w.t, stageDone, w.m.stage)
	require.Equal(w.t, w.alone, w.told, "failures and incidents")
	for c := w.m.kids.head; c != nil; c = c.next {
		if c.added { // the spec's own are the parent's to retire
			require.True(w.t, w.retired[c.process], "%s is not retired", c.id)
		}
	}
}
