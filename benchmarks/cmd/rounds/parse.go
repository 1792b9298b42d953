package main

import (
	"regexp"
	"strconv"
	"strings"
)

// A line is one result as go test prints it.
type line struct {
	entry
	values map[string]float64 // by unit
}

// result matches a benchmark's name without the number of processors.
var result = regexp.MustCompile(`^Benchmark([^/\s]+)/system=(\S+?)(?:-\d+)?$`)

// remark matches what a benchmark has to say about its figure.
var remark = regexp.MustCompile(`(?m)\bnote: (.*)$`)

// note returns the remark in what one system has printed, if there is one.
func note(text string) string {
	if m := remark.FindStringSubmatch(text); m != nil {
		return strings.TrimSpace(m[1])
	}
	return ""
}

// parse returns the results among the lines of text.
func parse(text string) (lines []line) {
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
		lines = append(lines, line{entry{name[1], name[2]}, values})
	}
	return lines
}
