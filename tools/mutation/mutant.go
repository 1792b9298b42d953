package main

import (
	"fmt"
	"strings"
)

// Status is what became of a mutant.
type Status string

// What can become of a mutant. Killed and TimedOut are what is hoped for.
const (
	Killed    Status = "killed"    // a test failed
	TimedOut  Status = "timed out" // the tests did not end; counts as killed
	Survived  Status = "survived"  // all tests passed
	Uncovered Status = "uncovered" // no test comes by; counts as survived
)

// Mutant is one small change of one function.
type Mutant struct {
	// Set when it is found.
	File   string // slash-separated, from the root
	Func   string // "window.add" for a method
	Op     string
	Before string
	After  string
	Line   int
	Again  int // how many before it have the same file, function, operator and code

	// edits are ways to make the change, of which the first that compiles is
	// taken.
	edits []edit
	// fn is the function's declaration, where the copy is put.
	fn *function
	// at is where execution comes by, as coverage has it.
	at position

	// Set when all are found.
	number int

	// Owned by the goroutine that tries it.
	Status Status
	By     string // the test that killed it
}

// edit replaces the bytes [from, to) of a file.
type edit struct {
	from, to int
	text     string
}

type position struct{ line, col int }

func (p position) before(q position) bool {
	return p.line < q.line || p.line == q.line && p.col < q.col
}

// Name identifies the mutant from one run to the next.
func (m *Mutant) Name() string {
	name := fmt.Sprintf("%s %s %s: %s", m.File, m.Func, m.Op, m.Before)
	if m.After != "" {
		name += " => " + m.After
	}
	if m.Again > 0 {
		name += fmt.Sprintf(" #%d", m.Again+1)
	}
	return name
}

// Alive reports whether no test has noticed the mutant.
func (m *Mutant) Alive() bool { return m.Status == Survived || m.Status == Uncovered }

// snippet is code on one line, cut short: it has to be recognised, not compiled.
func snippet(code string) string {
	const most = 90
	line := []rune(strings.Join(strings.Fields(code), " "))
	if len(line) > most {
		line = append(line[:most-1], '…')
	}
	return string(line)
}
