package main

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What the changed files use. It is declared in a file of each package.
const (
	numberVar = "mutationNumber"
	errorVar  = "errMutation"
	zeroFunc  = "mutationZero"

	// environment is the variable that says which mutant to be; none if unset.
	environment = "MUTATION"
)

// helpers is the file that is added to a package.
func helpers(pkg string) string {
	return "package " + pkg + `

import (
	"errors"
	"os"
	"strconv"
)

var (
	` + numberVar + `, _ = strconv.Atoi(os.Getenv("` + environment + `"))
	` + errorVar + ` = errors.New("mutation")
)

func ` + zeroFunc + `[T any](T) (t T) { return t }
func ` + zeroFunc + `2[T, U any](T, U) (t T, u U) { return t, u }
func ` + zeroFunc + `3[T, U, V any](T, U, V) (t T, u U, v V) { return t, u, v }
`
}

// schema is a file with all its mutants in it: each function starts with a
// switch that holds a changed copy of its body for each of them.
type schema struct {
	text []byte
	// lines says on which lines each mutant is, to tell which does not compile.
	lines []mutantLines
}

type mutantLines struct {
	from, to int
	mutant   *Mutant
}

// newSchema puts the mutants into their file. Those without an edit left are
// passed over.
func newSchema(f *file) *schema {
	var (
		s    schema
		out  bytes.Buffer
		done int
	)
	line := func() int { return 1 + bytes.Count(out.Bytes(), []byte("\n")) }
	for _, group := range byFunction(f.mutants) {
		fn := group[0].fn
		out.Write(f.source[done : fn.lbrace+1])
		done = fn.lbrace + 1
		fmt.Fprintf(&out, "\nif %s != 0 {\nswitch %s {", numberVar, numberVar)
		for _, m := range group {
			if len(m.edits) == 0 {
				continue
			}
			from := line() + 1
			fmt.Fprintf(&out, "\ncase %d:\n{%s}\n%s", m.number, m.body(f.source), fn.end())
			s.lines = append(s.lines, mutantLines{from, line(), m})
		}
		out.WriteString("\n}\n}\n")
	}
	out.Write(f.source[done:])
	s.text = out.Bytes()
	return &s
}

// end is what follows a copy, whose own end may be reached no more, or anew.
func (fn *function) end() string {
	if fn.hasResults {
		return `panic("mutation: no return")`
	}
	return "return"
}

// body is what stands between the braces of the function, with the change made.
// Labels get a name of their own in each copy.
func (m *Mutant) body(source []byte) string {
	change := m.edits[0]
	var edits []edit
	for _, at := range m.fn.labels {
		label := string(source[at.from:at.to])
		own := label + "_" + strconv.Itoa(m.number)
		if at.to <= change.from || change.to <= at.from {
			edits = append(edits, edit{at.from, at.to, own})
		} else {
			word := regexp.MustCompile(`\b` + label + `\b`)
			change.text = word.ReplaceAllLiteralString(change.text, own)
		}
	}
	edits = append(edits, change)
	slices.SortFunc(edits, func(a, b edit) int { return a.from - b.from })
	var out strings.Builder
	done := m.fn.lbrace + 1
	for _, e := range edits {
		out.Write(source[done:e.from])
		out.WriteString(e.text)
		done = e.to
	}
	out.Write(source[done:m.fn.rbrace])
	return out.String()
}

// byFunction splits mutants, which are in the order of the source.
func byFunction(mutants []*Mutant) [][]*Mutant {
	var groups [][]*Mutant
	for i, m := range mutants {
		if i == 0 || mutants[i-1].fn != m.fn {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], m)
	}
	return groups
}
