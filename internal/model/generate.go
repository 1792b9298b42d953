package model

import "time"

// Draws is where the generator has its numbers from.
type Draws interface {
	// Number returns a number from 0 to n-1. Small ones are the simple ones.
	Number(n int) int
	// Part calls f, whose numbers belong together: without all of them what is
	// generated is still whole.
	Part(f func())
}

// Shape bounds what is generated.
type Shape struct {
	Nodes  int  // in a tree
	Depth  int  // of supervisors
	Kids   int  // of a supervisor
	Ops    int  // in a schedule
	Uneven bool // no two durations are the same, as real clocks and goroutines demand
}

// Generate makes up a schedule.
func Generate(d Draws, s Shape) Schedule {
	g := generator{Draws: d, shape: s, left: s.Nodes - 1}
	root := g.supervisor(1)
	g.nodes = append([]*ChildSpec{{ID: "root", Sub: root}}, g.nodes...)
	return Schedule{root, g.ops()}
}

type generator struct {
	Draws
	shape Shape
	left  int // nodes that may still be made
	n     int // a number for each child
	nodes []*ChildSpec
}

var ids = []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "x", "y", "z"}

func (g *generator) pick(ds ...time.Duration) time.Duration {
	d := ds[g.Number(len(ds))]
	if g.shape.Uneven && d != Forever && d != 0 {
		g.n++
		d += Unevenness(g.n, 77)
	}
	return d
}

func (g *generator) supervisor(depth int) *Spec {
	s := &Spec{
		Strategy: Strategy(g.Number(3)),
		Limit:    Limit{Max: []int{6, 3, 1, 0, 2, 9, 1000, 100}[g.Number(8)], Per: g.pick(10*time.Second, time.Second, Forever)},
	}
	s.Strict = g.one(6)
	s.Auto = []Auto{Never, AnySignificant, Never, AllSignificant, Never}[g.Number(5)]
	if g.one(5) {
		s.Dynamic, s.Strategy, s.Auto = true, OneForOne, Never
	}
	few := []int{4, 3, 16, 6, 3}[g.Number(5)]
	g.parts(1, min(g.left, g.shape.Kids), few, func() {
		s.Children = append(s.Children, g.child(ids[len(s.Children)], depth, s))
	})
	for i := range min(g.left, g.Number(3)) {
		s.Extra = append(s.Extra, g.child(ids[12+i], depth, s))
	}
	if s.Dynamic && g.one(3) {
		s.Most = max(1, len(s.Children)+g.Number(3))
	}
	return s
}

// one is true once in n times or so.
func (g *generator) one(n int) bool { return g.Number(n) == n/2 }

// parts makes up to most parts of something, one of n times one less.
func (g *generator) parts(least, most, n int, f func()) {
	for i, more := 0, true; more && i < most; i++ {
		g.Part(func() {
			if more = i < least || g.Number(n) != 2*n/3; more {
				f()
			}
		})
	}
}

func (g *generator) child(id string, depth int, up *Spec) *ChildSpec {
	g.left--
	c := &ChildSpec{ID: id}
	g.nodes = append(g.nodes, c)
	c.Restart = []Restart{Permanent, Permanent, Transient, Temporary}[g.Number(4)]
	if g.Number(4) == 3 {
		c.Backoff = &Backoff{Base: g.pick(time.Second, 10*time.Millisecond), Max: g.pick(3*time.Second, 20*time.Second)}
	}
	if g.one(6) {
		c.Retries = 1 + g.Number(3)
	}
	if g.one(4) {
		c.Limit = Limit{Max: g.Number(4), Per: g.pick(10*time.Second, time.Second, Forever)}
	}
	for g.one(3) && len(c.Rules) < 3 {
		sorts := []string{"apple", "pear", "plum", Unhealthy}
		c.Rules = append(c.Rules, Rule{sorts[g.Number(4)], []Verdict{DoRestart, DoStop, DoResume, DoEscalate, DoRestart}[g.Number(5)]})
	}
	c.Significant = up.Auto != Never && c.Restart != Permanent && !g.one(3)
	if depth < g.shape.Depth && g.left > 0 && g.Number(4) == 3 {
		if c.StartTimeout = g.pick(Forever, time.Minute, time.Second, 20*time.Millisecond, Forever); g.shape.Uneven {
			c.StartTimeout = Forever // no time is given to one that is late, and then chance has a say
		}
		c.Stop = g.pick(Forever, time.Minute, Forever)
		c.Sub = g.supervisor(depth + 1)
		return c
	}
	if g.one(5) {
		c.Health = &Health{g.pick(10*time.Second, time.Second), g.pick(time.Second, 100*time.Millisecond), 1 + g.Number(3)}
	}
	c.Keeps = up.Strategy == OneForOne && !g.shape.Uneven && c.Backoff == nil && g.one(6)
	c.StartTimeout = g.pick(Forever, time.Second, 30*time.Millisecond, time.Minute, 10*time.Second)
	c.Stop = g.pick(5*time.Second, 0, Forever, 50*time.Millisecond)
	if g.shape.Uneven {
		c.Starts = g.pick(time.Millisecond, 10*time.Millisecond, 100*time.Millisecond)
		c.Stops = g.pick(time.Millisecond, 10*time.Millisecond, 100*time.Millisecond)
		return c
	}
	c.Starts = g.pick(0, 10*time.Millisecond, 40*time.Millisecond, 20*time.Millisecond, 0)
	c.Stops = g.pick(0, 10*time.Millisecond, 60*time.Millisecond)
	return c
}

func (g *generator) ops() []Op {
	var ops []Op
	held := -1
	g.parts(0, g.shape.Ops, 30, func() {
		o := g.op()
		switch {
		case held >= 0 && (o.Do == Hold || o.Do == Release || g.Number(6) == 5):
			o = Op{Do: Release, Node: held}
			held = -1
		case held >= 0:
			o.After = 0
		case o.Do == Hold:
			held = o.Node
		}
		if o.Do != Stale || !g.shape.Uneven {
			ops = append(ops, o)
		}
	})
	if held >= 0 {
		ops = append(ops, Op{Do: Release, Node: held})
	}
	if len(ops) > 0 {
		ops[0].After += time.Second // the tree is up, as a rule
	}
	return append(ops,
		Op{After: g.pick(0, time.Second, 20*time.Second), Do: DoHalt, In: g.pick(Forever, time.Minute, time.Second)},
		Op{After: 70 * time.Second, Do: DoHalt, In: time.Second}) // some would wait for ever
}

var deeds = []Deed{
	End, End, DoTerminate, Next, DoAdd, End, DoRevive, DoDelete, Hold, End, Next, Hang, Sicken, HookPanic, DoSwitch, Sicken, Stale, Hold, End, DoHalt, Wait,
}

func (g *generator) op() Op {
	o := Op{Do: deeds[g.Number(len(deeds))], Node: g.Number(len(g.nodes))}
	o.After = g.pick(time.Second, 0, 0, 10*time.Millisecond, 100*time.Millisecond, 10*time.Second, 30*time.Millisecond)
	if g.shape.Uneven && o.After == 0 && g.Number(4) != 3 {
		o.After = g.pick(time.Millisecond)
	}
	switch o.Do {
	case End:
		o.Kind = []Kind{Failure, Normal, Shutdown, Panic, Goexit, Failure}[g.Number(6)]
		o.N = g.Number(3)
	case Sicken:
		o.On = g.Number(4) < 2
	case DoSwitch:
		o.On = g.one(2)
	case Next:
		o.How, o.N = []Outcome{Fails, Ignores, Panics, Hangs}[g.Number(4)], 1+g.Number(4)
	case Stale:
		o.N = g.Number(1000)
	case DoHalt:
		if g.Number(12) != 7 {
			o.Do = Wait
			break
		}
		o.In = g.pick(Forever, time.Minute, time.Second)
	}
	return o
}
