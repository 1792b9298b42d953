package main

import (
	"context"
	"fmt"
	"strings"
)

// countAlone counts what is in the folders with one loop: no actors, no
// goroutines, no chaos.
func countAlone(ctx context.Context, folders []string) (Totals, error) {
	files, _, err := find(ctx, folders)
	if err != nil {
		return Totals{}, err
	}
	t := newTotals()
	for _, file := range files {
		if ctx.Err() != nil {
			return Totals{}, context.Cause(ctx)
		}
		source, err := parse(file)
		if err != nil {
			t.unreadable(file, err)
			continue
		}
		t.add(file, source.count())
	}
	return t, nil
}

// A mismatchError says in what two counts differ.
type mismatchError struct{ differences []string }

func (e *mismatchError) Error() string {
	const most = 10
	text := strings.Join(e.differences[:min(most, len(e.differences))], "\n  ")
	if more := len(e.differences) - most; more > 0 {
		text += fmt.Sprintf("\n  … and %d more", more)
	}
	return "the totals are not those of a plain loop:\n  " + text
}

// verify counts again with a plain loop and returns a *mismatchError if that
// comes to something else.
func verify(ctx context.Context, folders []string, got Totals) error {
	want, err := countAlone(ctx, folders)
	if err != nil {
		return err
	}
	if d := got.differences(want); len(d) > 0 {
		return &mismatchError{d}
	}
	return nil
}
