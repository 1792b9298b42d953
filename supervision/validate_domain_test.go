package supervision

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
)

// Every spec of three small domains, each the product of all that can be wrong
// with some of the fields: what is wrong is named, exactly, and nothing starts.
// An oracle says what that is, which knows the rules from the documentation.
func TestR18EverySpecOfASmallDomain(t *testing.T) {
	for name, domain := range map[string]func(*trials){
		"company": (*trials).company, "names": (*trials).names, "policies": (*trials).policies,
	} {
		t.Run(name, func(t *testing.T) {
			d := trials{t: t, ctx: actor.NewRuntime(monitoring.NewIDs(), nil).Context(context.Background())}
			domain(&d)
			require.Greater(t, d.invalid, 5000)
			t.Logf("%d specs, of which %d are wrong in %d ways", d.all, d.invalid, len(d.ways))
		})
	}
}

// company is what is wrong only beside something else.
func (d *trials) company() {
	below := New(Spec{Name: "below"})
	good, bad := &Backoff{Base: time.Second}, &Backoff{Base: 2, Max: 1}
	everyChoice(func(c *choices) {
		s := Spec{
			Name:         "top",
			Strategy:     choose(c, OneForOne, RestForOne, 9),
			AutoShutdown: choose(c, Never, AllSignificant, 7),
			MaxChildren:  choose(c, 0, -1, 1, 2),
			Defaults:     Defaults{Restart: choose(c, 0, Temporary, 200), Backoff: choose(c, nil, good)},
			Children: []Child{
				{
					Process:      choose[actor.Child](c, &nobody{named: named{"a"}, t: d.t}, below),
					Restart:      choose(c, 0, Transient, 9),
					Backoff:      choose(c, nil, good, bad),
					Significant:  choose(c, false, true),
					KeepChildren: choose(c, false, true),
				},
				{Process: &nobody{named: named{"b"}, t: d.t}},
			},
		}
		dynamic := choose(c, false, true)
		a := s.Children[0]

		permanent := a.Restart == 0 && s.Defaults.Restart == 0
		delayed := a.Backoff != nil || s.Defaults.Backoff != nil
		d.try(s, dynamic, wrong{
			"Strategy":                 s.Strategy == 9 || dynamic && s.Strategy != OneForOne,
			"AutoShutdown":             s.AutoShutdown == 7 || dynamic && s.AutoShutdown != Never,
			"MaxChildren":              s.MaxChildren < 0 || s.MaxChildren > 0 && !dynamic || s.MaxChildren == 1,
			"Defaults.Restart":         s.Defaults.Restart == 200,
			"Children[0].Restart":      a.Restart == 9,
			"Children[0].Backoff.Max":  a.Backoff == bad,
			"Children[0].Significant":  a.Significant && (dynamic || s.AutoShutdown == Never || permanent),
			"Children[0].KeepChildren": a.KeepChildren && (s.Strategy == RestForOne || delayed || a.Process == actor.Child(below)),
		})
	})
}

// names is what names, ids and processes can be.
func (d *trials) names() {
	long := strings.Repeat("x", 256)
	unusable := func(name string) bool { return name == "" || name == "a/b" || name == "a\nb" || name == long }
	// A process that can be asked for its name has one here.
	type process struct {
		actor.Child
		name   string
		faulty bool // for other reasons than its name
	}
	everyChoice(func(c *choices) {
		first := choose(c,
			process{&nobody{named: named{"a"}, t: d.t}, "a", false},
			process{&nobody{named: named{}, t: d.t}, "", false},
			process{&nobody{named: named{"a/b"}, t: d.t}, "a/b", false},
			process{&nobody{named: named{long}, t: d.t}, long, false},
			process{&checked{named{"a"}, errors.New("wrong")}, "a", true},
			process{&checked{named{"a"}, nil}, "a", true}, // its Validate panics
			process{nil, "", true},
			process{(*named)(nil), "", true},
			process{fun(nil), "", true},
			process{shapeless{"x"}, "", true},
			process{new(rude), "", true},
		)
		second, same := process{&nobody{named: named{"b"}, t: d.t}, "b", false}, choose(c, false, true)
		if same {
			second = first
		}
		s := Spec{
			Name:  choose(c, "top", "", "a/b", "a\nb", long),
			Limit: choose(c, AtMost(0, 1), AtMost(-1, time.Second), AtMost(1, 0)),
			Children: []Child{
				{Process: first.Child, ID: choose(c, "", "x", "a/b", long)},
				{Process: second.Child, ID: choose(c, "", "x", "a", "b")},
			},
		}
		id := func(i int, p process) string {
			if s.Children[i].ID != "" {
				return s.Children[i].ID
			}
			return p.name
		}
		twice := same && !unusable(first.name) // what has no usable name is not looked at again
		d.try(s, choose(c, false, true), wrong{
			"Name":                unusable(s.Name),
			"Limit":               s.Limit == AtMost(-1, time.Second) || s.Limit == AtMost(1, 0),
			"Children[0].Process": first.faulty || unusable(first.name),
			"Children[0].ID":      s.Children[0].ID != "" && unusable(s.Children[0].ID),
			"Children[1].Process": second.faulty || unusable(second.name) || twice,
			"Children[1].ID":      id(0, first) != "" && id(0, first) == id(1, second),
		})
	})
}

// policies is what numbers and rules can be, of all children and of one.
func (d *trials) policies() {
	top := d.start(Spec{Name: "top"})
	defer top.stop()
	everyChoice(func(c *choices) {
		p := Defaults{
			Shutdown:     choose(c, 0, Immediate, Graceful(0)),
			StartTimeout: choose(c, actor.Forever, -1),
			StartRetries: choose(c, 3, -1),
			Decider:      choose(c, nil, []Rule{When(actor.ErrStop).Stop()}, []Rule{{}}, []Rule{WhenType[*SpecError]().Resume(), When(nil).Stop()}),
		}
		if choose(c, false, true) {
			p.Backoff = &Backoff{
				Base: choose(c, 0, time.Second, -1), Max: choose(c, 0, time.Millisecond, -1),
				ResetAfter: choose[time.Duration](c, 0, -1), Jitter: choose(c, 0, 1, math.NaN()),
			}
		} else {
			p.Health = &HealthCheck{Interval: choose[time.Duration](c, 0, 1, -1), Timeout: choose[time.Duration](c, 0, 1, -1), Threshold: choose(c, 0, 1, -1)}
		}
		limit := choose(c, Limit{}, AtMost(1, -1))
		want := func(at string) wrong {
			w := wrong{
				at + "Shutdown":     p.Shutdown != 0 && p.Shutdown != Immediate,
				at + "StartTimeout": p.StartTimeout < 0,
				at + "StartRetries": p.StartRetries < 0,
				at + "Decider[0]":   len(p.Decider) == 1 && p.Decider[0].matches == nil,
				at + "Decider[1]":   len(p.Decider) == 2,
			}
			if b := p.Backoff; b != nil {
				// Unless they are stated, Base is 100 ms and Max a minute.
				w[at+"Backoff.Base"] = b.Base < 0
				w[at+"Backoff.Max"] = b.Max < 0 || b.Max == time.Millisecond && b.Base >= 0
				w[at+"Backoff.ResetAfter"] = b.ResetAfter < 0
				w[at+"Backoff.Jitter"] = b.Jitter != 0 && b.Jitter != 1
			}
			if h := p.Health; h != nil {
				w[at+"Health.Interval"] = h.Interval < 0
				w[at+"Health.Timeout"] = h.Timeout < 0
				w[at+"Health.Threshold"] = h.Threshold < 0
			}
			return w
		}
		a := Child{
			Process: &nobody{named: named{"a"}, t: d.t}, Limit: limit, Shutdown: p.Shutdown, StartTimeout: p.StartTimeout,
			StartRetries: p.StartRetries, Backoff: p.Backoff, Decider: p.Decider, Health: p.Health,
		}
		if choose(c, false, true) {
			w := want("Defaults.")
			w["Children[0].Limit"] = limit != Limit{}
			d.try(Spec{Name: "top", Defaults: p, Children: []Child{{Process: a.Process, Limit: limit}}}, false, w)
			return
		}
		w := want("Children[0].")
		w["Children[0].Limit"] = limit != Limit{}
		d.try(Spec{Name: "top", Children: []Child{a}}, true, w)
		w = want("")
		w["Limit"] = limit != Limit{}
		d.add(top, a, w)
	})
}

// wrong says of fields whether they are.
type wrong map[string]bool

// fields returns those that are, sorted.
func (w wrong) fields() []string {
	var all []string
	for field, is := range w {
		if is {
			all = append(all, field)
		}
	}
	slices.Sort(all)
	return all
}

// nobody is a process that must not be started.
type nobody struct {
	named
	t *testing.T
}

func (n *nobody) Start(context.Context, actor.Host) { n.t.Error("was started") }

// trials tries specs and counts them.
type trials struct {
	t            *testing.T
	ctx          context.Context
	all, invalid int
	ways         map[string]struct{}
}

// try validates a spec, declares a supervisor by it, and starts that if it is
// wrong.
func (d *trials) try(s Spec, dynamic bool, w wrong) {
	d.t.Helper()
	want := w.fields()
	d.all++
	if !dynamic {
		require.Equal(d.t, len(want) == 0, s.Validate() == nil)
	}
	p := declare(s, dynamic, nil)
	d.named(p.Validate(), want)
	if len(want) == 0 {
		return
	}
	d.invalid++
	if d.ways == nil {
		d.ways = make(map[string]struct{})
	}
	d.ways[strings.Join(want, " ")] = struct{}{}
	host := newHost()
	p.Start(d.ctx, host)
	require.Same(d.t, p.Validate(), <-host.started)
}

// add has a running supervisor add a child, if it is wrong.
func (d *trials) add(top *host, c Child, w wrong) {
	d.t.Helper()
	want := w.fields()
	if len(want) == 0 {
		return
	}
	d.named(StartChild(context.Background(), top.sup.Ref, c), want)
	n, err := Count(context.Background(), top.sup.Ref)
	require.NoError(d.t, err)
	require.Zero(d.t, n)
}

// named checks that the error names these fields and no others, each perhaps
// for more than one reason.
func (d *trials) named(err error, want []string) {
	d.t.Helper()
	got := fields(err)
	slices.Sort(got)
	if got = slices.Compact(got); slices.Equal(got, want) && (err == nil) == (len(want) == 0) {
		return
	}
	require.Equal(d.t, want, got, "%v", err)
}

// host is the parent of a supervisor, which may run.
type host struct {
	sup     *actor.Process[Message]
	started chan error
	ended   chan actor.Exit
}

func newHost() *host { return &host{started: make(chan error, 1), ended: make(chan actor.Exit, 1)} }

func (h *host) Started(err error)  { h.started <- err }
func (h *host) Ended(x actor.Exit) { h.ended <- x }

func (d *trials) start(s Spec) *host {
	h := newHost()
	h.sup = New(s)
	h.sup.Start(d.ctx, h)
	require.NoError(d.t, <-h.started)
	return h
}

func (h *host) stop() {
	h.sup.Stop(actor.Forever)
	exit := <-h.ended
	h.sup.Retire(exit.Err)
	<-h.sup.Done()
}

// choices is one way through a number of choices, which are made as they come.
type choices struct {
	made, of []int
	at       int
}

// choose makes the next choice.
func choose[T any](c *choices, options ...T) T {
	if c.at == len(c.made) {
		c.made, c.of = append(c.made, 0), append(c.of, len(options))
	}
	c.at++
	return options[c.made[c.at-1]]
}

// everyChoice calls f once for each way through the choices that it makes.
func everyChoice(f func(*choices)) {
	for c := new(choices); ; {
		c.at = 0
		f(c)
		for n := len(c.made); n > 0 && c.made[n-1] == c.of[n-1]-1; n-- {
			c.made, c.of = c.made[:n-1], c.of[:n-1]
		}
		if len(c.made) == 0 {
			return
		}
		c.made[len(c.made)-1]++
	}
}
