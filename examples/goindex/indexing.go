package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/understudy-go/understudy/examples/internal/spans"
)

// closing bounds what is left to do after the work: to read the last figures,
// to stop the actors, to send the last spans.
const closing = 10 * time.Second

// runIndex indexes the folders and prints the summary.
func runIndex(ctx context.Context, o options, to console) error {
	folders, err := foldersOf(ctx, o)
	if err != nil {
		return err
	}
	sink, err := spans.Open(ctx, spans.Config{Service: "goindex", Keep: o.trace, OTLP: o.otlp})
	if err != nil {
		return err
	}
	began := time.Now()
	report, restarts, err := index(ctx, planOf(o, to, folders, sink.Provider))
	took := time.Since(began)

	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	unsent := sink.Close(late) // the actors have ended: there are no more to come
	if err != nil {
		return interruption(ctx, errors.Join(err, unsent))
	}

	s := newSummary(report)
	s.Folders, s.Restarts, s.Parsers, s.Seconds = folders, restarts, o.parsers, took.Seconds()
	wrong := errors.Join(shortcomings(s), unsent)
	if o.verify && s.Complete {
		err := verify(ctx, folders, report.Totals)
		if ctx.Err() == nil {
			same := err == nil
			s.Verified, wrong = &same, errors.Join(wrong, err)
		}
	}
	if err := write(o, to, s, sink); err != nil {
		return err
	}
	return interruption(ctx, wrong)
}

// planOf makes a plan of what the command line says.
func planOf(o options, to console, folders []string, provider trace.TracerProvider) plan {
	p := plan{
		folders:  folders,
		parsers:  o.parsers,
		chaos:    o.chaos,
		logger:   slog.New(slog.DiscardHandler), // crashes on purpose would flood the terminal
		provider: provider,
		progress: io.Discard,
	}
	switch {
	case o.verbose:
		p.logger = slog.New(slog.NewTextHandler(to.err, nil))
	case to.live:
		p.progress = to.err
	}
	return p
}

// index runs a pipeline until it is done, or ctx is; then the report is what
// there was until then. It returns when nothing runs any more.
func index(ctx context.Context, p plan) (report Report, restarts int, err error) {
	pipe, err := start(ctx, p)
	if err != nil {
		return report, 0, err
	}
	report, err = pipe.wait(ctx)

	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	if ctx.Err() != nil {
		report, err = pipe.peek(late)
	}
	if err == nil {
		restarts, err = pipe.restarts(late)
	}
	return report, restarts, errors.Join(err, pipe.stop(late))
}

// interruption is err, unless ctx was done meanwhile: whatever failed then did
// so because it was to end.
func interruption(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errInterrupted
	}
	return err
}

// shortcomings says in what the totals are not what one would expect of the
// folders. A file with syntax errors is none.
func shortcomings(s Summary) error {
	var errs []error
	for _, p := range s.Unreadable {
		errs = append(errs, errors.New(p.Reason))
	}
	for _, q := range s.Quarantined {
		if !q.Counted {
			errs = append(errs, fmt.Errorf("%s is not counted: %s", q.File, strings.Join(q.Reasons, "; ")))
		}
	}
	if s.Complete && s.Files == 0 && len(errs) == 0 {
		errs = append(errs, fmt.Errorf("no Go files in %s", strings.Join(s.Folders, ", ")))
	}
	return errors.Join(errs...)
}

// write prints the summary and, if they are wanted, the traces: apart from it
// where a program reads it.
func write(o options, to console, s Summary, sink *spans.Spans) error {
	traces := to.out
	if o.json {
		traces = to.err
	}
	if kept := sink.Kept(); o.trace {
		spans.Draw(traces, kept, map[string]string{"file.path": "file"})
		// The framework reports a burst of failures, but no flood.
		if more := s.Crashes - spans.Decisions(kept); more > 0 {
			fmt.Fprintf(traces, "%d more crashes came too fast to be traced\n", more)
		}
	}
	if o.json {
		return s.writeJSON(to.out)
	}
	return s.writeText(to.out)
}
