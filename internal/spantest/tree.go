package spantest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Tree prints the spans that have ended, one a line, each under its parent and
// siblings in order of their start:
//
//	process Orders/Place (consumer) ERROR "boom" 0s+2ms
//	  ! exception *errors.errorString: boom 2ms
//	  supervise worker-3 2ms+1s {actor.supervision.restarts=1}
//	    stop worker-2 2ms+0s
//
// The kind is left out where it is internal, the status where it is unset. The
// two times are the start, counted from the start of the first span of all,
// and the duration. Lines with an exclamation mark are events, lines with an
// arrow links. Of the attributes, those of the given keys are printed, in that
// order, where they are set.
func (r *Recorder) Tree(keys ...string) string {
	p := printer{spans: r.Spans(), keys: keys}
	slices.SortStableFunc(p.spans, func(a, b Span) int { return a.Start.Compare(b.Start) })
	for _, s := range p.spans {
		if !p.has(s.Parent) { // a root, or its parent is not among the spans
			p.print(s, 0)
		}
	}
	return p.text.String()
}

type printer struct {
	spans []Span // in order of start
	keys  []string
	text  strings.Builder
}

func (p *printer) has(sc trace.SpanContext) bool { return p.name(sc) != "" }

// name returns the name of a span, "" if it is not among the spans.
func (p *printer) name(sc trace.SpanContext) string {
	for _, s := range p.spans {
		if sc.IsValid() && s.Context.SpanID() == sc.SpanID() {
			return s.Name
		}
	}
	return ""
}

// since returns the time that had passed since the first span of all.
func (p *printer) since(t time.Time) time.Duration { return t.Sub(p.spans[0].Start) }

func (p *printer) print(s Span, depth int) {
	indent := strings.Repeat("  ", depth)
	p.text.WriteString(indent + s.Name)
	if s.Kind != trace.SpanKindInternal {
		fmt.Fprintf(&p.text, " (%s)", s.Kind)
	}
	switch s.Status {
	case codes.Error:
		fmt.Fprintf(&p.text, " ERROR %q", s.Description)
	case codes.Ok:
		p.text.WriteString(" OK")
	}
	fmt.Fprintf(&p.text, " %s+%s%s\n", p.since(s.Start), s.Duration(), p.attributes(s))
	for _, e := range s.Events {
		fmt.Fprintf(&p.text, "%s  ! %s %s: %s %s\n", indent,
			e.Name, e.Attr("exception.type"), e.Attr("exception.message"), p.since(e.Time))
	}
	for _, l := range s.Links {
		name := p.name(l.SpanContext)
		if name == "" {
			name = "a span that is not here"
		}
		fmt.Fprintf(&p.text, "%s  → %s\n", indent, name)
	}
	for _, child := range p.spans {
		if child.Parent.IsValid() && child.Parent.SpanID() == s.Context.SpanID() {
			p.print(child, depth+1)
		}
	}
}

func (p *printer) attributes(s Span) string {
	var set []string
	for _, key := range p.keys {
		if value := s.Attr(key); value != "" {
			set = append(set, key+"="+value)
		}
	}
	if set == nil {
		return ""
	}
	return " {" + strings.Join(set, " ") + "}"
}
