package supervision

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/internal/model"
	"github.com/understudy-go/understudy/monitoring"
)

var liveSchedules = flag.Int("live", 0, "how many schedules to run real supervisors through; 0: as usual")

// TestModelLive runs real supervisors with real actors through random schedules,
// in virtual time, and compares what the actors write down when they start and
// stop, what the supervisors say of their children after each step, what is
// answered to commands, and the error that comes out, with what the model says.
//
// A schedule whose outcome the rules leave open is passed over: there two things
// happen at the same instant, and either may be the first. To make that rare no
// two durations are the same; what is to be simultaneous happens while a
// supervisor is held.
func TestModelLive(t *testing.T) {
	n := howMany(*liveSchedules, 2_000)
	n += n / 8 // about as many as are passed over
	var numbers [64]*rapid.Generator[int]
	var sum performance
	begun := time.Now()
	defer func() {
		if sum.first != "" { // it may be one that does not come again
			t.Logf("the first failure, as it was: %s", sum.first)
		}
	}()
	check(t, n, func(rt *rapid.T) {
		s := model.Generate(&rapidDraws{rt, &numbers}, liveShape)
		perform(t, rt, s, &sum)
	})
	t.Logf("%d schedules: %d steps, %d starts and stops, in %v; %d more were left open: %v",
		sum.schedules, sum.steps, sum.entries, time.Since(begun).Round(time.Millisecond), n-sum.schedules, sum.open)
}

var liveShape = model.Shape{Nodes: 25, Depth: 4, Kids: 12, Ops: 40, Uneven: true}

// performance is what has been done.
type performance struct {
	schedules, steps, entries int
	open                      map[string]int // schedules passed over, by the reason
	first                     string         // failure
}

// perform carries out a schedule, unless its outcome is open.
func perform(t *testing.T, rt fataler, s model.Schedule, sum *performance) {
	if why := foresee(s); why != "" {
		if sum.open == nil {
			sum.open = map[string]int{}
		}
		sum.open[why]++
		return
	}
	var b *bubble
	synctest.Test(t, func(*testing.T) {
		b = newBubble(s)
		b.run(s)
	})
	sum.schedules++
	sum.steps += len(s.Ops)
	sum.entries += len(b.log)
	if b.trouble != "" {
		if sum.first == "" {
			sum.first = fmt.Sprintf("%s\n%v", b.trouble, s)
		}
		rt.Logf("%s\n%v", b.trouble, s)
		rt.Fatalf("the supervisors differ from the model")
	}
}

// foresee reports why the outcome of a schedule is open.
func foresee(s model.Schedule) string {
	w := model.NewWorld(s.Root, true)
	w.Begin()
	for i := range s.Ops {
		w.Do(&s.Ops[i])
	}
	w.Rest()
	return w.Open
}

// A bubble is a tree of real supervisors, beside the model's world.
type bubble struct {
	w       *model.World
	begun   time.Time
	places  []*place
	root    *actor.Process[Message]
	free    chan struct{} // closed when all that hangs may go
	gate    *gateway      // of the supervisor that is held
	trouble string

	// mu protects what follows.
	mu      sync.Mutex
	log     []model.Entry
	answers []model.Answer
	errs    []error // of the answers
	started error
	ended   *actor.Exit
	over    chan struct{}
}

// A place is a node of the tree.
type place struct {
	*model.Node
	b      *bubble
	sup    *actor.Process[Message]
	worker *actor.Process[func(context.Context, *acting) error]

	// Protected by b.mu: what was abandoned may still be at it.
	coming []model.Outcome
	panics bool
	sick   bool
	starts int
}

func newBubble(s model.Schedule) *bubble {
	b := &bubble{w: model.NewWorld(s.Root, true), free: make(chan struct{}), over: make(chan struct{}), begun: time.Now()}
	b.places = make([]*place, len(b.w.Nodes))
	for i, n := range slices.Backward(b.w.Nodes) {
		b.places[i] = b.place(n)
	}
	b.root = b.places[0].sup
	return b
}

func (b *bubble) place(n *model.Node) *place {
	p := &place{Node: n, b: b}
	if n.Sub == nil {
		p.worker = actor.New(actor.Spec[func(context.Context, *acting) error]{Name: n.ID, New: p.begin})
		return p
	}
	spec := Spec{
		Name: n.ID, Strategy: Strategy(n.Sub.Strategy), Limit: AtMost(n.Sub.Limit.Max, n.Sub.Limit.Per),
		StrictOTP: n.Sub.Strict, AutoShutdown: AutoShutdown(n.Sub.Auto), MaxChildren: n.Sub.Most,
	}
	for i := range n.Sub.Children {
		spec.Children = append(spec.Children, b.places[n.Kids[i].Index()].declared())
	}
	if n.Sub.Dynamic {
		p.sup = NewDynamic(spec)
	} else {
		p.sup = New(spec)
	}
	return p
}

func (p *place) process() actor.Child {
	if p.sup != nil {
		return p.sup
	}
	return p.worker
}

func (p *place) declared() Child {
	c := Child{
		ID: p.ID, Process: p.process(), Restart: Restart(p.Restart) + Permanent, Shutdown: Shutdown(p.Stop),
		StartTimeout: p.StartTimeout, StartRetries: p.Retries, Significant: p.Significant,
	}
	if p.Limit.Per != 0 {
		c.Limit = AtMost(p.Limit.Max, p.Limit.Per)
	}
	if h := p.Health; h != nil {
		c.Health = &HealthCheck{Interval: h.Interval, Timeout: h.Timeout, Threshold: h.Threshold}
	}
	for _, r := range p.Rules {
		when := WhenType[*HealthError]()
		if r.Sort != model.Unhealthy {
			when = When(staged[r.Sort])
		}
		c.Decider = append(c.Decider, then(when, r.Then))
	}
	if p.Stop == 0 {
		c.Shutdown = Immediate
	}
	if p.Backoff != nil {
		c.Backoff = &Backoff{Base: p.Backoff.Base, Max: p.Backoff.Max}
	}
	return c
}

// staged is what workers fail with.
var staged = map[string]error{
	model.Booms[0].What: errors.New(model.Booms[0].What),
	model.Booms[1].What: errors.New(model.Booms[1].What),
	model.Booms[2].What: errors.New(model.Booms[2].What),
}

// boom is what a worker fails with of which nobody says how it is to fail.
func (p *place) boom() error { return staged[p.Boom().What] }

// begin is a worker's New.
func (p *place) begin(context.Context, *actor.Self[func(context.Context, *acting) error]) (actor.Actor[func(context.Context, *acting) error], error) {
	p.b.note(p, false, 0)
	how, n := p.next()
	if how == model.Hangs {
		<-p.b.free
		return nil, p.boom()
	}
	time.Sleep(p.Starts + model.Unevenness(p.Index(), n))
	switch how {
	case model.Fails:
		return nil, p.boom()
	case model.Panics:
		panic(p.boom())
	case model.Ignores:
		return nil, actor.ErrIgnore
	case model.Well, model.Hangs:
	}
	return &acting{place: p, n: n}, nil
}

// next says how a start is to go, and which one it is.
func (p *place) next() (how model.Outcome, n int) {
	p.b.mu.Lock()
	defer p.b.mu.Unlock()
	p.starts++
	if len(p.coming) > 0 {
		how, p.coming = p.coming[0], p.coming[1:]
	}
	return how, p.starts
}

// set changes what the actor looks at.
func (p *place) set(f func()) {
	p.b.mu.Lock()
	defer p.b.mu.Unlock()
	f()
}

// acting is an incarnation of a worker.
type acting struct {
	*place
	n    int
	done bool // it ends by itself
}

// Receive implements actor.Actor.
func (a *acting) Receive(ctx context.Context, do func(context.Context, *acting) error) error {
	return do(ctx, a)
}

// Health implements actor.Checker.
func (a *acting) Health(context.Context) actor.Health {
	h := actor.Healthy
	a.set(func() {
		if a.sick {
			h = actor.Failed("sick")
		}
	})
	return h
}

// Stopped implements actor.Stopper.
func (a *acting) Stopped(_ context.Context, exit actor.Exit) error {
	a.b.note(a.place, true, model.Kind(exit.Kind))
	if a.done {
		return nil
	}
	panics := false
	a.set(func() { panics, a.panics = a.panics, false })
	time.Sleep(a.place.Stops + model.Unevenness(a.Index(), a.n))
	if panics {
		panic(a.boom())
	}
	return nil
}

func (b *bubble) note(p *place, stops bool, kind model.Kind) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.log = append(b.log, model.Entry{At: time.Since(b.begun), Node: p.Node, Stops: stops, Kind: kind})
}

// Started implements actor.Host, for the root.
func (b *bubble) Started(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.started = err; err != nil {
		close(b.over)
	}
}

// Ended implements actor.Host, for the root.
func (b *bubble) Ended(x actor.Exit) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = &x
	close(b.over)
}

func (b *bubble) run(s model.Schedule) {
	b.root.Start(actor.NewRuntime(monitoring.NewIDs(), nil).Context(context.Background()), b)
	b.w.Begin()
	synctest.Wait()
	for i := range s.Ops {
		o := &s.Ops[i]
		time.Sleep(o.After)
		synctest.Wait()
		if b.w.Do(o) {
			b.do(o)
		}
		synctest.Wait()
		if b.ask(o); b.trouble != "" {
			b.trouble = fmt.Sprintf("after step %d: %s", i+1, b.trouble)
			break
		}
	}
	if b.trouble != "" {
		b.root.Stop(0)
	}
	<-b.over
	close(b.free)
	b.w.Rest()
	b.w.Retire()
	b.root.Retire(nil)
	time.Sleep(time.Second) // what was abandoned comes back by then
	synctest.Wait()
	if b.trouble == "" {
		b.compare()
	}
}

// do lets happen what has happened in the model's world.
func (b *bubble) do(o *model.Op) {
	p := b.places[o.Node]
	ctx := context.Background()
	switch o.Do {
	case model.End:
		b.send(p, func(_ context.Context, a *acting) error {
			boom := staged[model.Booms[o.N].What]
			a.done = a.Verdict(o.Exit()) != model.DoResume
			switch o.Kind {
			case model.Normal:
				return actor.ErrStop
			case model.Shutdown:
				return actor.ErrShutdown
			case model.Panic:
				panic(boom)
			case model.Goexit:
				runtime.Goexit()
			case model.Failure, model.Abandoned:
			}
			return boom
		})
	case model.Hang:
		b.send(p, func(context.Context, *acting) error {
			<-b.free
			return nil
		})
	case model.Next:
		p.set(func() { p.coming = slices.Repeat([]model.Outcome{o.How}, o.N) })
	case model.HookPanic:
		p.set(func() { p.panics = true })
	case model.DoAdd:
		b.command(p, func(sup actor.Ref[Message]) error { return StartChild(ctx, sup, p.declared()) })
	case model.DoTerminate:
		b.command(p, func(sup actor.Ref[Message]) error { return TerminateChild(ctx, sup, p.ID) })
	case model.DoRevive:
		b.command(p, func(sup actor.Ref[Message]) error { return RestartChild(ctx, sup, p.ID) })
	case model.DoDelete:
		b.command(p, func(sup actor.Ref[Message]) error { return DeleteChild(ctx, sup, p.ID) })
	case model.DoSwitch:
		b.command(p, func(sup actor.Ref[Message]) error {
			if o.On {
				return EnableHealth(ctx, sup, p.ID)
			}
			return DisableHealth(ctx, sup, p.ID)
		})
	case model.Sicken:
		p.set(func() { p.sick = o.On })
	case model.Hold:
		g := &gateway{make(chan struct{})}
		b.gate = g
		go func() { _ = StartChild(ctx, p.sup.Ref, Child{Process: g}) }()
	case model.Release:
		close(b.gate.opened)
	case model.DoHalt:
		b.root.Stop(o.In)
	case model.Wait, model.Stale:
	}
}

func (b *bubble) send(p *place, do func(context.Context, *acting) error) {
	if err := p.worker.TrySend(do); err != nil {
		b.trouble = fmt.Sprintf("%s does not run: %v", p.Path, err)
	}
}

// command gives a command to a place's supervisor and notes the answer.
func (b *bubble) command(p *place, give func(actor.Ref[Message]) error) {
	i := len(b.answers)
	b.mu.Lock()
	b.answers, b.errs = append(b.answers, model.Answer{}), append(b.errs, nil)
	b.mu.Unlock()
	go func() {
		err := give(b.places[p.Parent.Index()].sup.Ref)
		b.mu.Lock()
		defer b.mu.Unlock()
		b.answers[i].Given, b.errs[i] = true, err
	}()
}

// A gateway is a child that is never one: the supervisor that is to check its
// declaration looks at nothing else as long as that takes.
type gateway struct{ opened chan struct{} }

var errGateway = errors.New("the gateway is no child")

func (*gateway) Name() string                      { return "gateway" }
func (*gateway) Start(context.Context, actor.Host) { panic("a gateway is never started") }
func (*gateway) Stop(time.Duration)                {}
func (g *gateway) Validate() error {
	<-g.opened
	return errGateway
}

// ask compares what the supervisor at or above an op's node says of its children.
func (b *bubble) ask(o *model.Op) {
	n := b.w.Nodes[o.Node]
	if n.Sub == nil {
		n = n.Parent
	}
	rules := n.Model()
	if rules == nil {
		return
	}
	infos, err := Children(context.Background(), b.places[n.Index()].sup.Ref)
	if err != nil {
		b.trouble = fmt.Sprintf("%s cannot be asked: %v", n.Path, err)
		return
	}
	var want, got strings.Builder
	for _, c := range rules.Children() {
		fmt.Fprintf(&want, "%s %v %d, ", c.ID, c.State, c.Restarts)
	}
	for c := range infos {
		fmt.Fprintf(&got, "%s %v %d, ", c.ID, c.State, c.Restarts)
	}
	if want.String() != got.String() {
		b.trouble = fmt.Sprintf("children of %s:\nmodel: %s\nlive:  %s", n.Path, &want, &got)
	}
}

// compare compares all that there is at the end.
func (b *bubble) compare() {
	order := func(log []model.Entry) []model.Entry {
		// Starts and stops take time, so what two actors write down at the same
		// instant has no order.
		slices.SortStableFunc(log, func(x, y model.Entry) int {
			return cmp.Or(cmp.Compare(x.At, y.At), x.Node.Index()-y.Node.Index())
		})
		return log
	}
	want, got := order(b.w.Log), order(b.log)
	for i := range max(len(want), len(got)) {
		var w, g string
		if i < len(want) {
			w = want[i].String()
		}
		if i < len(got) {
			g = fmt.Sprintf("%v", model.Entry{At: got[i].At, Node: got[i].Node, Stops: got[i].Stops, Kind: got[i].Kind})
		}
		if w != g {
			b.trouble = fmt.Sprintf("the log, from line %d:\nmodel: %s\nlive:  %s", i, w, g)
			return
		}
	}
	for i, a := range b.w.Replies {
		same := a.Given && b.answers[i].Given && b.sameReply(a.Fault, b.errs[i])
		if !same {
			b.trouble = fmt.Sprintf("the answer to command %d:\nmodel: %v\nlive:  %v", i+1, a, b.errs[i])
			return
		}
	}
	x := b.w.Exit
	switch {
	case x == nil:
		b.trouble = "the model's root has not ended"
	case b.ended == nil && (x.Kind != model.Failure || !sameFault(x.Fault, b.started, stagedLeaf)):
		b.trouble = fmt.Sprintf("the start:\nmodel: %v\nlive:  %v", x.Fault, b.started)
	case b.ended != nil && (x.Kind != model.Kind(b.ended.Kind) || !sameFault(x.Fault, b.ended.Err, stagedLeaf)):
		b.trouble = fmt.Sprintf("the end:\nmodel: %v %v\nlive:  %v", x.Kind, x.Fault, b.ended)
	}
}

func (b *bubble) sameReply(f *model.Fault, err error) bool {
	if f == nil || err == nil {
		return f == nil && err == nil
	}
	if e, ok := err.(*ChildError); ok { //nolint:errorlint // the outermost error
		err = e.Err
	}
	return sameFault(f, err, stagedLeaf)
}

// stagedLeaf reports whether err is what a worker failed with.
func stagedLeaf(f *model.Fault, err error) bool { return errors.Is(err, staged[f.What]) }
