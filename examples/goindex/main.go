// Goindex reads trees of Go source and counts what is in them: packages, files,
// lines, functions, identifiers.
//
//	goindex [flags] [folder ...]
//
// Without a folder it reads the source of the Go installation. A walker finds
// the files, a pool of parsers reads them, an index adds up; all of them are
// actors under supervisors. With -chaos the parsers crash in the middle of
// their work, and the totals are the same. See pipeline.go for the tree.
//
// The exit code is 0, 1 for a failure, 2 for wrong flags, and 130 after Ctrl-C,
// which ends the run with a summary of what was counted until then.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"golang.org/x/term"
)

const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitInterrupted = 130 // as shells say it: 128 + SIGINT
)

// errInterrupted ends a run that was cut short by Ctrl-C. Nothing failed.
var errInterrupted = errors.New("interrupted")

// A console is where a run writes to.
type console struct {
	out, err io.Writer
	live     bool // err is a terminal: somebody watches
}

func main() {
	to := console{out: os.Stdout, err: os.Stderr, live: term.IsTerminal(int(os.Stderr.Fd()))}
	os.Exit(run(context.Background(), os.Args[1:], to))
}

// run does what the arguments say and returns the exit code.
func run(ctx context.Context, args []string, to console) int {
	o, err := parseOptions(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		printUsage(to.out)
		return exitOK
	case err != nil:
		fmt.Fprintf(to.err, "goindex: %v\nRun goindex -h for the flags.\n", err)
		return exitUsage
	}

	return execute(ctx, o, to)
}

// execute does what the options say and returns the exit code.
func execute(ctx context.Context, o options, to console) int {
	ctx, release := signal.NotifyContext(ctx, os.Interrupt)
	defer release()
	context.AfterFunc(ctx, release) // a second Ctrl-C ends the process at once

	work := runIndex
	if o.plain {
		work = runComparison
	}
	switch err := work(ctx, o, to); {
	case errors.Is(err, errInterrupted):
		fmt.Fprintln(to.err, "goindex: interrupted")
		return exitInterrupted
	case err != nil:
		fmt.Fprintf(to.err, "goindex: %v\n", err)
		return exitFailure
	default:
		return exitOK
	}
}
