package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// unit is a test that can be run by itself: a function, or one of its subtests
// if the function takes long.
type unit struct {
	pkg  pkg
	name string // "TestX" or "TestX/case"
	took time.Duration
	// blocks are what the test reaches, by file.
	blocks map[string][]block
	// hung says that it did not end once, as some mutant.
	hung atomic.Bool
}

// contains reports whether the test of that name is the unit or a part of it.
func (u *unit) contains(test string) bool {
	return test == u.name || strings.HasPrefix(test, u.name+"/")
}

// block is a stretch of code that is executed as a whole.
type block struct{ from, to position }

// long is what a function may take before its subtests are told apart.
const long = 300 * time.Millisecond

var outcome = regexp.MustCompile(`(?m)^( *)--- (PASS|FAIL|SKIP): (\S+) \(([\d.]+)s\)$`)

// units lists the tests of a binary by running it, but for those that skip, a
// regular expression, names.
func units(ctx context.Context, p pkg, binary, skip string) ([]*unit, error) {
	args := []string{"-test.v", "-test.short"}
	if skip != "" {
		args = append(args, "-test.skip", skip)
	}
	r := run(ctx, p, binary, "", 5*time.Minute, args...)
	if r.err != nil {
		return nil, fmt.Errorf("mutation: the tests of %s do not pass: %s: %w", p.ImportPath, r.culprit(), r.err)
	}
	var list, subtests []*unit
	var parent *unit
	flush := func() {
		switch {
		case parent == nil:
		case parent.took > long && len(subtests) > 0:
			list = append(list, subtests...)
		default:
			list = append(list, parent)
		}
		parent, subtests = nil, nil
	}
	// A test is told of before its subtests.
	for _, m := range outcome.FindAllSubmatch(r.output, -1) {
		u := &unit{pkg: p, name: string(m[3])}
		u.took = time.Duration(must(strconv.ParseFloat(string(m[4]), 64)) * float64(time.Second))
		switch depth := len(m[1]) / 4; {
		case depth == 0:
			flush()
			if string(m[2]) == "PASS" {
				parent = u
			}
		case depth == 1 && string(m[2]) == "PASS":
			subtests = append(subtests, u)
		}
	}
	flush()
	return list, nil
}

// measure runs the unit by itself, and notes how long it takes and what it
// reaches. The binary has been built for coverage.
func (u *unit) measure(ctx context.Context, binary, profile string) error {
	start := time.Now()
	r := run(ctx, u.pkg, binary, "", 5*time.Minute,
		"-test.short", "-test.run", pattern([]*unit{u}), "-test.coverprofile", profile)
	if r.err != nil {
		return fmt.Errorf("mutation: %s does not pass by itself: %w\n%s", u.name, r.err, r.output)
	}
	// Most of it is the process and its profile, which tests run together share.
	u.took = max(time.Since(start)-50*time.Millisecond, u.took)
	text, err := os.ReadFile(filepath.Clean(profile))
	if err != nil {
		return fmt.Errorf("mutation: %w", err)
	}
	u.blocks = reachedBlocks(text)
	return nil
}

// pattern selects units of one binary.
func pattern(units []*unit) string {
	var all []string
	for _, u := range units {
		var parts []string
		for part := range strings.SplitSeq(u.name, "/") {
			parts = append(parts, "^"+regexp.QuoteMeta(part)+"$")
		}
		all = append(all, strings.Join(parts, "/"))
	}
	return strings.Join(all, "|")
}

// reachedBlocks reads a coverage profile. Files are named by import path.
func reachedBlocks(profile []byte) map[string][]block {
	blocks := make(map[string][]block)
	for line := range bytes.Lines(profile) {
		file, rest, ok := strings.Cut(strings.TrimSpace(string(line)), ".go:")
		if !ok || strings.HasSuffix(rest, " 0") {
			continue
		}
		var b block
		var statements, count int
		if _, err := fmt.Sscanf(rest, "%d.%d,%d.%d %d %d",
			&b.from.line, &b.from.col, &b.to.line, &b.to.col, &statements, &count); err != nil {
			continue
		}
		blocks[file+".go"] = append(blocks[file+".go"], b)
	}
	return blocks
}

// reaches reports whether the unit comes by a mutant in the file that has the
// given import path.
func (u *unit) reaches(file string, m *Mutant) bool {
	for _, b := range u.blocks[file] {
		if !m.at.before(b.from) && m.at.before(b.to) {
			return true
		}
	}
	return false
}
