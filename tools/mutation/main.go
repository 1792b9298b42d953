package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// options are what the command line says.
type options struct {
	root      string
	targets   []string // packages and files
	tests     []string
	skip      string
	list      bool
	every     int
	patience  time.Duration
	survivors string
	json      string
	again     string
	rate      float64
}

func main() {
	log.SetFlags(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o := parse(flag.CommandLine, os.Args[1:])
	if err := o.mutation(ctx, os.Stdout); err != nil {
		stop()
		log.Fatal(err) //nolint:gocritic // what is deferred has just been done
	}
}

func parse(flags *flag.FlagSet, args []string) options {
	var o options
	flags.StringVar(&o.root, "root", ".", "`directory` of the module to mutate")
	flags.StringVar(&o.survivors, "survivors", "", "`file` of the mutants known to survive")
	flags.StringVar(&o.json, "json", "", "`file` to write all mutants to")
	flags.StringVar(&o.again, "again", "", "`file` written by -json: what was killed then is not tried, and counts as killed")
	flags.Float64Var(&o.rate, "rate", 90, "how many of a hundred mutants must be killed")
	flags.StringVar(&o.skip, "skip", "", "`regexp` of tests not to run: those that measure time, say")
	flags.BoolVar(&o.list, "list", false, "list the mutants that compile, and try none")
	flags.IntVar(&o.every, "every", 1, "try one mutant of so many, for an estimate")
	// It is long, because a busy machine must not look like a killed mutant.
	flags.DurationVar(&o.patience, "patience", 5*time.Second, "how long to wait at least for tests to end")
	tests := flags.String("tests", "", "`packages` whose tests are run, with commas; those mutated if empty")
	_ = flags.Parse(args)
	o.targets = flags.Args()
	if len(o.targets) == 0 {
		o.targets = []string{"."}
	}
	o.tests = strings.FieldsFunc(*tests, func(r rune) bool { return r == ',' })
	return o
}

// mutation does all there is to do, and says on out how it went. It returns an
// error if it could not be done, or if too few mutants are killed, or if the
// list of survivors is not right.
func (o options) mutation(ctx context.Context, out io.Writer) error {
	start := time.Now()
	say := func(format string, args ...any) {
		fmt.Fprintf(out, "%6.1f s  %s\n", time.Since(start).Seconds(), fmt.Sprintf(format, args...))
	}
	known, err := o.known()
	if err != nil {
		return err
	}
	root, err := filepath.Abs(o.root)
	if err != nil {
		return fmt.Errorf("mutation: %w", err)
	}
	temp, err := os.MkdirTemp("", "mutation")
	if err != nil {
		return fmt.Errorf("mutation: %w", err)
	}
	defer os.RemoveAll(temp)

	s := session{project: project{root: root, temp: temp}, say: say}
	mutants, err := s.run(ctx, o)
	if err != nil && !errors.Is(err, errStopped) {
		return err
	}
	if o.list {
		for _, m := range mutants {
			fmt.Fprintf(out, "%s:%d: %s\n", m.File, m.Line, m.Name())
		}
		return nil
	}
	fmt.Fprintln(out)
	tried := slices.DeleteFunc(slices.Clone(mutants), func(m *Mutant) bool { return m.Status == "" })
	if err := printTable(out, tried); err != nil {
		return fmt.Errorf("mutation: %w", err)
	}
	if o.json != "" {
		if err := writeJSON(o.json, tried, known); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	c := known.check(mutants)
	c.print(out)
	switch rate := count(tried).rate(); {
	case rate < o.rate:
		return fmt.Errorf("mutation: %.1f %% are killed, %.1f %% must be", rate, o.rate)
	case len(c.unlisted) > 0:
		return fmt.Errorf("mutation: %d survivors are not listed", len(c.unlisted))
	case len(c.gone) > 0:
		return fmt.Errorf("mutation: %d of the list are no mutants", len(c.gone))
	}
	return nil
}

// known reads the list of survivors.
func (o options) known() (survivors, error) {
	if o.survivors == "" {
		return survivors{}, nil
	}
	text, err := os.ReadFile(filepath.Clean(o.survivors))
	if err != nil {
		return survivors{}, fmt.Errorf("mutation: %w", err)
	}
	return parseSurvivors(string(text))
}
