package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/understudy-go/understudy/benchmarks/internal/results"
)

// The systems that the digest has columns for.
const (
	ours    = "understudy"
	variant = ours + "-" // begins the names of our other kinds
	erlang  = "beam"
)

// digest returns one line for each figure, in Markdown: what ours is beside the base,
// the best of our other kinds, the best of the other Go systems, and Erlang's. Less is
// better in all of them. A cell is the median and its ratio to the base.
func (s *samples) digest(base string) string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 1, ' ', 0)
	fmt.Fprintf(w, "| case\t| unit\t| %s\t| %s\t| another kind\t| best other in Go\t| %s\t|\n", base, ours, erlang)
	fmt.Fprintln(w, "|---\t|---\t|---\t|---\t|---\t|---\t|---\t|")
	for _, name := range s.order {
		c := s.cases[name]
		for _, unit := range c.units() {
			fmt.Fprintf(w, "| %s\t| %s\t| %s\t| %s\t| %s\t| %s\t| %s\t|\n", name, unit,
				number(results.Median(c.values(base, unit))),
				c.cell(ours, base, unit),
				c.best(base, unit, func(system string) bool { return strings.HasPrefix(system, variant) }),
				c.best(base, unit, func(system string) bool {
					return system != base && system != ours && system != erlang && !strings.HasPrefix(system, variant)
				}),
				c.cell(erlang, base, unit))
		}
	}
	_ = w.Flush() // into memory: it cannot fail
	return text.String()
}

// best is the cell of the system with the least median among some, and its name.
func (c *samplesOf) best(base, unit string, among func(system string) bool) string {
	systems := slices.DeleteFunc(slices.Clone(c.systems), func(system string) bool {
		return !among(system) || len(c.values(system, unit)) == 0
	})
	if len(systems) == 0 {
		return ""
	}
	first := slices.MinFunc(systems, func(a, b string) int {
		if results.Median(c.values(a, unit)) < results.Median(c.values(b, unit)) {
			return -1
		}
		return 1
	})
	return first + " " + c.cell(first, base, unit)
}

// cell is a median and its ratio to the base, or nothing.
func (c *samplesOf) cell(system, base, unit string) string {
	values := c.values(system, unit)
	if len(values) == 0 {
		return ""
	}
	if ratio := c.ratio(system, base, unit); ratio != "" {
		return fmt.Sprintf("%s (%s)", number(results.Median(values)), ratio)
	}
	return number(results.Median(values))
}
