package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Summary is what a run has to say in the end. Its JSON form is a contract.
type Summary struct {
	Folders  []string `json:"folders"`
	Complete bool     `json:"complete"` // false after Ctrl-C

	Packages    int     `json:"packages"`
	Files       int     `json:"files"`
	Lines       int     `json:"lines"`
	Functions   int     `json:"functions"`
	Identifiers int     `json:"identifiers"` // different ones
	MostUsed    []Count `json:"most_used"`

	SyntaxErrors []Problem    `json:"syntax_errors"`
	Unreadable   []Problem    `json:"unreadable"`
	Crashes      int          `json:"crashes"`
	Restarts     int          `json:"restarts"`
	Quarantined  []Quarantine `json:"quarantined"`

	Parsers  int     `json:"parsers"`
	Seconds  float64 `json:"seconds"`
	Verified *bool   `json:"verified,omitempty"` // nil: not asked for
}

// A Count says how often a name is used.
type Count struct {
	Name string `json:"name"`
	Uses int    `json:"uses"`
}

// topNames is how many of the most used identifiers a summary has.
const topNames = 10

func newSummary(r Report) Summary {
	t := r.Totals
	// JSON makes null of a nil slice; these are empty lists.
	unreadable := append([]Problem{}, r.Problems...)
	quarantined := append([]Quarantine{}, r.Quarantined...)
	slices.SortFunc(quarantined, func(a, b Quarantine) int { return cmp.Compare(a.File, b.File) })
	return Summary{
		Complete:     r.Complete,
		Packages:     len(t.Packages),
		Files:        t.Files,
		Lines:        t.Lines,
		Functions:    t.Functions,
		Identifiers:  len(t.Identifiers),
		MostUsed:     mostUsed(t.Identifiers),
		SyntaxErrors: problems(t.SyntaxErrors),
		Unreadable:   append(unreadable, problems(t.Unreadable)...),
		Crashes:      r.Crashes,
		Quarantined:  quarantined,
	}
}

// mostUsed returns the identifiers that are used most, those used as often in
// order of their names.
func mostUsed(identifiers map[string]int) []Count {
	all := make([]Count, 0, len(identifiers))
	for name, uses := range identifiers {
		all = append(all, Count{name, uses})
	}
	slices.SortFunc(all, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.Uses, a.Uses), cmp.Compare(a.Name, b.Name))
	})
	return slices.Clone(all[:min(topNames, len(all))])
}

// problems lists what is wrong with files in order of their names.
func problems(byFile map[string]string) []Problem {
	list := make([]Problem, 0, len(byFile))
	for _, file := range slices.Sorted(maps.Keys(byFile)) {
		list = append(list, Problem{Path: file, Reason: byFile[file]})
	}
	return list
}

func (s Summary) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(s)
}

// shown is how many problems of a kind the text names; the JSON has them all.
const shown = 5

func (s Summary) writeText(to io.Writer) error {
	w := new(strings.Builder)
	if !s.Complete {
		fmt.Fprintln(w, "NOT COMPLETE: this is what was counted so far")
	}
	fmt.Fprintf(w, "%-14s %s\n", "folders", strings.Join(s.Folders, ", "))
	row := func(what string, n int) { fmt.Fprintf(w, "%-14s %11s\n", what, grouped(n)) }
	row("packages", s.Packages)
	row("files", s.Files)
	row("lines", s.Lines)
	row("functions", s.Functions)
	row("identifiers", s.Identifiers)
	fmt.Fprintf(w, "%-14s", "most used")
	for _, c := range s.MostUsed {
		fmt.Fprintf(w, " %s %s", c.Name, grouped(c.Uses))
	}
	fmt.Fprintln(w)
	row("syntax errors", len(s.SyntaxErrors))
	some(w, s.SyntaxErrors, func(p Problem) string { return p.Reason })
	if len(s.Unreadable) > 0 {
		row("unreadable", len(s.Unreadable))
		some(w, s.Unreadable, func(p Problem) string { return p.Reason })
	}
	row("crashes", s.Crashes)
	row("restarts", s.Restarts)
	row("quarantined", len(s.Quarantined))
	for _, q := range s.Quarantined {
		outcome := "the last resort has counted it"
		if !q.Counted {
			outcome = "the last resort died too: NOT COUNTED"
		}
		fmt.Fprintf(w, "  %s: %s; %s\n", q.File, strings.Join(q.Reasons, "; "), outcome)
	}
	fmt.Fprintf(w, "%-14s %10.2fs with %d parsers\n", "took", s.Seconds, s.Parsers)
	if s.Verified != nil && *s.Verified {
		fmt.Fprintln(w, "verified       a plain single-threaded loop counts the same")
	}
	_, err := io.WriteString(to, w.String())
	return err
}

// some writes the first few of a list, a line each.
func some(w io.Writer, list []Problem, line func(Problem) string) {
	for _, p := range list[:min(shown, len(list))] {
		fmt.Fprintf(w, "  %s\n", line(p))
	}
	if more := len(list) - shown; more > 0 {
		fmt.Fprintf(w, "  … and %d more: see -json\n", more)
	}
}

// grouped writes a number with a comma before every three digits.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
