package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func totalsOf(files ...string) Totals {
	t := newTotals()
	for _, name := range files {
		t.add(File{Name: name}, Facts{
			Package:     "p",
			Lines:       10,
			Functions:   2,
			Identifiers: map[string]int{name: 3, "both": 1},
			SyntaxError: name + " is broken",
		})
	}
	return t
}

func TestTotals(t *testing.T) {
	assert.Equal(t, Totals{
		Files:        2,
		Lines:        20,
		Functions:    4,
		Packages:     map[string]int{"p": 2},
		Identifiers:  map[string]int{"a": 3, "b": 3, "both": 2},
		SyntaxErrors: map[string]string{"a": "a is broken", "b": "b is broken"},
		Unreadable:   map[string]string{},
	}, totalsOf("a", "b"))
}

func TestDifferences(t *testing.T) {
	a, b := totalsOf("a"), totalsOf("a")
	assert.Empty(t, a.differences(b))
	assert.Equal(t, []string{
		"files: 1 and 2",
		"lines: 10 and 20",
		"functions: 2 and 4",
		`package "p": 1 and 2`,
		`identifier "b": none and 3`,
		`identifier "both": 1 and 2`,
		`syntax error "b": none and b is broken`,
	}, a.differences(totalsOf("a", "b")))
	assert.Contains(t, a.differences(newTotals()), `identifier "a": 3 and 0`)
}

func TestCloneSharesNothing(t *testing.T) {
	a := totalsOf("a")
	b := a.clone()
	a.add(File{Name: "b"}, Facts{Package: "q", Identifiers: map[string]int{"a": 1}, SyntaxError: "x"})
	a.Unreadable["c"] = "gone"
	assert.Equal(t, totalsOf("a"), b)
}
