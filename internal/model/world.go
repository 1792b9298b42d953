package model

import (
	"slices"
	"time"
)

// A Brain decides for one incarnation of a supervisor. A [Supervisor] is one.
type Brain interface {
	Handle(e Event, now time.Duration) []Effect
}

// A World is a tree of supervisors and workers in time. It is the other half of
// the model: how ends travel upwards and orders downwards, in what order what
// has come at the same time is looked at, what an end means for those above.
//
// Like in a system of actors, what a supervisor has to look at comes in two
// lanes: news of children, timers and the order to stop in one, commands and
// retries behind them in the other.
type World struct {
	// Brain makes the brain of a supervisor that starts. Nil means a [Supervisor].
	Brain func(at *Node, first int) Brain

	Root  *Node
	Nodes []*Node // all of the tree, parents before children
	Log   []Entry // starts and stops of workers
	Exit  *Exit   // of the root, once it has ended or could not start

	// Replies are the answers to commands, by their numbers, from 1.
	Replies []Answer

	// Open tells why the order of things in this schedule is left open by the
	// rules, so that two who keep to them may differ; empty if it is not.
	Open string

	now     time.Duration
	pending []appointment // the latest first
	seq     int
	ready   []*Node // supervisors with something to look at; the last one is next
	acting  *Node   // the supervisor whose effects are carried out
	uneven  bool    // no two durations are the same
	past    []delivery
}

// An appointment is something that happens at a time.
type appointment struct {
	at    time.Duration
	seq   int
	node  *Node
	start int // the incarnation that it is for
	what  occasion
	child string // of an alarm
	token int
}

type occasion uint8

const (
	startOver occasion = iota // New returns
	hookOver                  // the stop hook returns
	timeOver                  // to stop
	late                      // for a supervisor: from here on it depends on chance whether it is left behind
	alarm
)

type delivery struct {
	to *Node
	e  Event
}

// The time that a stop hook, and a supervisor, has even if none was given.
const (
	hookGrace = 10 * time.Millisecond
	supGrace  = 100 * time.Millisecond
)

// NewWorld returns the world of a tree before anything has happened.
func NewWorld(root *Spec, uneven bool) *World {
	w := &World{uneven: uneven}
	w.Root = w.build(nil, &ChildSpec{ID: "root", Sub: root, Stop: Forever, StartTimeout: Forever})
	return w
}

func (w *World) build(parent *Node, c *ChildSpec) *Node {
	n := &Node{ChildSpec: c, Parent: parent, Path: c.ID, index: len(w.Nodes)}
	w.Nodes = append(w.Nodes, n)
	if parent != nil {
		n.Path = parent.Path + "/" + c.ID
	}
	if c.Sub != nil {
		n.Kids = make([]*Node, 0, len(c.Sub.Children)+len(c.Sub.Extra))
		for _, kid := range c.Sub.Children {
			n.Kids = append(n.Kids, w.build(n, kid))
		}
		for _, kid := range c.Sub.Extra {
			n.Kids = append(n.Kids, w.build(n, kid))
		}
	}
	return n
}

// Begin starts the root.
func (w *World) Begin() {
	w.begin(w.Root, 1)
	w.settle()
}

// Now returns the time since the beginning.
func (w *World) Now() time.Duration { return w.now }

// Pass lets time pass.
func (w *World) Pass(d time.Duration) {
	until := w.now + d
	for len(w.pending) > 0 && w.pending[len(w.pending)-1].at <= until {
		w.next()
	}
	if w.uneven && d > 0 && w.now == until {
		w.open("something happens at the very end of a pause")
	}
	w.now = until
}

// Rest lets time pass until nothing is left to happen, and reports whether it
// came to that.
func (w *World) Rest() bool {
	for range 10_000 {
		if len(w.pending) == 0 {
			return true
		}
		w.next()
	}
	return false
}

// next is the next thing that happens.
func (w *World) next() {
	last := len(w.pending) - 1
	a := w.pending[last]
	w.pending = w.pending[:last]
	if a.node.starts != a.start || a.node.mode == absent {
		return // of an incarnation that is over
	}
	if a.what == timeOver && a.node.deadline() != a.at {
		return // there is less time now
	}
	if w.uneven && a.at == w.now {
		w.open("two things happen at once")
	}
	w.now = a.at
	switch a.what {
	case startOver:
		if a.node.mode == beginning {
			w.startOver(a.node, Outcome(a.token))
		}
	case hookOver:
		w.hookOver(a.node, a.token != 0)
	case timeOver:
		w.abandon(a.node)
	case late:
		w.open("a supervisor has no time left")
	case alarm:
		w.deliver(a.node, Event{What: Alarm, Child: a.child, Token: a.token})
	}
	w.settle()
}

func (w *World) open(why string) {
	if w.Open == "" {
		w.Open = why
	}
}

// meet makes an appointment for a node's incarnation.
func (w *World) meet(n *Node, after time.Duration, what occasion, child string, token int) {
	if after == Forever {
		return
	}
	w.seq++
	a := appointment{w.now + after, w.seq, n, n.starts, what, child, token}
	i := len(w.pending)
	for i > 0 && w.pending[i-1].at <= a.at {
		i--
	}
	w.pending = slices.Insert(w.pending, i, a)
}

// deliver has a supervisor told of something, ahead of commands.
func (w *World) deliver(to *Node, e Event) {
	if to.mode == absent {
		return
	}
	if e.What != Halt { // which is of one incarnation alone
		w.past = append(w.past, delivery{to, e})
	}
	if w.acting != nil && !to.held && len(to.news)+len(to.mail) > 0 {
		w.open("two things reach a supervisor at once") // this one may be looked at before the others
	}
	to.news = append(to.news, e)
	w.wake(to)
}

// send sends a command or a retry, which waits until a supervisor is there to
// look at it.
func (w *World) send(to *Node, e Event) {
	to.mail = append(to.mail, e)
	w.wake(to)
}

func (w *World) wake(n *Node) {
	if !n.onStack && !n.held && n.mode != absent {
		n.onStack = true
		w.ready = append(w.ready, n)
	}
}

// settle lets supervisors look at what has come until there is nothing left.
func (w *World) settle() {
	for len(w.ready) > 0 {
		n := w.ready[len(w.ready)-1]
		e, ok := n.take()
		if !ok {
			n.onStack = false
			w.ready = w.ready[:len(w.ready)-1]
			continue
		}
		w.acting = n
		for _, f := range n.brain.Handle(e, w.now) {
			w.carryOut(n, f)
		}
		w.acting = nil
	}
}

func (n *Node) take() (Event, bool) {
	lane := &n.news
	if len(*lane) == 0 {
		lane = &n.mail
	}
	if n.held || n.mode == absent || len(*lane) == 0 {
		return Event{}, false
	}
	e := (*lane)[0]
	*lane = slices.Delete(*lane, 0, 1)
	return e, true
}

// carryOut does what a supervisor wants done.
func (w *World) carryOut(n *Node, f Effect) {
	switch f.Do {
	case Start:
		w.begin(n.kid(f.Child), f.Life)
	case Stop:
		w.stop(n.kid(f.Child), f.Within)
	case Check:
		// A worker that hangs, or that is busy with its start or its end, says nothing.
		if k := n.kid(f.Child); k.mode == alive {
			w.deliver(n, Event{What: Diagnosed, Child: f.Child, Token: f.Token, Well: !k.sick})
		}
	case Arm:
		w.meet(n, f.Within, alarm, f.Child, f.Token)
	case Disarm:
		w.pending = slices.DeleteFunc(w.pending, func(a appointment) bool {
			return a.node == n && a.what == alarm && a.token == f.Token
		})
		n.news = slices.DeleteFunc(n.news, func(e Event) bool { return e.What == Alarm && e.Token == f.Token })
	case Again:
		w.send(n, Event{What: Retry, Child: f.Child, Token: f.Token})
	case Reply:
		w.Replies[f.Req-1] = Answer{true, f.Fault}
	case Retire:
		w.retire(n.kid(f.Child))
	case Ready:
		if f.Fault == nil {
			n.mode = alive
			w.tell(n, Event{What: Started})
			return
		}
		w.gone(n)
		w.tell(n, Event{What: Started, Fault: f.Fault})
	case Over:
		w.gone(n)
		w.tell(n, Event{What: Ended, Exit: n.exit(f.Fault)})
	}
}

// tell tells a node's parent about it.
func (w *World) tell(n *Node, e Event) {
	if n.Parent != nil {
		e.Child, e.Life = n.ID, n.life
		w.deliver(n.Parent, e)
		return
	}
	if e.What == Ended {
		w.Exit = &e.Exit
	} else if e.Fault != nil {
		w.Exit = &Exit{Kind: Failure, Fault: e.Fault}
	}
}

// gone ends a node's incarnation.
func (w *World) gone(n *Node) {
	n.mode, n.news, n.brain = absent, nil, nil
	n.held = false
}

// Retire ends the root's address, which is what whoever has started it does in
// the end.
func (w *World) Retire() { w.retire(w.Root) }

// retire ends an address: who still waits for an answer is told.
func (w *World) retire(n *Node) {
	for _, e := range n.mail {
		if e.Req != 0 {
			w.Replies[e.Req-1] = Answer{true, ErrStopped}
		}
	}
	n.mail = nil
	if n.Sub != nil {
		for _, kid := range n.Kids[:len(n.Sub.Children)] {
			w.retire(kid)
		}
	}
}
