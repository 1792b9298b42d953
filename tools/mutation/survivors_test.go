package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseSurvivors(t *testing.T) {
	s, err := parseSurvivors("# note\n\na.go f statement: g()\n    No one\n    looks.\n\nb.go f literal: 1 => 2\n\tTaste.\n")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{
		"a.go f statement: g()":  "No one looks.",
		"b.go f literal: 1 => 2": "Taste.",
	}, s.reasons)
}

func TestParseSurvivorsRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"a.go f statement: g()\n":    "no reason is given for a.go f statement: g()",
		"  because\n":                "line 1: a reason without a mutant",
		"a f\n because\na f\n why\n": "line 3: listed twice: a f",
	} {
		_, err := parseSurvivors(text)
		assert.ErrorContains(t, err, want)
	}
}

func TestCheckSurvivors(t *testing.T) {
	mutant := func(file, before string, s Status) *Mutant {
		return &Mutant{File: file, Func: "f", Op: "statement", Before: before, Status: s}
	}
	unlisted, uncovered := mutant("a.go", "unlisted()", Survived), mutant("a.go", "uncovered()", Uncovered)
	s := survivors{reasons: map[string]string{
		"a.go f statement: listed()": "reason",
		"a.go f statement: killed()": "reason",
		"a.go f statement: gone()":   "reason",
		"a.go f statement: left()":   "one that is not tried",
		"b.go f statement: other()":  "a file that is not tried",
	}}
	c := s.check([]*Mutant{
		mutant("a.go", "listed()", Survived), mutant("a.go", "killed()", Killed),
		mutant("a.go", "hangs()", TimedOut), mutant("a.go", "left()", ""), unlisted, uncovered,
	})
	assert.Equal(t, comparison{
		unlisted: []*Mutant{unlisted, uncovered},
		gone:     []string{"a.go f statement: gone()"},
		killed:   []string{"a.go f statement: killed()"},
	}, c)
}
