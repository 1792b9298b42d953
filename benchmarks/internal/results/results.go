// Package results reads what the benchmarks print.
package results

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An Entry is one system in one case.
type Entry struct{ Benchmark, System string }

func (e Entry) String() string { return e.Benchmark + "/" + e.System }

// A Line is one result as go test prints it.
type Line struct {
	Entry
	Values map[string]float64 // by unit
}

// result matches a benchmark's name without the number of processors.
var result = regexp.MustCompile(`^Benchmark([^/\s]+)/system=(\S+?)(?:-\d+)?$`)

// Parse returns the results among the lines of text.
func Parse(text string) (lines []Line) {
	for l := range strings.Lines(text) {
		fields := strings.Fields(l)
		if len(fields) < 4 {
			continue
		}
		name := result.FindStringSubmatch(fields[0])
		if name == nil {
			continue
		}
		values := make(map[string]float64)
		for pairs := fields[2:]; len(pairs) >= 2; pairs = pairs[2:] {
			if v, err := strconv.ParseFloat(pairs[0], 64); err == nil {
				values[pairs[1]] = v
			}
		}
		lines = append(lines, Line{Entry{name[1], name[2]}, values})
	}
	return lines
}

// remark matches what a benchmark has to say about its figure.
var remark = regexp.MustCompile(`(?m)\bnote: (.*)$`)

// Note returns the remarks in what one system has printed, each once.
func Note(text string) string {
	var notes []string
	for _, m := range remark.FindAllStringSubmatch(text, -1) {
		if n := strings.TrimSpace(m[1]); !slices.Contains(notes, n) {
			notes = append(notes, n)
		}
	}
	return strings.Join(notes, "; ")
}

// Median returns the middle of the values, or NaN if there are none.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}
