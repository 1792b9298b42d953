// Rounds measures all cases of the benchmarks in interleaved rounds and prints
// a table. Run it in the folder of the module, alone on the machine:
//
//	go run ./cmd/rounds
//
// Every system of every case runs in a process of its own, in each round once,
// so that a machine that grows warm or busy meets all of them alike. The raw
// output, which benchstat reads, and the table are kept under results/.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "rounds:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("rounds", flag.ContinueOnError)
	flags.SetOutput(stderr)
	rounds := flags.Int("rounds", 6, "how often each case is measured")
	cases := flags.String("bench", ".", "`regexp` of the cases, as for go test")
	asked := flags.String("benchtime", "", "as for go test; empty means what suits each case")
	out := flags.String("out", "results", "`folder` for the raw output and the table")
	patience := flags.Duration("timeout", 3*time.Minute, "how long one system may take for one case in one round")
	base := flags.String("base", "chan1024", "the `system` to which the others are compared")
	if err := flags.Parse(args); err != nil {
		return err
	}

	dir, err := os.MkdirTemp("", "rounds")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	systems, notes, err := build(ctx, dir, *cases, stderr)
	if err != nil {
		return err
	}
	raw, err := create(*out, ".txt")
	if err != nil {
		return err
	}
	defer raw.Close()
	fmt.Fprint(raw, machine(ctx), notes)
	fmt.Fprint(stderr, notes)
	if busy() {
		fmt.Fprintln(stderr, "rounds: the machine is doing something else; the figures will mean little")
	}

	all := &samples{}
	for round := range *rounds {
		for _, s := range turn(systems, round) {
			fmt.Fprintf(stderr, "\rround %d of %d: %-50s", round+1, *rounds, s.entry)
			text, err := s.measure(ctx, benchtime(s.entry, *asked), *patience)
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err != nil { // it stalled or died: the table says so
				text = clip(text)
				fmt.Fprintf(stderr, "\n%s: %v\n%s", s.entry, err, text)
			}
			fmt.Fprintf(raw, "\n# round %d\n%s", round+1, text)
			all.add(s.entry, round, text)
		}
		// After each round, so that something is left if it is interrupted.
		if err := os.WriteFile(tableOf(raw), []byte(all.report(*base, round+1)), 0o600); err != nil {
			return err
		}
	}
	fmt.Fprintln(stderr)

	fmt.Fprint(stdout, all.report(*base, *rounds))
	fmt.Fprintf(stdout, "\nraw output: %s\n", raw.Name())
	return nil
}

// tableOf is the name of the file for the table, beside the raw output.
func tableOf(raw *os.File) string { return strings.TrimSuffix(raw.Name(), ".txt") + ".md" }

// report is the digest and the table.
func (s *samples) report(base string, rounds int) string {
	return s.digest(base) + "\n" + s.table(base, rounds)
}

// clip keeps the first lines of what a process that failed has printed: the dump
// of its goroutines may be very long.
func clip(text string) string {
	const most = 40
	lines := strings.SplitAfterN(text, "\n", most+1)
	if len(lines) <= most {
		return text
	}
	return strings.Join(lines[:most], "") + "...\n"
}

// create makes a file named after the present moment.
func create(dir, ext string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, err
	}
	name := time.Now().UTC().Format("20060102T150405Z") + ext
	return os.Create(filepath.Join(dir, name)) //nolint:gosec // the user says where
}
