package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// write writes the trace with the failed request in it, a line for each span.
func write(out io.Writer, spans []sdktrace.ReadOnlySpan) {
	i := slices.IndexFunc(spans, func(s sdktrace.ReadOnlySpan) bool { return strings.HasPrefix(s.Name(), "supervise ") })
	if i < 0 {
		fmt.Fprintln(out, "no incident was recorded")
		return
	}
	below := make(map[trace.SpanID][]sdktrace.ReadOnlySpan)
	for _, s := range spans {
		if s.SpanContext().TraceID() == spans[i].SpanContext().TraceID() {
			below[s.Parent().SpanID()] = append(below[s.Parent().SpanID()], s)
		}
	}
	var draw func(parent trace.SpanID, indent string)
	draw = func(parent trace.SpanID, indent string) {
		slices.SortFunc(below[parent], func(a, b sdktrace.ReadOnlySpan) int {
			return cmp.Or(a.StartTime().Compare(b.StartTime()), cmp.Compare(a.Name(), b.Name()))
		})
		for _, s := range below[parent] {
			line := indent + s.Name()
			if s.Status().Code == codes.Error {
				line += " ERROR " + s.Status().Description
			}
			fmt.Fprintln(out, line)
			draw(s.SpanContext().SpanID(), indent+"  ")
		}
	}
	draw(trace.SpanID{}, "")
}
