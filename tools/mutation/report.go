package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
)

// tally counts mutants by what became of them.
type tally map[Status]int

func (t tally) killed() int { return t[Killed] + t[TimedOut] }
func (t tally) all() int    { return t.killed() + t[Survived] + t[Uncovered] }

// rate is how many of a hundred were killed; all of none.
func (t tally) rate() float64 {
	if t.all() == 0 {
		return 100
	}
	return 100 * float64(t.killed()) / float64(t.all())
}

func count(mutants []*Mutant) tally {
	t := make(tally)
	for _, m := range mutants {
		t[m.Status]++
	}
	return t
}

// printTable writes a row for each file, and one for all.
func printTable(w io.Writer, mutants []*Mutant) error {
	var files []string
	byFile := make(map[string][]*Mutant)
	for _, m := range mutants {
		if byFile[m.File] == nil {
			files = append(files, m.File)
		}
		byFile[m.File] = append(byFile[m.File], m)
	}
	slices.Sort(files)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, t tally) {
		fmt.Fprintf(table, "%d\t%d\t%d\t%d\t%d\t%.1f %%\t  %s\n",
			t.all(), t[Killed], t[TimedOut], t[Survived], t[Uncovered], t.rate(), name)
	}
	fmt.Fprint(table, "mutants\tkilled\ttimed out\tsurvived\tuncovered\trate\t\n")
	for _, name := range files {
		row(name, count(byFile[name]))
	}
	row("in all", count(mutants))
	return table.Flush()
}

// print tells where the list of survivors is not right.
func (c comparison) print(w io.Writer) {
	if len(c.unlisted) > 0 {
		fmt.Fprint(w, "\nAlive, and not listed as survivors:\n")
	}
	for _, m := range c.unlisted {
		fmt.Fprintf(w, "%s:%d: %s\n%s\n", m.File, m.Line, m.Status, m.Name())
	}
	if len(c.gone) > 0 {
		fmt.Fprint(w, "\nListed as survivors, but there are no such mutants:\n")
	}
	for _, name := range c.gone {
		fmt.Fprintln(w, name)
	}
	if len(c.killed) > 0 {
		fmt.Fprint(w, "\nListed as survivors, but killed in this run:\n")
	}
	for _, name := range c.killed {
		fmt.Fprintln(w, name)
	}
}

// A record is what is kept of a mutant.
type record struct {
	Name   string `json:"name"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Func   string `json:"func"`
	Op     string `json:"operator"`
	Status Status `json:"status"`
	By     string `json:"by,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// remember gives the mutants that were killed in an earlier run the status that
// they had, and returns the others; all if there was none.
func remember(path string, mutants []*Mutant) (left []*Mutant, err error) {
	if path == "" {
		return mutants, nil
	}
	text, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return nil, fmt.Errorf("mutation: %w", err)
	}
	var records []record
	if err := json.Unmarshal(text, &records); err != nil {
		return nil, fmt.Errorf("mutation: %s: %w", path, err)
	}
	killed := make(map[string]record)
	for _, r := range records {
		if r.Status == Killed || r.Status == TimedOut {
			killed[r.Name] = r
		}
	}
	for _, m := range mutants {
		if r, ok := killed[m.Name()]; ok {
			m.Status, m.By = r.Status, r.By
		} else {
			left = append(left, m)
		}
	}
	return left, nil
}

// writeJSON keeps everything, for other programs to read.
func writeJSON(path string, mutants []*Mutant, known survivors) error {
	records := make([]record, 0, len(mutants))
	for _, m := range mutants {
		records = append(records, record{
			m.Name(), m.File, m.Line, m.Func, m.Op, m.Status, m.By, known.reasons[m.Name()],
		})
	}
	text, err := json.MarshalIndent(records, "", "\t")
	if err != nil {
		return fmt.Errorf("mutation: %w", err)
	}
	return os.WriteFile(filepath.Clean(path), append(text, '\n'), 0o600)
}
