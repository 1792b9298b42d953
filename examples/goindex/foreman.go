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
	done := Parsed{File: file}
	for attempt := 1; attempt <= attempts+1; attempt++ {
		if attempt == 2 { // from now on it is worth a trace
			var span trace.Span
			ctx, span = f.tracer.Start(ctx, "retry", trace.WithAttributes(attribute.String("file.path", file.Name)))
			defer span.End()
		}
		// The ask of a parser that dies fails at once, with the panic. The next
		// one waits in its mailbox until the supervisor has restarted it.
		facts, err := actor.Ask(ctx, f.worker(attempt), func(r actor.Reply[Facts]) ParserMsg {
			return Parse{File: file, Attempt: attempt, Reply: r}
		})
		if crash, ok := errors.AsType[*actor.PanicError](err); ok {
			done.Crashes = append(done.Crashes, crash.Error())
			continue
		}
		done.Facts = facts
		if _, unreadable := errors.AsType[*fs.PathError](err); unreadable {
			done.Err = err
		} else if err != nil {
			return err // there is nobody to parse it any more
		}
		return f.index.Send(ctx, done)
	}
	done.Lost = true
	return f.index.Send(ctx, done)
}

// worker returns whose turn it is at a file.
func (f *Foreman) worker(attempt int) actor.Ref[ParserMsg] {
	if attempt <= attempts {
		return f.parser
	}
	return f.lastResort
}
