package main

import (
	"context"
	"fmt"

	"github.com/understudy-go/understudy/actor"
)

// IndexMsg is what the Index takes.
type IndexMsg interface{ index() }

// Found says how many files there are and what could not be searched.
type Found struct {
	Files    int
	Problems []Problem
}

// Parsed is what became of one file.
type Parsed struct {
	File    File
	Facts   Facts
	Err     error    // why the file could not be read
	Crashes []string // what its parsers died of, in order
	Lost    bool     // the last resort died too: the file is not counted
}

// Await asks for the report when everything that was found is done.
type Await struct{ Reply actor.Reply[Report] }

// Peek asks for the report as it is now.
type Peek struct{ Reply actor.Reply[Report] }

func (Found) index()  {}
func (Parsed) index() {}
func (Await) index()  {}
func (Peek) index()   {}

// A Report is what the index knows.
type Report struct {
	Totals      Totals
	Complete    bool      // everything that was found is done
	Problems    []Problem // what could not be searched
	Crashes     int
	Quarantined []Quarantine
}

// A Quarantine is a file that killed its parser too often.
type Quarantine struct {
	File    string   `json:"file"`
	Reasons []string `json:"reasons"` // what each parser died of
	Counted bool     `json:"counted"` // by the last resort
}

// An Index adds up what the parsers find. Each file counts once, whatever is
// sent again after a restart of the walker or of a foreman.
type Index struct {
	report   Report
	found    int             // how many files there are; -1 before that is known
	done     map[string]bool // by name
	waiting  []Await
	progress actor.Ref[Advance]
}

func newIndex(progress actor.Ref[Advance]) *Index {
	return &Index{
		report:   Report{Totals: newTotals()},
		found:    -1,
		done:     make(map[string]bool),
		progress: progress,
	}
}

// Receive implements actor.Actor.
func (x *Index) Receive(_ context.Context, msg IndexMsg) error {
	switch msg := msg.(type) {
	case Found:
		x.found, x.report.Problems = msg.Files, msg.Problems
	case Parsed:
		if x.done[msg.File.Name] {
			return nil
		}
		x.add(msg)
		// Whoever draws the progress must not hold this up. One that comes too
		// soon is left out: the next one says all that it said.
		_ = x.progress.TrySend(Advance{Done: len(x.done), All: x.found})
	case Await:
		x.waiting = append(x.waiting, msg)
	case Peek:
		msg.Reply.Send(x.snapshot())
	default:
		return fmt.Errorf("index: unexpected %T", msg)
	}
	x.answer()
	return nil
}

func (x *Index) add(p Parsed) {
	x.done[p.File.Name] = true
	switch {
	case p.Err != nil:
		x.report.Totals.unreadable(p.File, p.Err)
	case !p.Lost:
		x.report.Totals.add(p.File, p.Facts)
	}
	x.report.Crashes += len(p.Crashes)
	if len(p.Crashes) >= attempts {
		q := Quarantine{File: p.File.Name, Reasons: p.Crashes, Counted: !p.Lost}
		x.report.Quarantined = append(x.report.Quarantined, q)
	}
}

// answer replies to those who wait, if everything is done.
func (x *Index) answer() {
	if x.report.Complete = len(x.done) == x.found; !x.report.Complete {
		return
	}
	for _, w := range x.waiting {
		w.Reply.Send(x.snapshot())
	}
	x.waiting = nil
}

// snapshot returns the report as it is, to be sent away.
func (x *Index) snapshot() Report {
	r := x.report
	r.Totals = r.Totals.clone()
	return r
}
