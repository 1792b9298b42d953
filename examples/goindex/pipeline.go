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

// crashLimit is how many restarts the pool is allowed. A file kills three
// parsers at the worst, so the files bound the crashes; how many files there
// are nobody knows yet when the tree is declared. The limit is therefore far
// above what they may come to in a run, and the window longer than a run. It is
// there for what no file is to blame for, a parser that cannot start at all:
// its restarts follow each other so fast that they exceed even this limit in a
// matter of seconds, and the run ends with the reason.
var crashLimit = supervision.AtMost(1_000_000, time.Hour)

// A plan says how to index.
type plan struct {
	folders  []string
	parsers  int
	chaos    Chaos
	logger   *slog.Logger
	provider trace.TracerProvider
	progress io.Writer // io.Discard: nobody watches
}

// A pipeline is an index at work:
//
//	goindex            rest for one
//	├ index            adds up
//	├ parsers          one for one
//	│ ├ parser-1, …    the pool
//	│ └ last-resort    for files in quarantine
//	├ foreman-1, …     one for each parser
//	├ walker           finds the files
//	└ progress         draws the bar
//
// Files go from the walker through the foremen's bounded mailboxes to the
// parsers, and what is in them on to the index; whoever is quicker waits.
//
// A parser that crashes is restarted alone. The others rely on those above
// them: should the index crash, what it knew is gone, so all below it start
// anew, the walker too, and every file is counted again.
type pipeline struct {
	sys     *system.ActorSystem
	index   actor.Ref[IndexMsg]
	parsers []actor.Ref[ParserMsg] // the last resort too
}

// start starts a pipeline. Whoever calls it calls stop. The end of ctx does not
// keep it from starting, which takes no time: it is for wait to notice.
func start(ctx context.Context, p plan) (*pipeline, error) {
	root, pipe := declare(p)
	var err error
	pipe.sys, err = system.Start(context.WithoutCancel(ctx), system.Config{
		Name:           "goindex",
		Root:           root,
		Logger:         p.logger,
		TracerProvider: p.provider,
	})
	return pipe, err
}

// declare declares the tree. All addresses are there before anything runs, so
// each actor is simply given those that it sends to.
func declare(p plan) (supervision.Spec, *pipeline) {
	progress := actor.New(actor.Spec[Advance]{
		Name: "progress",
		New:  actor.Make(func() *Progress { return &Progress{to: p.progress} }),
	})
	index := actor.New(actor.Spec[IndexMsg]{
		Name: "index",
		New:  actor.Make(func() *Index { return newIndex(progress.Ref) }),
	})
	lastResort := newParser("last-resort", "LastResort", p.chaos)

	pool := supervision.Spec{Name: "parsers", Limit: crashLimit}
	pipe := &pipeline{index: index.Ref}
	var foremen []supervision.Child
	var mailboxes []actor.Ref[File]
	for n := range p.parsers {
		parser := newParser(fmt.Sprintf("parser-%d", n+1), "Parser", p.chaos)
		foreman := actor.New(actor.Spec[File]{
			Name:    fmt.Sprintf("foreman-%d", n+1),
			Mailbox: mailbox.Config{Capacity: 16},
			New: actor.Make(func() *Foreman {
				return &Foreman{parser.Ref, lastResort.Ref, index.Ref, p.provider.Tracer("goindex")}
			}),
		})
		pool.Children = append(pool.Children, supervision.Child{Process: parser})
		pipe.parsers = append(pipe.parsers, parser.Ref)
		foremen = append(foremen, supervision.Child{Process: foreman})
		mailboxes = append(mailboxes, foreman.Ref)
	}
	pool.Children = append(pool.Children, supervision.Child{Process: lastResort})
	pipe.parsers = append(pipe.parsers, lastResort.Ref)

	children := []supervision.Child{{Process: index}, {Process: supervision.New(pool)}}
	children = append(children, foremen...)
	children = append(children, supervision.Child{
		Process: newWalker(p.folders, index.Ref, mailboxes),
		Restart: supervision.Transient, // when it returns it is done
	}, supervision.Child{Process: progress})
	return supervision.Spec{Strategy: supervision.RestForOne, Children: children}, pipe
}

// newParser declares a parser. Its type is what traces call it.
func newParser(name, typ string, chaos Chaos) *actor.Process[ParserMsg] {
	return actor.New(actor.Spec[ParserMsg]{
		Name: name,
		Type: typ,
		New:  actor.Make(func() *Parser { return &Parser{chaos} }),
	})
}

// wait returns the report when everything is done.
func (p *pipeline) wait(ctx context.Context) (Report, error) {
	for {
		report, err := actor.Ask(ctx, p.index, func(r actor.Reply[Report]) IndexMsg { return Await{r} })
		switch {
		case err == nil:
			return report, p.settle(ctx)
		case !errors.Is(err, actor.ErrRetryable):
			return Report{}, err
		}
		// The index has crashed and forgotten the question. It works again, or
		// its supervisor has given up, which the next turn tells.
	}
}

// settle waits until every parser runs again, the last one that crashed too, so
// that all restarts have been counted.
func (p *pipeline) settle(ctx context.Context) error {
	for _, parser := range p.parsers {
		if _, err := actor.Ask(ctx, parser, func(r actor.Reply[bool]) ParserMsg { return Ready{r} }); err != nil {
			return err
		}
	}
	return nil
}

// peek returns the report as it is now.
func (p *pipeline) peek(ctx context.Context) (Report, error) {
	return actor.Ask(ctx, p.index, func(r actor.Reply[Report]) IndexMsg { return Peek{r} })
}

// restarts returns how often any actor has been restarted.
func (p *pipeline) restarts(ctx context.Context) (int, error) {
	tree, err := p.sys.Tree(ctx)
	return sumRestarts(tree), err
}

func sumRestarts(nodes []system.Node) (n int) {
	for _, node := range nodes {
		n += node.Restarts + sumRestarts(node.Children)
	}
	return n
}

// stop ends the pipeline and waits for that. If it has ended by itself, the
// error says why.
func (p *pipeline) stop(ctx context.Context) error { return p.sys.Shutdown(ctx) }
