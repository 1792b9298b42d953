package main

import (
	"context"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/understudy-go/understudy/actor"
)

// Advance says how far the work has come.
type Advance struct{ Done, All int }

// A Progress draws a bar.
type Progress struct{ bar *progressbar.ProgressBar }

func newProgress(w io.Writer) *Progress {
	return &Progress{progressbar.NewOptions(-1,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription("indexing"),
		progressbar.OptionShowCount(),
		progressbar.OptionThrottle(50*time.Millisecond),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionFullWidth(),
	)}
}

// Receive implements actor.Actor.
func (p *Progress) Receive(_ context.Context, msg Advance) error {
	if msg.All > 0 && p.bar.GetMax() != msg.All {
		p.bar.ChangeMax(msg.All)
	}
	return p.bar.Set(msg.Done)
}

// Stopped implements actor.Stopper: it wipes the bar off the screen.
func (p *Progress) Stopped(context.Context, actor.Exit) error { return p.bar.Clear() }
