package main

import (
	"fmt"
	"slices"
	"strings"
)

// survivors are the mutants known to survive, each with the reason why that is
// right, as read from a file:
//
//	# a comment
//	supervision/window.go window.grow arithmetic: max(4, 2*len(w.ring)) => ...
//	    The ring is only reallocated more often.
//
// An entry is the name of a mutant, as the tool prints it, and indented below
// it the reason.
type survivors struct {
	reasons map[string]string
}

func parseSurvivors(text string) (survivors, error) {
	s := survivors{reasons: make(map[string]string)}
	entry := ""
	for i, line := range strings.Split(text, "\n") {
		content := strings.TrimSpace(line)
		switch indented := content != line && strings.TrimLeft(line, " \t") != line; {
		case content == "", strings.HasPrefix(line, "#"):
			continue
		case indented && entry == "":
			return s, fmt.Errorf("mutation: line %d: a reason without a mutant", i+1)
		case indented:
			s.reasons[entry] = strings.TrimSpace(s.reasons[entry] + " " + content)
		default:
			if _, twice := s.reasons[content]; twice {
				return s, fmt.Errorf("mutation: line %d: listed twice: %s", i+1, content)
			}
			entry = content
			s.reasons[entry] = ""
		}
	}
	for name, reason := range s.reasons {
		if reason == "" {
			return s, fmt.Errorf("mutation: no reason is given for %s", name)
		}
	}
	return s, nil
}

// check compares the list with what has been found in the given files.
func (s survivors) check(mutants []*Mutant) (c comparison) {
	known := make(map[string]*Mutant)
	files := make(map[string]bool)
	for _, m := range mutants {
		known[m.Name()], files[m.File] = m, true
		if m.Alive() && s.reasons[m.Name()] == "" {
			c.unlisted = append(c.unlisted, m)
		}
	}
	for name := range s.reasons {
		m := known[name]
		file, _, _ := strings.Cut(name, " ")
		switch {
		case m == nil && files[file]:
			c.gone = append(c.gone, name)
		case m != nil && m.Status != "" && !m.Alive():
			c.killed = append(c.killed, name)
		}
	}
	slices.Sort(c.gone)
	slices.Sort(c.killed)
	return c
}

// comparison is where the list of survivors and a run differ.
type comparison struct {
	unlisted []*Mutant // alive, without a reason
	gone     []string  // listed, but there is no such mutant any more
	killed   []string  // listed, but a test kills it now
}
