package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/understudy-go/understudy/benchmarks/beam"
	"github.com/understudy-go/understudy/benchmarks/internal/results"
)

// pkg is what is measured.
const pkg = "github.com/understudy-go/understudy/benchmarks"

type entry = results.Entry

// benchtime returns how long the entry is to run: as asked for, or as suits it.
// Actors of a population, leaves and a flood are counted, because their number is
// what the case is about, and because what actors take in memory is told truly
// only by the first population of a process.
func benchtime(e entry, asked string) string {
	if asked != "" {
		return asked
	}
	switch e.Benchmark {
	case "Spawn100k":
		return "100000x"
	case "Spawn1M", "Skynet1M", "Flood1M", "Skynet100k":
		return "1000000x"
	case "BlockedHandlers10k":
		return "10000x"
	default:
		return "1s"
	}
}

// A contestant is an entry and how to measure it, in a process of its own.
type contestant struct {
	entry
	run func(ctx context.Context, benchtime string) (string, error)
}

// measure runs the contestant, which is killed when its time is over.
func (c contestant) measure(ctx context.Context, benchtime string, patience time.Duration) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errors.New("it took too long"))
	defer cancel()
	text, err := c.run(ctx, benchtime)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return text, err
}

// build compiles all systems into dir, and returns those whose cases match, and
// what there is to say about them in the head of the raw output.
func build(ctx context.Context, dir, cases string, stderr io.Writer) ([]contestant, string, error) {
	binary := filepath.Join(dir, "benchmarks.test")
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-o", binary, pkg) //nolint:gosec // a path of our own making
	cmd.Env = append(os.Environ(), "GOWORK=off")
	cmd.Stdout, cmd.Stderr = stderr, stderr
	if err := cmd.Run(); err != nil {
		return nil, "", fmt.Errorf("go test -c: %w", err)
	}
	entries, err := list(ctx, binary, cases)
	if err != nil {
		return nil, "", err
	}
	var systems []contestant
	for _, e := range entries {
		systems = append(systems, contestant{e, func(ctx context.Context, benchtime string) (string, error) {
			pattern := "^Benchmark" + regexp.QuoteMeta(e.Benchmark) + "$/^system=" + regexp.QuoteMeta(e.System) + "$"
			return bench(ctx, binary, "-test.bench="+pattern, "-test.benchtime="+benchtime)
		}})
	}
	machine, err := beam.Compile(ctx, dir)
	if errors.Is(err, beam.ErrMissing) {
		return systems, "beam: not measured, " + err.Error() + "\n", nil
	}
	if err != nil {
		return nil, "", err
	}
	return withBeam(systems, machine, cases), "beam: " + machine.Version(ctx) + "\n", nil
}

// withBeam adds Erlang's machine after the other systems of each case.
func withBeam(systems []contestant, machine *beam.Machine, cases string) []contestant {
	wanted := pattern(cases)
	var all []contestant
	for i, s := range systems {
		all = append(all, s)
		last := i+1 == len(systems) || systems[i+1].Benchmark != s.Benchmark
		e := entry{Benchmark: s.Benchmark, System: "beam"}
		if !last || !slices.Contains(beam.Cases, s.Benchmark) || !wanted(e) {
			continue
		}
		all = append(all, contestant{e, func(ctx context.Context, benchtime string) (string, error) {
			return machine.Run(ctx, benchtime, e.Benchmark)
		}})
	}
	return all
}

// pattern tells whether an entry matches what -bench asks for. The first part
// has been matched by go test already.
func pattern(cases string) func(entry) bool {
	_, system, ok := strings.Cut(cases, "/")
	if !ok {
		return func(entry) bool { return true }
	}
	re, err := regexp.Compile(system)
	if err != nil {
		return func(entry) bool { return false } // go test has said why
	}
	return func(e entry) bool { return re.MatchString("system=" + e.System) }
}

// list returns what there is.
func list(ctx context.Context, binary, cases string) ([]entry, error) {
	text, err := bench(ctx, binary, "-test.bench="+cases, "-test.benchtime=1x", "-list-systems")
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, text)
	}
	var entries []entry
	for _, l := range results.Parse(text) {
		entries = append(entries, l.Entry)
	}
	if len(entries) == 0 {
		return nil, fmt.Errorf("no case matches %q", cases)
	}
	return entries, nil
}

func bench(ctx context.Context, binary string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, binary, append([]string{"-test.run=^$", "-test.timeout=0"}, args...)...) //nolint:gosec // compiled by build
	text, err := cmd.CombinedOutput()
	return string(text), err
}

// turn is the order of a round. In every other one the systems of a case go in
// reverse, so that none always runs after the same one.
func turn(entries []contestant, round int) []contestant {
	var order []contestant
	for i := 0; i < len(entries); {
		j := i
		for j < len(entries) && entries[j].Benchmark == entries[i].Benchmark {
			j++
		}
		for k := range j - i {
			if round%2 == 0 {
				order = append(order, entries[i+k])
			} else {
				order = append(order, entries[j-1-k])
			}
		}
		i = j
	}
	return order
}
