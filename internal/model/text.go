package model

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A schedule in writing: a line for each node of the tree, indented by its depth,
// and a line for each thing that is done. What has its usual value is left out.
//
//	root rest_for_one 3/10s
//		a transient starts=10ms stop=50ms backoff=1s..20s
//		s permanent stop=forever one_for_all 1/1s dynamic
//			b
//			x temporary extra
//	end root/a failure
//	next root/a fails 3
//	after 1s add root/s/x
//	halt 1m0s

var (
	strategies = []string{"one_for_one", "one_for_all", "rest_for_one"}
	verdicts   = []string{"restart", "stop", "escalate", "resume"}
	autos      = []string{"", "any_significant", "all_significant"}
	restarts   = []string{"permanent", "transient", "temporary"}
	kindNames  = []string{"normal", "shutdown", "failure", "panic", "goexit", "abandoned"}
	outcomes   = []string{"well", "fails", "ignores", "panics", "hangs"}
	stateNames = []string{"starting", "running", "stopping", "stopped", "restarting", "failed"}
	deedNames  = []string{
		"wait", "end", "next", "hookpanic", "hang", "add", "terminate", "restart", "delete", "switch", "sicken", "hold", "release", "stale", "halt",
	}
)

func (s Strategy) String() string { return strategies[s] }
func (r Restart) String() string  { return restarts[r] }
func (k Kind) String() string     { return kindNames[k] }
func (o Outcome) String() string  { return outcomes[o] }
func (s State) String() string    { return stateNames[s] }
func (d Deed) String() string     { return deedNames[d] }

// String returns the schedule in writing.
func (s Schedule) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "root %s\n", s.Root)
	s.Root.write(&b, "\t")
	nodes := NewWorld(s.Root, false).Nodes
	for _, o := range s.Ops {
		if o.After != 0 {
			fmt.Fprintf(&b, "after %v ", o.After)
		}
		fmt.Fprint(&b, o.Do)
		if o.Do != Wait && o.Do != DoHalt && o.Do != Stale {
			b.WriteString(" " + nodes[o.Node].Path)
		}
		switch o.Do {
		case End:
			fmt.Fprintf(&b, " %v %s", o.Kind, Booms[o.N%len(Booms)].What)
		case Sicken, DoSwitch:
			fmt.Fprintf(&b, " %v", o.On)
		case Next:
			fmt.Fprintf(&b, " %v %d", o.How, o.N)
		case Stale:
			fmt.Fprintf(&b, " %d", o.N)
		case DoHalt:
			b.WriteString(" " + limit(o.In))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// String returns the spec on a line, without its children.
func (s *Spec) String() string {
	text := fmt.Sprintf("%v %d/%s", s.Strategy, s.Limit.Max, limit(s.Limit.Per))
	if s.Dynamic {
		text += " dynamic"
	}
	if s.Most > 0 {
		text += fmt.Sprintf(" most=%d", s.Most)
	}
	if s.Strict {
		text += " strict"
	}
	if s.Auto != Never {
		text += " " + autos[s.Auto]
	}
	return text
}

func (s *Spec) write(b *strings.Builder, indent string) {
	for i, c := range slices.Concat(s.Children, s.Extra) {
		fmt.Fprintf(b, "%s%s %v", indent, c.ID, c.Restart)
		for _, d := range []struct {
			name    string
			d, none time.Duration
		}{
			{"starts", c.Starts, 0}, {"stops", c.Stops, 0}, {"stop", c.Stop, Forever}, {"timeout", c.StartTimeout, Forever},
		} {
			if d.d != d.none {
				fmt.Fprintf(b, " %s=%v", d.name, d.d)
			}
		}
		if c.Backoff != nil {
			fmt.Fprintf(b, " backoff=%v..%v", c.Backoff.Base, c.Backoff.Max)
		}
		if c.Retries > 0 {
			fmt.Fprintf(b, " retries=%d", c.Retries)
		}
		for _, r := range c.Rules {
			fmt.Fprintf(b, " on:%s=%s", r.Sort, verdicts[r.Then])
		}
		if c.Limit.Per > 0 {
			fmt.Fprintf(b, " limit=%d/%s", c.Limit.Max, limit(c.Limit.Per))
		}
		if h := c.Health; h != nil {
			fmt.Fprintf(b, " health=%v/%v/%d", h.Interval, h.Timeout, h.Threshold)
		}
		if c.Keeps {
			b.WriteString(" keeps")
		}
		if c.Significant {
			b.WriteString(" significant")
		}
		if i >= len(s.Children) {
			b.WriteString(" extra")
		}
		if c.Sub != nil {
			fmt.Fprintf(b, " %v", c.Sub)
		}
		b.WriteString("\n")
		if c.Sub != nil {
			c.Sub.write(b, indent+"\t")
		}
	}
}

func limit(d time.Duration) string {
	if d == Forever {
		return "forever"
	}
	return d.String()
}

// Parse reads a schedule. Empty lines and those that begin with # are skipped.
func Parse(text string) (s Schedule, err error) {
	p := parser{}
	for line := range strings.Lines(text) {
		if words := strings.Fields(line); len(words) > 0 && words[0][0] != '#' {
			p.line(len(line)-len(strings.TrimLeft(line, "\t")), words)
		}
	}
	if len(p.errs) == 0 && p.s.Root == nil {
		p.failf("there is no tree")
	}
	return p.s, errors.Join(p.errs...)
}

type parser struct {
	s     Schedule
	above []*Spec // the supervisors that the line is under
	nodes []*Node
	errs  []error
}

func (p *parser) failf(format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf(format, args...))
}

func (p *parser) line(depth int, words []string) {
	switch {
	case depth > len(p.above):
		p.failf("%q is indented too far", words)
	case depth > 0:
		p.child(depth, words)
	case words[0] == "root":
		c := p.options(words[1:])
		if p.s.Root = c.Sub; c.Sub == nil {
			p.failf("the root is no supervisor")
			return
		}
		p.above = []*Spec{c.Sub}
	case p.s.Root == nil:
		p.failf("%q comes before the tree", words)
	default:
		if p.nodes == nil {
			p.nodes = NewWorld(p.s.Root, false).Nodes
		}
		p.op(words)
	}
}

func (p *parser) child(depth int, words []string) {
	p.above = p.above[:depth]
	up := p.above[depth-1]
	c := p.options(words[1:])
	c.ID = words[0]
	if slices.Contains(words, "extra") {
		up.Extra = append(up.Extra, c)
	} else {
		up.Children = append(up.Children, c)
	}
	if c.Sub != nil {
		p.above = append(p.above, c.Sub)
	}
}

func (p *parser) options(words []string) *ChildSpec {
	c := &ChildSpec{Stop: Forever, StartTimeout: Forever}
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "starts":
			c.Starts = p.duration(value)
		case "stops":
			c.Stops = p.duration(value)
		case "stop":
			c.Stop = p.duration(value)
		case "timeout":
			c.StartTimeout = p.duration(value)
		case "backoff":
			base, most, _ := strings.Cut(value, "..")
			c.Backoff = &Backoff{p.duration(base), p.duration(most)}
		case "retries":
			c.Retries = p.number(value)
		case "limit":
			n, per, _ := strings.Cut(value, "/")
			c.Limit = Limit{p.number(n), p.duration(per)}
		case "health":
			c.Health = p.health(value)
		case "keeps":
			c.Keeps = true
		case "significant":
			c.Significant = true
		case "most":
			c.Sub.Most = p.number(value)
		case "strict":
			c.Sub.Strict = true
		case "any_significant", "all_significant":
			c.Sub.Auto = Auto(slices.Index(autos, key))
		case "extra":
		case "dynamic":
			c.Sub.Dynamic = true
		case "permanent", "transient", "temporary":
			c.Restart = Restart(slices.Index(restarts, key))
		case "one_for_one", "one_for_all", "rest_for_one":
			c.Sub = &Spec{Strategy: Strategy(slices.Index(strategies, key))}
		default:
			if sort, ok := strings.CutPrefix(key, "on:"); ok {
				c.Rules = append(c.Rules, Rule{sort, Verdict(max(0, slices.Index(verdicts, value)))})
				continue
			}
			n, per, ok := strings.Cut(w, "/")
			if !ok || c.Sub == nil {
				p.failf("%q is not understood", w)
				continue
			}
			c.Sub.Limit = Limit{p.number(n), p.duration(per)}
		}
	}
	return c
}

func (p *parser) op(words []string) {
	var o Op
	if words[0] == "after" && len(words) > 2 {
		o.After = p.duration(words[1])
		words = words[2:]
	}
	word := func() string {
		if len(words) == 0 {
			return ""
		}
		w := words[0]
		words = words[1:]
		return w
	}
	w := word()
	deed := slices.Index(deedNames, w)
	if deed < 0 {
		p.failf("%q is not understood", w)
		return
	}
	o.Do = Deed(deed)
	if o.Do != Wait && o.Do != DoHalt && o.Do != Stale {
		path := word()
		if o.Node = slices.IndexFunc(p.nodes, func(n *Node) bool { return n.Path == path }); o.Node < 0 {
			p.failf("there is no %q", path)
			return
		}
	}
	switch o.Do {
	case End:
		o.Kind = Kind(max(0, slices.Index(kindNames, word())))
		sort := word()
		o.N = max(0, slices.IndexFunc(Booms[:], func(f *Fault) bool { return f.What == sort }))
	case Sicken, DoSwitch:
		o.On = word() == "true"
	case Next:
		o.How = Outcome(max(0, slices.Index(outcomes, word())))
		o.N = p.number(word())
	case Stale:
		o.N = p.number(word())
	case DoHalt:
		o.In = p.duration(word())
	}
	p.s.Ops = append(p.s.Ops, o)
}

func (p *parser) health(text string) *Health {
	words := append(strings.Split(text, "/"), "", "")
	return &Health{p.duration(words[0]), p.duration(words[1]), p.number(words[2])}
}

func (p *parser) duration(text string) time.Duration {
	if text == "forever" {
		return Forever
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		p.failf("%w", err)
	}
	return d
}

func (p *parser) number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		p.failf("%w", err)
	}
	return n
}
