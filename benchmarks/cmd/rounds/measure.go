package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
)

// pkg is what is measured.
const pkg = "github.com/understudy-go/understudy/benchmarks"

// An entry is one system in one case.
type entry struct{ benchmark, system string }

func (e entry) String() string { return e.benchmark + "/" + e.system }

// benchtime returns how long the entry is to run: as asked for, or as suits it.
// The actors of a population are counted, because what they take in memory is
// told truly only by the first population of a process.
func (e entry) benchtime(asked string) string {
	switch {
	case asked != "":
		return asked
	case e.benchmark == "Spawn100k":
		return "100000x"
	default:
		return "1s"
	}
}

// build compiles the benchmarks. clean removes them again.
func build(ctx context.Context, stderr io.Writer) (binary string, clean func(), err error) {
	dir, err := os.MkdirTemp("", "rounds")
	if err != nil {
		return "", nil, err
	}
	clean = func() { _ = os.RemoveAll(dir) }
	binary = filepath.Join(dir, "benchmarks.test")
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-o", binary, pkg) //nolint:gosec // a path of our own making
	cmd.Env = append(os.Environ(), "GOWORK=off")
	cmd.Stdout, cmd.Stderr = stderr, stderr
	if err := cmd.Run(); err != nil {
		clean()
		return "", nil, fmt.Errorf("go test -c: %w", err)
	}
	return binary, clean, nil
}

// list runs each case once, and returns what there is.
func list(ctx context.Context, binary, cases string) ([]entry, error) {
	text, err := bench(ctx, binary, cases, "1x")
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, text)
	}
	var entries []entry
	for _, l := range parse(text) {
		entries = append(entries, l.entry)
	}
	if len(entries) == 0 {
		return nil, fmt.Errorf("no case matches %q", cases)
	}
	return entries, nil
}

// measure runs one entry in a process of its own.
func measure(ctx context.Context, binary string, e entry, benchtime string) (string, error) {
	pattern := "^Benchmark" + regexp.QuoteMeta(e.benchmark) + "$/^system=" + regexp.QuoteMeta(e.system) + "$"
	return bench(ctx, binary, pattern, benchtime)
}

func bench(ctx context.Context, binary, pattern, benchtime string) (string, error) {
	cmd := exec.CommandContext(ctx, binary, //nolint:gosec // compiled by build
		"-test.run=^$", "-test.bench="+pattern, "-test.benchtime="+benchtime, "-test.timeout=5m")
	text, err := cmd.CombinedOutput()
	return string(text), err
}

// turn is the order of a round. In every other one the systems of a case go in
// reverse, so that none always runs after the same one.
func turn(entries []entry, round int) []entry {
	var order []entry
	for i := 0; i < len(entries); {
		j := i
		for j < len(entries) && entries[j].benchmark == entries[i].benchmark {
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
