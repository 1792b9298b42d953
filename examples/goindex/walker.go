package main

import (
	"context"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// A walker finds the files and hands them out. It is no actor, just a function
// under supervision: it has no mailbox, and is done when it returns.
type walker struct {
	folders []string
	index   actor.Ref[IndexMsg]
	foremen []actor.Ref[File]
	turn    int // whom to try next
}

func newWalker(folders []string, index actor.Ref[IndexMsg], foremen []actor.Ref[File]) actor.Child {
	return supervision.FromFunc("walker", func(ctx context.Context) error {
		w := walker{folders: folders, index: index, foremen: foremen}
		return w.run(ctx)
	})
}

// run tells the index how many files there are, so that it knows when all are
// done, and then hands them out as fast as they are taken.
func (w *walker) run(ctx context.Context) error {
	files, problems, err := find(ctx, w.folders)
	if err != nil {
		return err
	}
	if err := w.index.Send(ctx, Found{Files: len(files), Problems: problems}); err != nil {
		return err
	}
	for _, file := range files {
		if err := w.hand(ctx, file); err != nil {
			return err
		}
	}
	return nil
}

// hand gives a file to the next foreman with room in its mailbox. If none has
// any, it waits for the first in turn: that is the backpressure.
func (w *walker) hand(ctx context.Context, file File) error {
	for range w.foremen {
		w.turn = (w.turn + 1) % len(w.foremen)
		if w.foremen[w.turn].TrySend(file) == nil {
			return nil
		}
	}
	return w.foremen[w.turn].Send(ctx, file)
}
