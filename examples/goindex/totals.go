package main

import (
	"fmt"
	"maps"
	"slices"
)

// Totals is what the files add up to.
type Totals struct {
	Files        int
	Lines        int
	Functions    int
	Packages     map[string]int    // files in each
	Identifiers  map[string]int    // uses of each
	SyntaxErrors map[string]string // by file
	Unreadable   map[string]string // by file
}

func newTotals() Totals {
	return Totals{
		Packages:     make(map[string]int),
		Identifiers:  make(map[string]int),
		SyntaxErrors: make(map[string]string),
		Unreadable:   make(map[string]string),
	}
}

// add counts a file that was read.
func (t *Totals) add(file File, f Facts) {
	t.Files++
	t.Lines += f.Lines
	t.Functions += f.Functions
	if f.Package != "" {
		t.Packages[f.Package]++
	}
	for name, n := range f.Identifiers {
		t.Identifiers[name] += n
	}
	if f.SyntaxError != "" {
		t.SyntaxErrors[file.Name] = f.SyntaxError
	}
}

// unreadable notes a file that could not be read.
func (t *Totals) unreadable(file File, err error) { t.Unreadable[file.Name] = err.Error() }

// clone returns a copy that shares nothing with t.
func (t *Totals) clone() Totals {
	c := *t
	c.Packages = maps.Clone(t.Packages)
	c.Identifiers = maps.Clone(t.Identifiers)
	c.SyntaxErrors = maps.Clone(t.SyntaxErrors)
	c.Unreadable = maps.Clone(t.Unreadable)
	return c
}

// differences names each total in which t and other differ.
func (t *Totals) differences(other Totals) []string {
	var d []string
	number := func(what string, a, b int) {
		if a != b {
			d = append(d, fmt.Sprintf("%s: %d and %d", what, a, b))
		}
	}
	number("files", t.Files, other.Files)
	number("lines", t.Lines, other.Lines)
	number("functions", t.Functions, other.Functions)
	return slices.Concat(d,
		differing("package", t.Packages, other.Packages),
		differing("identifier", t.Identifiers, other.Identifiers),
		differing("syntax error", t.SyntaxErrors, other.SyntaxErrors),
		differing("unreadable", t.Unreadable, other.Unreadable),
	)
}

// differing names each key at which two maps differ, in order.
func differing[V comparable](what string, a, b map[string]V) []string {
	var d []string
	for key := range a {
		if in, ok := b[key]; !ok || in != a[key] {
			d = append(d, fmt.Sprintf("%s %q: %v and %v", what, key, a[key], in))
		}
	}
	for key := range b {
		if _, ok := a[key]; !ok {
			d = append(d, fmt.Sprintf("%s %q: none and %v", what, key, b[key]))
		}
	}
	slices.Sort(d)
	return d
}
