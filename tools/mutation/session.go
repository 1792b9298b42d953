package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// session is one run of the tool.
type session struct {
	project

	say func(format string, args ...any)

	files []*file
	paths map[string]string // import paths of the files, as coverage has them
	units []*unit
}

// run finds the mutants, compiles and tries them. It returns all that compile;
// those that were not to be tried have no status.
func (s *session) run(ctx context.Context, o options) ([]*Mutant, error) {
	targets, err := s.find(ctx, o.targets)
	if err != nil {
		return nil, err
	}
	tests := targets
	if len(o.tests) > 0 {
		if tests, err = s.list(ctx, o.tests); err != nil {
			return nil, err
		}
	}
	s.say("found %d mutants in %d files", len(s.mutants()), len(s.files))
	if o.list {
		tests = nil
	}
	if err := s.cover(ctx, targets, tests, o.skip); err != nil {
		return nil, err
	}
	s.say("measured what %d tests reach", len(s.units))

	all := len(s.mutants())
	binaries, err := s.compile(ctx, s.files, targets, tests)
	if err != nil {
		return nil, err
	}
	var mutants []*Mutant
	for _, m := range s.mutants() {
		if len(m.edits) > 0 {
			mutants = append(mutants, m)
		}
	}
	s.say("compiled %d mutants, %d do not compile", len(mutants), all-len(mutants))

	if o.list {
		return mutants, nil
	}
	// With all of them off, the tests must pass as before.
	for _, t := range tests {
		if _, err := units(ctx, t, binaries[t.ImportPath], o.skip); err != nil {
			return nil, err
		}
	}
	left, err := remember(o.again, mutants)
	if err != nil {
		return nil, err
	}
	var tried []*Mutant
	for i := 0; i < len(left); i += max(1, o.every) {
		tried = append(tried, left[i])
	}
	s.try(ctx, tried, binaries, o.patience)
	if ctx.Err() != nil {
		return mutants, errStopped
	}
	return mutants, nil
}

// errStopped says that there was not time for all mutants. What has been found
// out by then is reported.
var errStopped = errors.New("mutation: stopped before all mutants were tried")

func (s *session) mutants() []*Mutant {
	var all []*Mutant
	for _, f := range s.files {
		all = append(all, f.mutants...)
	}
	return all
}

// find looks for mutants in the named packages and files, and returns the
// packages that have any.
func (s *session) find(ctx context.Context, names []string) ([]pkg, error) {
	isFile := func(name string) bool { return strings.HasSuffix(name, ".go") }
	whole, err := s.list(ctx, slices.DeleteFunc(slices.Clone(names), isFile))
	if err != nil {
		return nil, err
	}
	s.paths = make(map[string]string)
	for _, p := range whole {
		for _, base := range p.GoFiles {
			if err := s.findIn(p, base); err != nil {
				return nil, err
			}
		}
	}
	targets := whole
	for _, name := range names {
		if !isFile(name) {
			continue
		}
		one, err := s.list(ctx, []string{"./" + path.Dir(path.Clean(name))})
		if err != nil {
			return nil, err
		}
		if !slices.Contains(one[0].GoFiles, path.Base(name)) {
			return nil, fmt.Errorf("mutation: %s is not a source file of %s", name, one[0].ImportPath)
		}
		if err := s.findIn(one[0], path.Base(name)); err != nil {
			return nil, err
		}
		targets = append(targets, one[0])
	}
	for i, m := range s.mutants() {
		m.number = i + 1
	}
	slices.SortFunc(targets, func(a, b pkg) int { return strings.Compare(a.ImportPath, b.ImportPath) })
	return slices.CompactFunc(targets, func(a, b pkg) bool { return a.ImportPath == b.ImportPath }), nil
}

// findIn looks for mutants in one file, unless it has done so before.
func (s *session) findIn(p pkg, base string) error {
	full := filepath.Join(p.Dir, base)
	name, err := filepath.Rel(s.root, full)
	if err != nil {
		return fmt.Errorf("mutation: %w", err)
	}
	name = filepath.ToSlash(name)
	if s.paths[name] != "" {
		return nil
	}
	source, err := os.ReadFile(filepath.Clean(full))
	if err != nil {
		return fmt.Errorf("mutation: %w", err)
	}
	f, err := find(name, source)
	if err != nil {
		return err
	}
	s.files = append(s.files, f)
	s.paths[name] = path.Join(p.ImportPath, base)
	return nil
}

// cover finds out what each test reaches.
func (s *session) cover(ctx context.Context, targets, tests []pkg, skip string) error {
	flags := []string{"-covermode=set", "-coverpkg=" + strings.Join(paths(targets), ",")}
	binaries, err := s.testBinaries(ctx, "covered", flags, tests)
	if err != nil {
		return err
	}
	for _, t := range tests {
		list, err := units(ctx, t, binaries[t.ImportPath], skip)
		if err != nil {
			return err
		}
		s.units = append(s.units, list...)
	}
	failed := make([]error, len(s.units))
	inParallel(runtime.GOMAXPROCS(0), len(s.units), func(i int) {
		u := s.units[i]
		failed[i] = u.measure(ctx, binaries[u.pkg.ImportPath], filepath.Join(s.temp, fmt.Sprintf("%d.cover", i)))
	})
	return errors.Join(failed...)
}

// try gives every mutant its status.
func (s *session) try(ctx context.Context, mutants []*Mutant, binaries map[string]string, patience time.Duration) {
	var done atomic.Int64
	start := time.Now()
	// More than there are processors: some are stuck, and use none.
	inParallel(2*runtime.GOMAXPROCS(0), len(mutants), func(i int) {
		m := mutants[i]
		var reaching []*unit
		for _, u := range s.units {
			if u.reaches(s.paths[m.File], m) {
				reaching = append(reaching, u)
			}
		}
		try(ctx, m, reaching, binaries, patience)
		if n := done.Add(1); n%100 == 0 {
			s.say("tried %d", n)
		}
	})
	took := time.Since(start)
	s.say("tried %d mutants, one in %v", len(mutants), (took / time.Duration(max(1, len(mutants)))).Round(time.Millisecond))
}

// inParallel calls do for 0 to n-1, some at once, and returns when all calls
// have.
func inParallel(some, n int, do func(int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(some, n) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	all.Wait()
}
