// Plot draws the raw output of rounds: a panel for each case, with the median of
// each system and the range of its rounds, on a logarithmic scale.
//
//	go run ./cmd/plot results/20260102T150405Z.txt
//	go run ./cmd/plot -unit p99-ns results/20260102T150405Z.txt
//
// The picture stands beside the output, as an SVG file named after it and the
// unit.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/understudy-go/understudy/benchmarks/internal/results"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "plot:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("plot", flag.ContinueOnError)
	flags.SetOutput(stderr)
	unit := flags.String("unit", "ns/op", "the `figure` to draw, as the benchmarks call it")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("it takes one file, the raw output of rounds")
	}
	text, err := os.ReadFile(flags.Arg(0))
	if err != nil {
		return err
	}
	panels := collect(results.Parse(string(text)), *unit)
	if len(panels) == 0 {
		return fmt.Errorf("no figures in %s", *unit)
	}
	picture, err := render(panels, *unit)
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(flags.Arg(0), filepath.Ext(flags.Arg(0)))
	if *unit != "ns/op" {
		name += "-" + strings.ReplaceAll(*unit, "/", "-")
	}
	name += ".svg"
	if err := os.WriteFile(name, picture, 0o600); err != nil {
		return err
	}
	fmt.Fprintln(stdout, name)
	return nil
}

// A panel is one case.
type panel struct {
	name    string
	systems []system
}

// A system has the figures of its rounds.
type system struct {
	name   string
	values []float64
}

// collect sorts the figures by case and system, in the order in which they
// come.
func collect(lines []results.Line, unit string) (panels []*panel) {
	for _, l := range lines {
		v, ok := l.Values[unit]
		if !ok || v <= 0 { // a logarithm has no place for it
			continue
		}
		i := slices.IndexFunc(panels, func(p *panel) bool { return p.name == l.Benchmark })
		if i < 0 {
			i = len(panels)
			panels = append(panels, &panel{name: l.Benchmark})
		}
		s := panels[i].system(l.System)
		s.values = append(s.values, v)
	}
	return panels
}

// system returns the system of that name, which is new if there was none.
func (p *panel) system(name string) *system {
	for i := range p.systems {
		if p.systems[i].name == name {
			return &p.systems[i]
		}
	}
	p.systems = append(p.systems, system{name: name})
	return &p.systems[len(p.systems)-1]
}
