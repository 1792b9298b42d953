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
type Progress struct {
	to  io.Writer
	all int
	bar *progressbar.ProgressBar // nil until all is known
}

// Receive implements actor.Actor.
func (p *Progress) Receive(_ context.Context, msg Advance) error {
	if msg.All <= 0 {
		return nil // the first walk is not over, or there is nothing to do
	}
	if p.bar == nil || p.all != msg.All {
		p.all = msg.All
		p.bar = progressbar.NewOptions(msg.All,
			progressbar.OptionSetWriter(p.to),
			progressbar.OptionSetDescription("indexing"),
			progressbar.OptionShowCount(),
			progressbar.OptionThrottle(50*time.Millisecond),
			progressbar.OptionClearOnFinish(),
		)
	}
	return p.bar.Set(msg.Done)
}

// Stopped implements actor.Stopper: it wipes the bar off the screen.
func (p *Progress) Stopped(context.Context, actor.Exit) error {
	if p.bar == nil {
		return nil
	}
	return p.bar.Clear()
}
