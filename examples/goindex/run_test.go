package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// goindex runs the program and returns its exit code and what it wrote.
func goindex(t *testing.T, args ...string) (code int, out, err string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, console{out: &o, err: &e})
	return code, o.String(), e.String()
}

// scrub replaces what differs from run to run.
func scrub(out, root string) string {
	out = strings.ReplaceAll(out, root, "ROOT")
	return regexp.MustCompile(`took +\d+\.\d\ds`).ReplaceAllString(out, "took N s")
}

func TestSummary(t *testing.T) {
	root := tree(t, sample)
	code, out, complaint := goindex(t, "-parsers", "2", "-verify", root)
	assert.Equal(t, exitOK, code)
	assert.Empty(t, complaint)
	assert.Equal(t, `folders        ROOT
packages                 6
files                    8
lines                   30
functions                7
identifiers             20
most used      n 3 T 2 b 2 int 2 B 1 Broken 1 D 1 D1 1 D2 1 Println 1
syntax errors            2
  b/broken.go:3:14: expected ')', found '{' (and 1 more errors)
  b/empty.go:1:1: expected 'package', found 'EOF'
crashes                  0
restarts                 0
quarantined              0
took N s with 2 parsers
verified       a plain single-threaded loop counts the same
`, scrub(out, root))
}

// At this rate each file kills its parser twice, and the totals are the same.
func TestSummaryUnderChaos(t *testing.T) {
	root := tree(t, sample)
	code, out, complaint := goindex(t, "-chaos", "1", "-verify", root)
	assert.Equal(t, exitOK, code)
	assert.Empty(t, complaint, "crashes on purpose are not logged")
	assert.Regexp(t, `(?m)^files +8$`, out)
	assert.Regexp(t, `(?m)^crashes +16$`, out)
	assert.Regexp(t, `(?m)^restarts +16$`, out)
	assert.Regexp(t, `(?m)^quarantined +8$`, out)
	assert.Contains(t, out, "  d/d.go: panic: chaos in attempt 1 at d/d.go; panic: chaos in attempt 2 at d/d.go; the last resort has counted it\n")
	assert.Contains(t, out, "counts the same\n")
}

func TestJSON(t *testing.T) {
	root := tree(t, sample)
	code, out, complaint := goindex(t, "-json", "-verify", "-chaos", "0.5", "-seed", "3", root)
	assert.Equal(t, exitOK, code)
	assert.Empty(t, complaint)
	var s Summary
	decoder := json.NewDecoder(strings.NewReader(out))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&s))
	assert.True(t, s.Complete)
	assert.Equal(t, []string{root}, s.Folders)
	assert.Equal(t, []int{6, 8, 30, 7, 20}, []int{s.Packages, s.Files, s.Lines, s.Functions, s.Identifiers})
	assert.Equal(t, Count{"n", 3}, s.MostUsed[0])
	assert.Len(t, s.SyntaxErrors, 2)
	assert.Positive(t, s.Crashes)
	assert.Equal(t, s.Crashes, s.Restarts)
	assert.NotEmpty(t, s.Quarantined)
	require.NotNil(t, s.Verified)
	assert.True(t, *s.Verified)

	// A program that reads it gets lists, never null.
	code, out, _ = goindex(t, "-json", tree(t, map[string]string{"x.go": "package x\n"}))
	assert.Equal(t, exitOK, code)
	assert.NotContains(t, out, "null")
}

func TestTrace(t *testing.T) {
	root := tree(t, map[string]string{"x.go": "package x\n"})
	code, out, _ := goindex(t, "-trace", "-chaos", "1", "-parsers", "1", root)
	assert.Equal(t, exitOK, code)
	out = regexp.MustCompile(`\(\S+s\)`).ReplaceAllString(out, "(T)")
	assert.Contains(t, out, `
process Parser/Parse ERROR panic: chaos in attempt 1 at x.go
└ supervise parser-1 strategy=one_for_one decision=restart restarts=1 window=1h0m0s (T)
  └ restart parser-1 (T)
    └ start parser-1 (T)
`)
	assert.Contains(t, out, `
retry file=x.go (T)
├ ask Parser/Parse (T) ERROR panic: chaos in attempt 2 at x.go
│ └ process Parser/Parse (T) ERROR panic: chaos in attempt 2 at x.go
│   └ supervise parser-1 strategy=one_for_one decision=restart restarts=2 window=1h0m0s (T)
│     └ restart parser-1 (T)
│       └ start parser-1 (T)
└ ask LastResort/Parse (T)
  └ process LastResort/Parse (T)
`)

	code, out, traces := goindex(t, "-trace", "-json", "-chaos", "1", "-parsers", "1", root)
	assert.Equal(t, exitOK, code)
	assert.True(t, json.Valid([]byte(out)), "the traces stay out of the JSON")
	assert.Contains(t, traces, "supervise parser-1")
}

func TestVerbose(t *testing.T) {
	root := tree(t, map[string]string{"x.go": "package x\n"})
	code, _, log := goindex(t, "-v", "-chaos", "1", root)
	assert.Equal(t, exitOK, code)
	assert.Contains(t, log, `level=ERROR msg="actor failed"`)
	assert.Contains(t, log, `level=WARN msg="actor restarted"`)
}

func TestProgressIsDrawnForPeople(t *testing.T) {
	var out, err bytes.Buffer
	code := run(t.Context(), []string{tree(t, sample)}, console{out: &out, err: &err, live: true})
	assert.Equal(t, exitOK, code)
	assert.Contains(t, err.String(), "indexing")
	assert.Contains(t, err.String(), "/8")
	assert.NotContains(t, out.String(), "indexing")
}

func TestPlain(t *testing.T) {
	code, out, complaint := goindex(t, "-plain", tree(t, sample))
	assert.Equal(t, exitOK, code)
	assert.Empty(t, complaint)
	assert.Regexp(t, `(?m)^round 5: actors \S+, plain loop \S+$`, out)
	assert.Regexp(t, `(?m)^median:  actors \S+, plain loop \S+, ratio \S+$`, out)
}

func TestHelp(t *testing.T) {
	code, out, complaint := goindex(t, "-h")
	assert.Equal(t, exitOK, code)
	assert.Empty(t, complaint)
	assert.Contains(t, out, "usage: goindex [flags] [folder ...]")
	assert.Contains(t, out, "-chaos probability")
}

func TestWrongFlags(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"-nonsense"}, "flag provided but not defined: -nonsense"},
		{[]string{"-parsers", "none"}, `invalid value "none" for flag -parsers`},
		{[]string{"-parsers", "0"}, "-parsers 0: at least one is needed"},
		{[]string{"-chaos", "1.5"}, "-chaos 1.5: a probability is between 0 and 1"},
		{[]string{"-chaos", "-0.1"}, "-chaos -0.1: a probability is between 0 and 1"},
		{[]string{"-chaos", "NaN"}, "-chaos NaN: a probability is between 0 and 1"},
		{[]string{"-otlp"}, "flag needs an argument: -otlp"},
		{[]string{"-plain", "-json"}, "-plain only compares times"},
	} {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			code, out, complaint := goindex(t, test.args...)
			assert.Equal(t, exitUsage, code)
			assert.Empty(t, out)
			assert.Contains(t, complaint, "goindex: "+test.want)
			assert.Contains(t, complaint, "Run goindex -h for the flags.")
		})
	}
}

func TestWrongFolders(t *testing.T) {
	root := tree(t, sample)
	for _, flags := range [][]string{nil, {"-plain"}} {
		code, out, complaint := goindex(t, append(flags, filepath.Join(root, "missing"))...)
		assert.Equal(t, exitFailure, code)
		assert.Empty(t, out)
		assert.Contains(t, complaint, "no such file or directory")

		code, out, complaint = goindex(t, append(flags, filepath.Join(root, "a", "a.go"))...)
		assert.Equal(t, exitFailure, code)
		assert.Empty(t, out)
		assert.Equal(t, "goindex: "+filepath.Join(root, "a", "a.go")+" is not a folder\n", complaint)
	}
}

func TestNothingToIndex(t *testing.T) {
	root := tree(t, map[string]string{"notes.txt": "nothing\n"})
	code, _, complaint := goindex(t, root)
	assert.Equal(t, exitFailure, code)
	assert.Equal(t, "goindex: no Go files in "+root+"\n", complaint)
}

// What can be read is counted; the rest is told, and the exit code with it.
func TestUnreadable(t *testing.T) {
	root := tree(t, sample)
	folder := unreadable(t, root)
	require.NoError(t, os.Symlink("nowhere", filepath.Join(root, "a", "dangling.go")))
	code, out, complaint := goindex(t, "-verify", root)
	assert.Equal(t, exitFailure, code)
	assert.Regexp(t, `(?m)^files +8$`, out)
	assert.Regexp(t, `(?m)^unreadable +2$`, out)
	assert.Contains(t, out, "counts the same")
	assert.Contains(t, complaint, "dangling.go: no such file or directory")
	assert.Contains(t, complaint, folder)
}

func TestLostFile(t *testing.T) {
	var out, err bytes.Buffer
	code := execute(t.Context(), options{
		folders: []string{tree(t, sample)},
		parsers: 2,
		chaos: func(_ context.Context, file string, _ int) {
			if file == "c/c.go" {
				panic("deadly")
			}
		},
	}, console{out: &out, err: &err})
	assert.Equal(t, exitFailure, code)
	assert.Contains(t, out.String(), "c/c.go: panic: deadly; panic: deadly; panic: deadly; the last resort died too: NOT COUNTED\n")
	assert.Contains(t, err.String(), "goindex: c/c.go is not counted")
}

// A file that changes after it was read makes a difference that -verify finds.
func TestVerifyFindsAMismatch(t *testing.T) {
	root := tree(t, sample)
	var out, err bytes.Buffer
	code := execute(t.Context(), options{
		folders: []string{root},
		parsers: 2,
		verify:  true,
		chaos: func(_ context.Context, file string, _ int) {
			if file == "d/d.go" {
				_ = os.WriteFile(filepath.Join(root, "d", "d.go"), []byte("package d\n"), 0o600)
			}
		},
	}, console{out: &out, err: &err})
	assert.Equal(t, exitFailure, code)
	assert.NotContains(t, out.String(), "counts the same")
	assert.Contains(t, err.String(), "goindex: the totals are not those of a plain loop:\n  lines: 30 and 26\n  functions: 7 and 5\n")
}

func TestGoSource(t *testing.T) {
	folders, err := foldersOf(t.Context(), options{})
	require.NoError(t, err)
	require.Len(t, folders, 1)
	assert.FileExists(t, filepath.Join(folders[0], "fmt", "print.go"))

	t.Setenv("PATH", "")
	t.Setenv("GOROOT", filepath.Dir(folders[0]))
	again, err := foldersOf(t.Context(), options{})
	require.NoError(t, err)
	assert.Equal(t, folders, again, "GOROOT helps where there is no go command")

	t.Setenv("GOROOT", "")
	code, _, complaint := goindex(t)
	assert.Equal(t, exitFailure, code)
	assert.Contains(t, complaint, "cannot find the Go installation, name a folder")
}
