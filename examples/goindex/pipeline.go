package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// A plan says how to index. Every field but progress is required.
type plan struct {
	folders  []string
	parsers  int
	chaos    Chaos // nil: none
	logger   *slog.Logger
	provider trace.TracerProvider
	progress io.Writer // nil: draw none
}

// A pipeline is a running index:
//
//	goindex            rest for one
//	├ index            adds up
//	├ parsers          one for one
//	│ ├ parser-1, …    the pool
//	│ └ last-resort    for files in quarantine
//	├ foreman-1, …     one for each parser
//	├ walker           finds the files
//	└ progress
//
// Files go from the walker through the foremen's bounded mailboxes to the
// parsers, and what is in them on to the index; whoever is quicker waits.
//
// A parser that crashes is restarted alone. Everybody else relies on those who
// stand above: should the index crash, what it knew is gone, so all below it
// start anew, the walker with them, and the files are counted again.
type pipeline struct {
	sys     *system.ActorSystem
	index   actor.Ref[IndexMsg]
	parsers []actor.Ref[ParserMsg]
}

// start starts a pipeline. The caller stops it.
func start(ctx context.Context, p plan) (*pipeline, error) {
	progress := actor.New(actor.Spec[Advance]{
		Name: "progress",
		New:  actor.Make(func() *Progress { return newProgress(p.progress) }),
	})
	if p.progress == nil {
		progress = new(actor.Process[Advance]) // nobody
	}
	index := actor.New(actor.Spec[IndexMsg]{
		Name: "index",
		New:  actor.Make(func() *Index { return newIndex(progress.Ref) }),
	})
	lastResort := newParser("last-resort", p.chaos)

	pool := supervision.Spec{Name: "parsers", Limit: crashes}
	var parsers []actor.Ref[ParserMsg]
	var foremen []actor.Ref[File]
	root := supervision.Spec{Strategy: supervision.RestForOne, Children: []supervision.Child{{Process: index}, {}}}
	for i := range p.parsers {
		parser := newParser(fmt.Sprintf("parser-%d", i+1), p.chaos)
		foreman := actor.New(actor.Spec[File]{
			Name:    fmt.Sprintf("foreman-%d", i+1),
			Mailbox: mailbox.Config{Capacity: 16},
			New: actor.Make(func() *Foreman {
				return &Foreman{
					parser:     parser.Ref,
					lastResort: lastResort.Ref,
					index:      index.Ref,
					tracer:     p.provider.Tracer("goindex"),
				}
			}),
		})
		pool.Children = append(pool.Children, supervision.Child{Process: parser})
		root.Children = append(root.Children, supervision.Child{Process: foreman})
		parsers = append(parsers, parser.Ref)
		foremen = append(foremen, foreman.Ref)
	}
	_ = time.Second
	_ = errors.New
	return nil, nil
}
