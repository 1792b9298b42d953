package supervision

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/internal/model"
)

var coreSchedules = flag.Int("schedules", 0, "how many schedules to run the decision core through; 0: as usual")

// TestModelCore runs random trees of supervisors through random schedules, each
// supervisor with two brains: the model and the decision core. They are told the
// same, and have to want the same, at every step.
//
// All of a schedule is drawn by rapid, number by number, so that a failing one
// shrinks to a short one. That costs a third of the whole, which is 0.3 ms for a
// schedule: not enough to have the numbers from elsewhere.
func TestModelCore(t *testing.T) {
	n := howMany(*coreSchedules, 100_000)
	r := &rehearsal{}
	var numbers [64]*rapid.Generator[int]
	begun := time.Now()
	check(t, n, func(t *rapid.T) {
		s := model.Generate(&rapidDraws{t, &numbers}, coreShape)
		r.run(t, s)
	})
	t.Logf("%d schedules with %d nodes and %d ops (%d of them possible): %d events, %d incarnations, in %v; %d were cut short",
		r.schedules, r.nodes, r.ops, r.done, r.events, r.starts, time.Since(begun).Round(time.Millisecond), r.cut)
}

var coreShape = model.Shape{Nodes: 24, Depth: 4, Kids: 12, Ops: 50}

// howMany is how many schedules to run: as many as asked for; else the usual
// number, and few of them where there is little time, or where the test runs more
// than once.
func howMany(asked, usual int) int {
	count := flag.Lookup("test.count").Value.String()
	switch {
	case asked > 0:
		return asked
	case testing.Short(), raceDetector, count != "1":
		return usual / 50
	}
	return usual
}

// check is rapid.Check for n schedules.
func check(t *testing.T, n int, prop func(*rapid.T)) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	before := checks.Value.String()
	if testing.Short() {
		n *= 5 // of which rapid takes a fifth then
	}
	if err := flag.Set("rapid.checks", strconv.Itoa(n)); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = flag.Set("rapid.checks", before) }()
	rapid.Check(t, prop)
}

// rapidDraws are draws made by rapid.
type rapidDraws struct {
	t  *rapid.T
	by *[64]*rapid.Generator[int]
}

// Number implements model.Draws.
func (d *rapidDraws) Number(n int) int {
	if n >= len(d.by) {
		return rapid.IntRange(0, n-1).Draw(d.t, "")
	}
	if d.by[n] == nil {
		d.by[n] = rapid.IntRange(0, n-1)
	}
	return d.by[n].Draw(d.t, "")
}

// Part implements model.Draws: rapid shrinks by leaving out what one Draw has
// drawn.
func (d *rapidDraws) Part(f func()) {
	rapid.Custom(func(t *rapid.T) int {
		outer := d.t
		d.t = t
		defer func() { d.t = outer }()
		f()
		return 0
	}).Draw(d.t, "")
}

// A rehearsal carries out schedules in the model's world with two brains for
// each supervisor.
type rehearsal struct {
	t     fataler
	s     model.Schedule
	w     *model.World
	base  time.Time
	plans map[*model.ChildSpec]childPlan
	errs  map[*model.Fault]error

	schedules, nodes, ops, done, events, starts, cut int
}

type fataler interface {
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
}

func (r *rehearsal) run(t fataler, s model.Schedule) {
	if r.base.IsZero() {
		r.base = time.Now()
	}
	r.t, r.s = t, s
	r.plans, r.errs = map[*model.ChildSpec]childPlan{}, map[*model.Fault]error{}
	r.w = model.NewWorld(s.Root, false)
	r.w.Brain = func(at *model.Node, first int) model.Brain { return r.twin(at, first) }
	r.schedules++
	r.w.Begin()
	r.ops += len(s.Ops)
	r.nodes += len(r.w.Nodes)
	for i := range s.Ops {
		if r.w.Do(&s.Ops[i]) {
			r.done++
		}
		if r.w.Open != "" {
			r.cut++
			return
		}
	}
	switch {
	case !r.w.Rest():
		r.fatalf("no rest")
	case r.w.Open != "":
		r.cut++
	case r.w.Exit == nil:
		r.fatalf("the root has not ended")
	}
}

func (r *rehearsal) fatalf(format string, args ...any) {
	r.t.Logf("%s\n%v", fmt.Sprintf(format, args...), r.s)
	r.t.Fatalf("the core differs from the model") // rapid shrinks to failures of the same text
}

// A twin is one incarnation of a supervisor with both brains.
type twin struct {
	r      *rehearsal
	at     *model.Node
	rules  *model.Supervisor
	core   *machine
	epochs []pair // lives
	tokens []pair
	units  []time.Duration
}

// A pair is what the two call the same thing.
type pair struct {
	rules int
	core  uint64
}

func (r *rehearsal) twin(at *model.Node, first int) *twin {
	p := &plan{
		name: at.ID, path: at.Path, strategy: Strategy(at.Sub.Strategy),
		limit:  AtMost(at.Sub.Limit.Max, at.Sub.Limit.Per),
		strict: at.Sub.Strict, auto: AutoShutdown(at.Sub.Auto), most: at.Sub.Most,
		sideBySide: at.Sub.Dynamic, incarnation: uint64(first),
	}
	for _, c := range at.Sub.Children {
		p.children = append(p.children, r.plan(c))
	}
	return &twin{r: r, at: at, rules: model.New(at.Sub, first), core: newMachine(p)}
}

// plan is the core's form of a child's spec.
func (r *rehearsal) plan(c *model.ChildSpec) childPlan {
	p, ok := r.plans[c]
	if ok {
		return p
	}
	p = childPlan{
		id: c.ID, name: c.ID, process: &stub{id: c.ID}, supervisor: c.Sub != nil,
		restart: Restart(c.Restart) + Permanent, shutdown: Shutdown(c.Stop), startTimeout: c.StartTimeout,
	}
	if c.Stop == 0 {
		p.shutdown = Immediate
	}
	if c.Backoff != nil {
		p.backoff = &Backoff{Base: c.Backoff.Base, Max: c.Backoff.Max}
	}
	p.startRetries, p.significant, p.keepChildren, p.resumable = c.Retries, c.Significant, c.Keeps, c.Sub == nil
	if c.Limit.Per != 0 {
		p.limit = AtMost(c.Limit.Max, c.Limit.Per)
	}
	for _, rule := range c.Rules {
		p.rules = append(p.rules, r.rule(rule))
	}
	if h := c.Health; h != nil {
		p.health = &HealthCheck{Interval: h.Interval, Timeout: h.Timeout, Threshold: h.Threshold}
	}
	r.plans[c] = p
	return p
}

// rule is the core's form of a rule.
func (r *rehearsal) rule(rule model.Rule) Rule {
	if rule.Sort == model.Unhealthy {
		return then(WhenType[*HealthError](), rule.Then)
	}
	i := slices.IndexFunc(model.Booms[:], func(f *model.Fault) bool { return f.What == rule.Sort })
	return then(When(r.err(model.Booms[i])), rule.Then)
}

func then(c Condition, v model.Verdict) Rule {
	switch v {
	case model.DoStop:
		return c.Stop()
	case model.DoEscalate:
		return c.Escalate()
	case model.DoResume:
		return c.Resume()
	default:
		return c.Restart()
	}
}

// Handle implements model.Brain.
func (w *twin) Handle(e model.Event, now time.Duration) []model.Effect {
	w.r.events++
	closed := w.core.over()
	actions := w.step(e, now)
	effects := w.rules.Handle(e, now)
	rest := effects
	for _, a := range actions {
		switch a := a.(type) {
		case doEmit:
			if a.event.Kind.String() == "strategy applied" {
				w.unit(now)
			}
			continue
		case doReport, doExpect:
			continue
		case doStart:
			w.r.starts++
			w.alone(a)
			if closed {
				w.r.fatalf("%s starts in the teardown", a.id)
			}
		case doExit:
			if w.core.live != 0 {
				w.r.fatalf("something runs after the end")
			}
		}
		if len(rest) == 0 || !w.same(rest[0], a) {
			w.differ(e, now, effects, actions)
		}
		rest = rest[1:]
	}
	if len(rest) > 0 || !w.sameChildren() {
		w.differ(e, now, effects, actions)
	}
	return effects
}

// step lets the core see an event. A panic is a difference like any other.
func (w *twin) step(e model.Event, now time.Duration) []action {
	defer func() {
		if r := recover(); r != nil {
			w.r.fatalf("%s at %v: %v\nthe core panics: %v", w.at.Path, now, e, r)
		}
	}()
	return w.core.step(w.event(e), w.r.base.Add(now))
}

func (w *twin) event(e model.Event) event {
	switch e.What {
	case model.Begin:
		return begin{}
	case model.Halt:
		return halt{e.Within}
	case model.Started:
		return started{id: e.Child, epoch: called(w.epochs, e.Life), err: w.r.err(e.Fault)}
	case model.Ended:
		return ended{e.Child, called(w.epochs, e.Life), w.exit(e.Exit)}
	case model.Resumed:
		return resumed{e.Child, called(w.epochs, e.Life), w.exit(e.Exit)}
	case model.Renewed:
		return renewed{id: e.Child, epoch: called(w.epochs, e.Life), exit: w.exit(e.Exit)}
	case model.Diagnosed:
		h := actor.Healthy
		if !e.Well {
			h = actor.Failed("sick")
		}
		return diagnosed{e.Child, called(w.tokens, e.Token), h}
	case model.Switch:
		return cmdHealth{uint64(e.Req), e.Child, e.On}
	case model.Alarm:
		return alarm{e.Child, called(w.tokens, e.Token)}
	case model.Retry:
		return retry{e.Child, called(w.tokens, e.Token)}
	case model.Add:
		return cmdStart{uint64(e.Req), w.r.plan(e.Spec)}
	case model.Terminate:
		return cmdTerminate{uint64(e.Req), e.Child}
	case model.Revive:
		return cmdRestart{uint64(e.Req), e.Child}
	case model.Delete:
		return cmdDelete{uint64(e.Req), e.Child}
	}
	panic("no such event")
}

func (w *twin) exit(x model.Exit) actor.Exit {
	return actor.Exit{Kind: actor.Kind(x.Kind), Err: w.r.err(x.Fault)}
}

func called(pairs []pair, n int) uint64 {
	for _, p := range slices.Backward(pairs) {
		if p.rules == n {
			return p.core
		}
	}
	return 1 // of another incarnation
}

// err is the core's form of a fault.
func (r *rehearsal) err(f *model.Fault) error {
	if f == nil {
		return nil
	}
	err := r.errs[f]
	if err == nil {
		switch f {
		case model.ErrIgnore:
			err = actor.ErrIgnore
		case model.ErrAbandoned:
			err = &actor.AbandonedError{}
		case model.ErrGoexit:
			err = actor.ErrGoexit
		case model.ErrShutdown:
			err = actor.ErrShutdown
		default:
			if err = errors.New(f.What); f.What == model.Hook {
				err = &actor.HookError{Err: r.err(f.Of)}
			}
		}
		r.errs[f] = err
	}
	return err
}

// same reports whether an effect and an action are the same, and notes what
// their things are called.
func (w *twin) same(f model.Effect, a action) bool {
	switch a := a.(type) {
	case doStart:
		w.epochs = append(w.epochs, pair{f.Life, a.epoch})
		return f.Do == model.Start && f.Child == a.id
	case doStop:
		return f.Do == model.Stop && f.Child == a.id && f.Within == a.within && f.Back == a.again
	case doCheck:
		return f.Do == model.Check && f.Child == a.id && f.Within == a.within && called(w.tokens, f.Token) == a.token
	case doArm:
		w.tokens = append(w.tokens, pair{f.Token, a.token})
		return f.Do == model.Arm && f.Child == a.id && f.Within == a.after
	case doDisarm:
		return f.Do == model.Disarm && called(w.tokens, f.Token) == a.token
	case doAgain:
		w.tokens = append(w.tokens, pair{f.Token, a.token})
		return f.Do == model.Again && f.Child == a.id
	case doReply:
		return f.Do == model.Reply && uint64(f.Req) == a.req && w.r.sameReply(f.Fault, a.err)
	case doRetire:
		return f.Do == model.Retire && f.Child == a.process.Name()
	case doReady:
		return f.Do == model.Ready && w.r.sameErr(f.Fault, a.err)
	case doExit:
		return f.Do == model.Over && w.r.sameErr(f.Fault, a.err)
	}
	return false
}

func (r *rehearsal) sameReply(f *model.Fault, err error) bool {
	if f == nil {
		return err == nil
	}
	e, ok := err.(*ChildError) //nolint:errorlint // the outermost error
	return ok && r.sameErr(f, e.Err)
}

func (r *rehearsal) sameLeaf(f *model.Fault, err error) bool { return errors.Is(err, r.errs[f]) }

func (r *rehearsal) sameErr(f *model.Fault, err error) bool {
	if !sameFault(f, err, r.sameLeaf) {
		return false
	}
	if f != nil {
		r.errs[f] = err
	}
	return true
}

// sameChildren compares what the two say of the children.
func (w *twin) sameChildren() bool {
	c := w.core.kids.head
	for _, k := range w.rules.Children() {
		if c == nil || c.id != k.ID || c.state != State(k.State) || c.restarts != k.Restarts {
			return false
		}
		c = c.next
	}
	return c == nil
}

func (w *twin) differ(e model.Event, now time.Duration, effects []model.Effect, actions []action) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s at %v: %v\nmodel:\n", w.at.Path, now, e)
	for _, f := range effects {
		fmt.Fprintf(&b, "\t%v\n", f)
	}
	b.WriteString("core:\n")
	for _, a := range actions {
		switch a := a.(type) {
		case doEmit, doReport, doExpect:
		case doReady:
			fmt.Fprintf(&b, "\tready: %v\n", a.err)
		case doExit:
			fmt.Fprintf(&b, "\tover: %v\n", a.err)
		case doReply:
			fmt.Fprintf(&b, "\treply %d: %v\n", a.req, a.err)
		default:
			fmt.Fprintf(&b, "\t%T%+v\n", a, a)
		}
	}
	b.WriteString("children, as the model and the core see them:\n")
	for _, c := range w.rules.Children() {
		fmt.Fprintf(&b, "\t%s %v %d", c.ID, State(c.State), c.Restarts)
	}
	b.WriteString("\n")
	for c := w.core.kids.head; c != nil; c = c.next {
		fmt.Fprintf(&b, "\t%s %v %d", c.id, c.state, c.restarts)
	}
	w.r.fatalf("%s", b.String())
}

// alone checks that a job starts its children one after the other.
func (w *twin) alone(a doStart) {
	job := func(c *child) bool { return c.purpose == forBoot || c.purpose == forGroup }
	started := w.core.kids.find(a.id)
	for c := w.core.kids.head; c != nil && started != nil && job(started); c = c.next {
		if c != started && job(c) && c.state == StateStarting && c.live() {
			w.r.fatalf("%s: %s starts before %s is ready", w.at.Path, a.id, c.id)
		}
	}
}

// unit checks that no window holds more restarts than the limit.
func (w *twin) unit(now time.Duration) {
	w.units = append(w.units, now)
	n := 0
	for _, u := range w.units {
		if per := w.at.Sub.Limit.Per; per == model.Forever || now-u <= per {
			n++
		}
	}
	if n > w.at.Sub.Limit.Max {
		w.r.fatalf("%s has restarted too often", w.at.Path)
	}
}
