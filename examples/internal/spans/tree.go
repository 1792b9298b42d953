package spans

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Draw draws each trace as a tree, oldest first, a span a line. Of a span's
// attributes it tells those of supervision, and those that also names, each by
// what it is to be called.
func Draw(w io.Writer, spans []sdk.ReadOnlySpan, also map[string]string) {
	spans = slices.Clone(spans)
	slices.SortStableFunc(spans, func(a, b sdk.ReadOnlySpan) int { return a.StartTime().Compare(b.StartTime()) })
	known := make(map[trace.SpanID]bool)
	for _, s := range spans {
		known[s.SpanContext().SpanID()] = true
	}
	d := drawing{w: w, below: make(map[trace.SpanID][]sdk.ReadOnlySpan), told: maps.Clone(told)}
	maps.Copy(d.told, also)
	var roots []sdk.ReadOnlySpan
	for _, s := range spans {
		if parent := s.Parent().SpanID(); known[parent] {
			d.below[parent] = append(d.below[parent], s)
		} else {
			roots = append(roots, s)
		}
	}
	for _, root := range roots {
		fmt.Fprintf(w, "trace %v\n", root.SpanContext().TraceID())
		d.draw(root, "", "")
	}
}

// Decisions returns how many decisions of supervisors are among the spans.
func Decisions(spans []sdk.ReadOnlySpan) int {
	n := 0
	for _, s := range spans {
		if strings.HasPrefix(s.Name(), "supervise ") {
			n++
		}
	}
	return n
}

type drawing struct {
	w     io.Writer
	below map[trace.SpanID][]sdk.ReadOnlySpan
	told  map[string]string
}

// draw writes a span and those below it, a line each. indent stands before the
// lines of its children, branch before its own.
func (d drawing) draw(s sdk.ReadOnlySpan, indent, branch string) {
	fmt.Fprintf(d.w, "%s%s\n", branch, d.describe(s))
	children := d.below[s.SpanContext().SpanID()]
	for i, child := range children {
		if i < len(children)-1 {
			d.draw(child, indent+"│ ", indent+"├ ")
		} else {
			d.draw(child, indent+"  ", indent+"└ ")
		}
	}
}

// describe is a span in one line.
func (d drawing) describe(s sdk.ReadOnlySpan) string {
	var b strings.Builder
	b.WriteString(s.Name())
	for _, a := range s.Attributes() {
		if short, ok := d.told[string(a.Key)]; ok {
			fmt.Fprintf(&b, " %s=%s", short, a.Value.String())
		}
	}
	if took := s.EndTime().Sub(s.StartTime()); took > 0 {
		fmt.Fprintf(&b, " (%v)", took.Round(time.Microsecond))
	}
	if s.Status().Code == codes.Error {
		fmt.Fprintf(&b, " ERROR %s", s.Status().Description)
	}
	return b.String()
}

// told holds the attributes that stand in a line, and what they are called
// there.
var told = map[string]string{
	"actor.supervision.directive": "decision",
	"actor.supervision.strategy":  "strategy",
	"actor.supervision.restarts":  "restarts",
	"actor.supervision.window":    "window",
	"actor.stop.reason":           "reason",
}
