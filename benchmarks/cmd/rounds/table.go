package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/understudy-go/understudy/benchmarks/internal/results"
)

// samples are the results of all rounds.
type samples struct {
	order []string // the cases
	cases map[string]*samplesOf
}

// samplesOf are the results of one case.
type samplesOf struct {
	systems []string
	rounds  map[string]map[int]map[string]float64 // by system, round and unit
	notes   map[string]string                     // by system
}

// add notes what a process has printed; nothing, if it has failed.
func (s *samples) add(e entry, round int, text string) {
	c := s.cases[e.Benchmark]
	if c == nil {
		c = &samplesOf{rounds: make(map[string]map[int]map[string]float64), notes: make(map[string]string)}
		if s.cases == nil {
			s.cases = make(map[string]*samplesOf)
		}
		s.cases[e.Benchmark] = c
		s.order = append(s.order, e.Benchmark)
	}
	if c.rounds[e.System] == nil {
		c.rounds[e.System] = make(map[int]map[string]float64)
		c.systems = append(c.systems, e.System)
	}
	if n := results.Note(text); n != "" {
		c.notes[e.System] = n
	}
	for _, l := range results.Parse(text) {
		if l.Entry == e {
			c.rounds[e.System][round] = l.Values
		}
	}
}

// table returns the medians, in Markdown.
func (s *samples) table(base string, rounds int) string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 1, ' ', 0)
	fmt.Fprintf(w, "| case\t| unit\t| system\t| median\t| min–max\t| × %s\t| allocs/op\t| remark\t|\n", base)
	fmt.Fprintln(w, "|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|")
	for _, name := range s.order {
		c := s.cases[name]
		for _, unit := range c.units() {
			for _, system := range c.systems {
				c.row(w, name, unit, system, base, rounds)
			}
		}
	}
	_ = w.Flush() // into memory: it cannot fail
	return text.String()
}

// units returns what the case has measured, the time of an operation first.
func (c *samplesOf) units() []string {
	units := make(map[string]bool)
	for _, rounds := range c.rounds {
		for _, values := range rounds {
			for unit := range values {
				units[unit] = true
			}
		}
	}
	delete(units, "ns/op")
	delete(units, "B/op")
	delete(units, "allocs/op")
	return append([]string{"ns/op"}, slices.Sorted(maps.Keys(units))...)
}

func (c *samplesOf) row(w *tabwriter.Writer, name, unit, system, base string, rounds int) {
	values := c.values(system, unit)
	allocs, remark := "", ""
	if unit == "ns/op" {
		allocs = number(results.Median(c.values(system, "allocs/op")))
		remark = c.notes[system]
	}
	if len(values) == 0 {
		if unit == "ns/op" {
			fmt.Fprintf(w, "| %s\t| %s\t| %s\t| failed\t|\t|\t|\t| %s\t|\n", name, unit, system, remark)
		}
		return
	}
	label := system
	if failed := rounds - len(values); failed > 0 {
		label += fmt.Sprintf(" (failed %d of %d)", failed, rounds)
	}
	fmt.Fprintf(w, "| %s\t| %s\t| %s\t| %s\t| %s–%s\t| %s\t| %s\t| %s\t|\n", name, unit, label,
		number(results.Median(values)), number(slices.Min(values)), number(slices.Max(values)),
		c.ratio(system, base, unit), allocs, remark)
}

func (c *samplesOf) values(system, unit string) (values []float64) {
	for _, round := range c.rounds[system] {
		if v, ok := round[unit]; ok {
			values = append(values, v)
		}
	}
	return values
}

// ratio is the median of the rounds' own ratios: what slows a whole round down
// cancels out.
func (c *samplesOf) ratio(system, base, unit string) string {
	var ratios []float64
	for round, values := range c.rounds[system] {
		b, ok := c.rounds[base][round][unit]
		if v, had := values[unit]; ok && had && b != 0 {
			ratios = append(ratios, v/b)
		}
	}
	if len(ratios) == 0 {
		return ""
	}
	return strconv.FormatFloat(results.Median(ratios), 'f', 2, 64)
}

// number prints three digits, or all of the whole part.
func number(v float64) string {
	switch {
	case math.IsNaN(v):
		return ""
	case math.Abs(v) >= 100 || v == math.Trunc(v):
		return strconv.FormatFloat(v, 'f', 0, 64)
	default:
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
}
