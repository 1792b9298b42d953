package main

import (
	"context"
	"errors"
	"io/fs"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/understudy-go/understudy/actor"
)

// attempts is how many parsers a file may kill before it is quarantined: kept
// away from the pool and given to the last resort.
const attempts = 2

// A Foreman has the files of its mailbox parsed, one after another, by a parser
// of its own, and sends what comes out to the index. A parser that crashes is
// its supervisor's business; the file that was in hand is the foreman's.
type Foreman struct {
	parser     actor.Ref[ParserMsg]
	lastResort actor.Ref[ParserMsg]
	index      actor.Ref[IndexMsg]
	tracer     trace.Tracer
}

// Receive implements actor.Actor.
func (f *Foreman) Receive(ctx context.Context, file File) error {
	p := Parsed{File: file}
	crashed, err := f.attempt(ctx, f.parser, &p)
	if crashed {
		err = f.retry(ctx, &p)
	}
	if err != nil {
		return err // there is nobody to parse it any more
	}
	return f.index.Send(ctx, p)
}

// retry tries a file that has killed its parser again. What comes of it is
// worth a trace.
func (f *Foreman) retry(ctx context.Context, p *Parsed) error {
	ctx, span := f.tracer.Start(ctx, "retry", trace.WithAttributes(attribute.String("file.path", p.File.Name)))
	defer span.End()
	for len(p.Crashes) < attempts {
		if crashed, err := f.attempt(ctx, f.parser, p); !crashed {
			return err
		}
	}
	crashed, err := f.attempt(ctx, f.lastResort, p)
	p.Lost = crashed
	return err
}

// attempt has a parser read the file, and reports whether that killed it. An
// ask of an actor that dies fails at once, with the panic; the next one waits
// in its mailbox until the supervisor has restarted it.
func (f *Foreman) attempt(ctx context.Context, parser actor.Ref[ParserMsg], p *Parsed) (crashed bool, err error) {
	facts, err := actor.Ask(ctx, parser, func(r actor.Reply[Facts]) ParserMsg {
		return Parse{File: p.File, Attempt: len(p.Crashes) + 1, Reply: r}
	})
	if crash, ok := errors.AsType[*actor.PanicError](err); ok {
		p.Crashes = append(p.Crashes, crash.Error())
		return true, nil
	}
	if _, unreadable := errors.AsType[*fs.PathError](err); unreadable {
		p.Err = err
		return false, nil
	}
	p.Facts = facts
	return false, err
}
