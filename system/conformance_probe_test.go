package system_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/supervision"
)

// A probe is an actor that does what it is ordered to, and writes its starts,
// stops and lost messages into the stage's log:
//
//	start(a)             New was called, and will do
//	fail(a)              New was called, and will fail
//	ignore(a)            New was called, and will choose not to run
//	stop(a, failure)     the stop hook is done, with the reason it was given
//	msg(a, hello)        an order to say something was carried out
//	dead(a, hello)       an order became a dead letter
//	ended(b, shutdown)   the child b has ended, as its parent, a probe, is told
//	refused(b)           the child b could not be started, likewise
//	down(b, shutdown)    the address of b has ended, as a watcher is told
//	restart(a, failure)  the hook for restarts was called, if the probe has it
//
// Its fields are the scenario's to change while all is quiet.
type probe struct {
	*actor.Process[order]
	stage    *stage
	actor    actor.Spec[order]
	child    supervision.Child
	startsIn time.Duration
	stopsIn  time.Duration
	first    int // state of a new incarnation
	kids     []member
	links    []*probe      // linked to by each incarnation
	then     []order       // what each incarnation continues with when it has started
	hooked   bool          // it has a hook for restarts
	starts   []outcome     // of the next starts; then all go well
	events   []actor.Event // of the kids
	downs    []actor.Down  // of those it watches
}

// probe declares one.
func (s *stage) probe(id string, with ...option) *probe {
	p := &probe{stage: s}
	p.actor = actor.Spec[order]{Name: id, New: p.begin, DeadLetters: func(d actor.DeadLetter[order]) {
		s.log.addf("dead(%s, %s)", id, d.Msg.name)
	}}
	for _, o := range with {
		o(p)
	}
	p.Process = actor.New(p.actor)
	p.child.Process = p.Process
	return p
}

// next sets how the next n starts go.
func (p *probe) next(n int, o outcome) {
	for range n {
		p.starts = append(p.starts, o)
	}
}

// begin is the probe's New.
func (p *probe) begin(ctx context.Context, self *actor.Self[order]) (actor.Actor[order], error) {
	var how outcome
	if len(p.starts) > 0 {
		how, p.starts = p.starts[0], p.starts[1:]
	}
	if how.word == "" {
		p.stage.log.began(p.Name())
	} else {
		p.stage.log.addf("%s(%s)", how.word, p.Name())
	}
	p.pause(p.startsIn)
	if how.do != nil {
		if err := how.do(ctx); err != nil {
			return nil, err
		}
	}
	l := &life{probe: p, self: self, n: p.first}
	for _, k := range p.kids {
		if err := self.Start(k.declaration().Process, l.told); err != nil {
			return nil, err
		}
		time.Sleep(time.Millisecond) // so that the log has one order only
	}
	for _, other := range p.links {
		if err := self.Link(other.Ref); err != nil {
			return nil, err
		}
	}
	for _, o := range p.then {
		self.Continue(o)
	}
	if p.hooked {
		return hookedLife{l}, nil
	}
	return l, nil
}

// pause takes its time, but no longer than the scenario.
//
// No timer is made that is due at once: in a bubble the goroutine that looks at
// its channel fires it, in the name of a race detector's thread that all
// goroutines of the bubble share, and two that do so at once break the detector.
func (p *probe) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-time.After(d):
	case <-p.stage.free:
	}
}

// A life is an incarnation of a probe.
type life struct {
	*probe
	self *actor.Self[order]
	n    int
}

// Receive implements actor.Actor.
func (l *life) Receive(ctx context.Context, o order) error { return o.do(ctx, l) }

// Stopped implements actor.Stopper.
func (l *life) Stopped(ctx context.Context, exit actor.Exit) error {
	l.pause(l.stopsIn)
	if ctx.Err() == nil { // otherwise this has been abandoned
		l.stage.log.ended(l.Name(), exit.Kind)
	}
	return nil
}

// A hookedLife has a hook for restarts.
type hookedLife struct{ *life }

// PreRestart implements actor.Restarter.
func (l hookedLife) PreRestart(_ context.Context, exit actor.Exit) error {
	l.stage.log.addf("restart(%s, %v)", l.Name(), exit.Kind)
	return nil
}

// watch has a probe watch an address.
func watch(a actor.Address) order {
	return order{"watch", func(_ context.Context, me *life) error { return me.self.Watch(a, me.bereaved) }}
}

// bereaved makes an order of the end of an address.
func (l *life) bereaved(d actor.Down) order {
	return order{"down", func(context.Context, *life) error {
		l.downs = append(l.downs, d)
		l.stage.log.addf("down(%s, %v)", d.Path[strings.LastIndexByte(d.Path, '/')+1:], d.Kind)
		return nil
	}}
}

// told makes an order of what happened to a kid.
func (l *life) told(e actor.Event) order {
	return order{"event", func(context.Context, *life) error {
		l.events = append(l.events, e)
		switch e.Kind {
		case actor.ChildNotStarted:
			l.stage.log.addf("refused(%s)", e.Child.Name())
		case actor.ChildEnded:
			l.stage.log.addf("ended(%s, %v)", e.Child.Name(), e.Exit.Kind)
		case actor.ChildStarted:
		}
		return nil
	}}
}

// An option is something special about a probe.
type option func(*probe)

func restart(r supervision.Restart) option    { return func(p *probe) { p.child.Restart = r } }
func shutsDown(d supervision.Shutdown) option { return func(p *probe) { p.child.Shutdown = d } }
func backoff(b supervision.Backoff) option    { return func(p *probe) { p.child.Backoff = &b } }
func startsIn(d time.Duration) option         { return func(p *probe) { p.startsIn = d } }
func stopsIn(d time.Duration) option          { return func(p *probe) { p.stopsIn = d } }
func startsWith(n int) option                 { return func(p *probe) { p.first = n } }
func registered(name string) option           { return func(p *probe) { p.actor.Registered = name } }
func holds(n int, full mailbox.Overflow) option {
	return func(p *probe) { p.actor.Mailbox = mailbox.Config{Capacity: n, Overflow: full} }
}
func parentOf(kids ...member) option { return func(p *probe) { p.kids = kids } }
func linkedTo(p ...*probe) option    { return func(me *probe) { me.links = p } }
func continues(o ...order) option    { return func(p *probe) { p.then = o } }
func hooked(p *probe)                { p.hooked = true }
func decidedBy(rules ...supervision.Rule) option {
	return func(p *probe) { p.child.Decider = rules }
}
func transient(p *probe) { p.child.Restart = supervision.Transient }
func temporary(p *probe) { p.child.Restart = supervision.Temporary }

// An order is a probe's message: what to do, under a name to log.
type order struct {
	name string
	do   func(ctx context.Context, me *life) error
}

var errBoom = errors.New("boom")

// end has a probe return err.
func end(err error) order {
	return order{fmt.Sprint("end ", err), func(context.Context, *life) error { return err }}
}

// say has it log something.
func say(what string) order {
	return order{what, func(_ context.Context, me *life) error {
		me.stage.log.addf("msg(%s, %s)", me.Name(), what)
		return nil
	}}
}

// increment adds one to its state, and get asks for that.
var increment = order{"increment", func(_ context.Context, me *life) error {
	me.n++
	return nil
}}

func get(r actor.Reply[int]) order {
	return order{"get", func(_ context.Context, me *life) error {
		r.Send(me.n)
		return nil
	}}
}

// busy has it take its time, whatever it is asked meanwhile.
func busy(d time.Duration) order {
	return order{"busy", func(_ context.Context, me *life) error {
		me.pause(d)
		return nil
	}}
}

// hang has it never come back; at the end of the scenario it does, for the
// bubble's sake.
var hang = order{"hang", func(_ context.Context, me *life) error {
	<-me.stage.free
	return nil
}}

// untilStopped has it wait until it is asked to stop, and return err then.
func untilStopped(err error) order {
	return order{"wait", func(ctx context.Context, _ *life) error {
		<-ctx.Done()
		return err
	}}
}

// call has it call something, from its handler.
func call(f func(ctx context.Context)) order {
	return order{"call", func(ctx context.Context, _ *life) error {
		f(ctx)
		return nil
	}}
}

// An outcome is how a start goes.
type outcome struct {
	word string // for the log
	do   func(ctx context.Context) error
}

var (
	failedStart   = outcome{"fail", func(context.Context) error { return errBoom }}
	panickedStart = outcome{"fail", func(context.Context) error { panic(errBoom) }}
	exitedStart   = outcome{"fail", func(context.Context) error { runtime.Goexit(); return nil }}
	ignoredStart  = outcome{"ignore", func(context.Context) error { return actor.ErrIgnore }}
)

// A crash is a way for a probe to end abnormally, and to fail to start.
type crash struct {
	name  string
	kind  actor.Kind
	order order
	start outcome
}

// The ways to crash. The error is errBoom; that of a Goexit is another.
var (
	byError = crash{"error", actor.Failure, end(errBoom), failedStart}
	byPanic = crash{"panic", actor.Panic, order{"panic", func(context.Context, *life) error { panic(errBoom) }}, panickedStart}
	byExit  = crash{"goexit", actor.Goexit, order{"exit", func(context.Context, *life) error { runtime.Goexit(); return nil }}, exitedStart}
)

// with is the same way, with another error.
func (c crash) with(err error) order {
	if c.kind == actor.Panic {
		return order{fmt.Sprint("panic ", err), func(context.Context, *life) error { panic(err) }}
	}
	return end(err)
}

// kill has a probe end at once with an abnormal reason: it is stuck when it is
// told to stop, without being given time.
func (s *stage) kill(p *probe) {
	s.Helper()
	s.tell(p, hang)
	s.abandoned(p)
	p.Stop(0)
}

// A member is a child to be: a probe or a supervisor.
type member interface{ declaration() supervision.Child }

func (p *probe) declaration() supervision.Child { return p.child }

func members(probes []*probe) []member {
	var all []member
	for _, p := range probes {
		all = append(all, p)
	}
	return all
}

// A branch is a supervisor of the scenario.
type branch struct {
	*actor.Process[supervision.Message]
	child supervision.Child
}

func (b *branch) declaration() supervision.Child {
	b.child.Process = b.Process
	return b.child
}

// supervisor declares one.
func supervisor(name string, spec supervision.Spec, members ...member) *branch {
	spec.Name, spec.Children = name, declarations(members)
	return &branch{Process: supervision.New(spec)}
}

// dynamic declares a dynamic one.
func dynamic(name string, spec supervision.Spec) *branch {
	spec.Name = name
	return &branch{Process: supervision.NewDynamic(spec)}
}

func declarations(members []member) []supervision.Child {
	var children []supervision.Child
	for _, m := range members {
		children = append(children, m.declaration())
	}
	return children
}

// startKid has a probe start a child, and stopKid has it stop one.
func startKid(m member) order {
	return order{"start kid", func(_ context.Context, me *life) error {
		return me.self.Start(m.declaration().Process, me.told)
	}}
}

func stopKid(m member, within time.Duration) order {
	return order{"stop kid", func(_ context.Context, me *life) error {
		me.self.Stop(m.declaration().Process, within)
		return nil
	}}
}

// lastEvent is what the probe was last told of a child.
func (p *probe) lastEvent() actor.Event { return p.events[len(p.events)-1] }
