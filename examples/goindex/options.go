package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"runtime"
)

// options is what the command line says.
type options struct {
	folders []string // none: the Go installation's source

	parsers int
	rate    float64
	seed    uint64
	chaos   Chaos

	verify  bool
	json    bool
	trace   bool
	otlp    string
	verbose bool
	plain   bool
}

// flags declares the flags of o, with their defaults.
func (o *options) flags() *flag.FlagSet {
	f := flag.NewFlagSet("goindex", flag.ContinueOnError)
	f.SetOutput(io.Discard) // run reports what is wrong
	f.IntVar(&o.parsers, "parsers", runtime.GOMAXPROCS(0), "parse `n` files at a time")
	f.Float64Var(&o.rate, "chaos", 0, "crash the parser in the middle of a file with this `probability`")
	f.Uint64Var(&o.seed, "seed", 1, "choose which files -chaos crashes: the same `number`, the same crashes")
	f.BoolVar(&o.verify, "verify", false, "count again with a plain single-threaded loop, and fail if the totals differ")
	f.BoolVar(&o.json, "json", false, "print the summary as JSON")
	f.BoolVar(&o.trace, "trace", false, "print a tree of spans for each crash and what was done about it")
	f.StringVar(&o.otlp, "otlp", "", "send the spans to the collector at this `host:port` by OTLP/gRPC\n"+
		"(default: where OTEL_EXPORTER_OTLP_ENDPOINT says, if anywhere)")
	f.BoolVar(&o.verbose, "v", false, "log crashes and restarts")
	f.BoolVar(&o.plain, "plain", false, "compare with a plain loop that parses as many files at a time without actors:\n"+
		"five rounds of each by turns, and the ratio of the times")
	return f
}

// parseOptions reads the command line. The error is flag.ErrHelp if that is
// what is wanted.
func parseOptions(args []string) (options, error) {
	var o options
	f := o.flags()
	if err := f.Parse(args); err != nil {
		return o, err
	}
	o.folders = f.Args()
	switch {
	case o.parsers < 1:
		return o, fmt.Errorf("-parsers %d: at least one is needed", o.parsers)
	case math.IsNaN(o.rate) || o.rate < 0 || o.rate > 1:
		return o, fmt.Errorf("-chaos %v: a probability is between 0 and 1", o.rate)
	case o.plain && (o.verify || o.json || o.trace || o.otlp != ""):
		return o, errors.New("-plain only compares times: it goes with no -verify, -json, -trace or -otlp")
	}
	o.chaos = noChaos
	if o.rate > 0 {
		o.chaos = newChaos(o.rate, o.seed)
	}
	return o, nil
}

func printUsage(w io.Writer) {
	fmt.Fprint(w, `Goindex counts what is in trees of Go source.

usage: goindex [flags] [folder ...]

Without a folder it reads the source of the Go installation.

`)
	f := new(options).flags()
	f.SetOutput(w)
	f.PrintDefaults()
}
