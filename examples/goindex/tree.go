package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// writeTraces draws each trace as a tree, oldest first. If there were more
// crashes than traces of them it says so: the framework reports a burst of
// failures, but no flood.
func writeTraces(w io.Writer, spans []sdk.ReadOnlySpan, crashes int) {
	slices.SortStableFunc(spans, func(a, b sdk.ReadOnlySpan) int { return a.StartTime().Compare(b.StartTime()) })
	known := make(map[trace.SpanID]bool)
	for _, s := range spans {
		known[s.SpanContext().SpanID()] = true
	}
	below := make(map[trace.SpanID][]sdk.ReadOnlySpan)
	var roots []sdk.ReadOnlySpan
	for _, s := range spans {
		if parent := s.Parent().SpanID(); known[parent] {
			below[parent] = append(below[parent], s)
		} else {
			roots = append(roots, s)
		}
	}
	for _, root := range roots {
		fmt.Fprintf(w, "trace %v\n", root.SpanContext().TraceID())
		draw(w, root, below, "", "")
	}
	traced := 0
	for _, s := range spans {
		if strings.HasPrefix(s.Name(), "supervise ") {
			traced++
		}
	}
	if traced < crashes {
		fmt.Fprintf(w, "%d more crashes came too fast to be traced\n", crashes-traced)
	}
}

// draw writes a span and those below it, a line each. indent stands before the
// lines of its children, branch before its own.
func draw(w io.Writer, s sdk.ReadOnlySpan, below map[trace.SpanID][]sdk.ReadOnlySpan, indent, branch string) {
	fmt.Fprintf(w, "%s%s\n", branch, describe(s))
	children := below[s.SpanContext().SpanID()]
	for i, child := range children {
		if i < len(children)-1 {
			draw(w, child, below, indent+"│ ", indent+"├ ")
		} else {
			draw(w, child, below, indent+"  ", indent+"└ ")
		}
	}
}

// describe is a span in one line.
func describe(s sdk.ReadOnlySpan) string {
	var b strings.Builder
	b.WriteString(s.Name())
	for _, a := range s.Attributes() {
		if short, ok := told[string(a.Key)]; ok {
			fmt.Fprintf(&b, " %s=%s", short, a.Value.String())
		}
	}
	if d := s.EndTime().Sub(s.StartTime()); d > 0 {
		fmt.Fprintf(&b, " (%v)", d.Round(time.Microsecond))
	}
	if s.Status().Code == codes.Error {
		fmt.Fprintf(&b, " ERROR %s", s.Status().Description)
	}
	return b.String()
}

// told holds the attributes that stand in a line, and what they are called
// there.
var told = map[string]string{
	"file.path":                   "file",
	"actor.supervision.directive": "decision",
	"actor.supervision.strategy":  "strategy",
	"actor.supervision.restarts":  "restarts",
	"actor.supervision.window":    "window",
	"actor.stop.reason":           "reason",
}
