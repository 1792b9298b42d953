package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A module with something of each kind that is hard to copy: labels, type
// parameters, methods, recover, results without names, and parameters too.
const sample = `package sample

import "errors"

type Stack[T any] struct{ items []T }

func (s *Stack[T]) Push(items ...T) { s.items = append(s.items, items...) }

func (s *Stack[T]) Pop() (T, error) {
	if len(s.items) == 0 {
		var none T
		return none, errors.New("empty")
	}
	last := s.items[len(s.items)-1]
	s.items = s.items[:len(s.items)-1]
	return last, nil
}

func Find(grid [][]int, want int) (row int) {
	row = -1
outer:
	for i, line := range grid {
		for _, v := range line {
			if v == want {
				row = i
				break outer
			}
		}
	}
	return row
}

func Guard(f func()) (failed bool) {
	defer func() { failed = recover() != nil }()
	f()
	return false
}

func Countdown(n int) (steps int) {
	for n > 0 {
		n--
		steps++
	}
	return steps
}

func Unreached(_ int, text string) string { return text + "!" }
`

const sampleTest = `package sample

import "testing"

func TestStack(t *testing.T) {
	var s Stack[int]
	s.Push(1, 2)
	if v, err := s.Pop(); v != 2 || err != nil {
		t.Fatal(v, err)
	}
	if v, err := s.Pop(); v != 1 || err != nil {
		t.Fatal(v, err)
	}
	if _, err := s.Pop(); err == nil {
		t.Fatal("not empty")
	}
}

func TestFind(t *testing.T) {
	for name, want := range map[string]int{"first": 0, "second": 1, "none": -1} {
		t.Run(name, func(t *testing.T) {
			if got := Find([][]int{{1, 2}, {3, 4}}, map[string]int{"first": 1, "second": 3, "none": 5}[name]); got != want {
				t.Fatal(got)
			}
		})
	}
}

func TestGuard(t *testing.T) {
	if !Guard(func() { panic(1) }) {
		t.Fatal("not recovered")
	}
}

func TestCountdown(t *testing.T) {
	if n := Countdown(3); n != 3 {
		t.Fatal(n)
	}
}

func TestTimed(t *testing.T) { t.Fatal("skipped") }
`

// module writes the sample, and returns options to mutate it.
func module(t *testing.T, survivors string) options {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":         "module sample\n\ngo 1.26.0\n",
		"sample.go":      sample,
		"sample_test.go": sampleTest,
		"survivors.txt":  survivors,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o600))
	}
	t.Setenv("GOWORK", "off")
	return parse(flag.NewFlagSet("", flag.ContinueOnError), []string{
		"-root", root, "-skip", "^TestTimed$", "-patience", "500ms", "-rate", "80",
		"-survivors", filepath.Join(root, "survivors.txt"),
		"-json", filepath.Join(root, "mutants.json"),
	})
}

const sampleSurvivors = `
sample.go Find statement: break outer
    A number stands in one row only.
sample.go Find statement: break outer => continue outer
    The same.
sample.go Guard literal: false => true
    It returns so, or what recover says.
sample.go Unreached arithmetic: text + "!" => text - "!"
    Gone.
`

func TestMutation(t *testing.T) {
	o := module(t, sampleSurvivors)
	var out bytes.Buffer
	err := o.mutation(t.Context(), &out)
	t.Log(out.String())
	require.ErrorContains(t, err, "are not listed")

	text, err := os.ReadFile(o.json)
	require.NoError(t, err)
	var mutants []struct {
		Name   string `json:"name"`
		By     string `json:"by"`
		Status Status `json:"status"`
	}
	require.NoError(t, json.Unmarshal(text, &mutants))
	got := make(map[string]string)
	for _, m := range mutants {
		got[m.Name] = string(m.Status) + " " + m.By
	}
	for name, want := range map[string]string{
		"sample.go Stack.Push statement: s.items = append(s.items, items...)":                              "killed sample TestStack",
		"sample.go Stack.Pop comparison: len(s.items) == 0 => len(s.items) != 0":                           "killed sample TestStack",
		"sample.go Stack.Pop result: return none, errors.New(\"empty\") => zero for errors.New(\"empty\")": "killed sample TestStack",
		"sample.go Stack.Pop result: return last, nil => error for nil":                                    "killed sample TestStack",
		"sample.go Find statement: break outer":                                                            "survived ",
		"sample.go Find statement: break outer => continue outer":                                          "survived ",
		"sample.go Guard statement: defer func() { failed = recover() != nil }()":                          "killed sample TestGuard",
		"sample.go Countdown boundary: n > 0 => n >= 0":                                                    "killed sample TestCountdown",
		"sample.go Countdown statement: n--":                                                               "timed out sample TestCountdown",
		"sample.go Unreached result: return text + \"!\" => zero":                                          "uncovered ",
	} {
		assert.Equal(t, want, got[name], name)
	}
	assert.NotContains(t, got, `sample.go Unreached arithmetic: text + "!" => text - "!"`, "does not compile")
}

// What was killed is not tried again, what survived is.
func TestAgain(t *testing.T) {
	o := module(t, sampleSurvivors)
	o.again = filepath.Join(o.root, "earlier.json")
	require.ErrorContains(t, o.mutation(t.Context(), &bytes.Buffer{}), "earlier.json")
	const pop = "sample.go Stack.Pop result: return last, nil => "
	records := []record{
		{Name: pop + "zero for last", Status: TimedOut, By: "earlier"},
		{Name: pop + "error for nil", Status: Survived},
		{Name: "sample.go gone", Status: Killed},
	}
	text, err := json.Marshal(records)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(o.again, text, 0o600))
	require.ErrorContains(t, o.mutation(t.Context(), &bytes.Buffer{}), "are not listed")
	text, err = os.ReadFile(o.json)
	require.NoError(t, err)
	records = nil
	require.NoError(t, json.Unmarshal(text, &records))
	by := make(map[string]string)
	for _, r := range records {
		by[r.Name] = r.By
	}
	assert.Equal(t, "earlier", by[pop+"zero for last"])
	assert.Equal(t, "sample TestStack", by[pop+"error for nil"])
	assert.Equal(t, "sample TestGuard", by["sample.go Guard statement: defer func() { failed = recover() != nil }()"])
	assert.NotContains(t, by, "sample.go gone")
}

func TestWrongFiles(t *testing.T) {
	o := module(t, "")
	o.targets = []string{"none.go"}
	require.ErrorContains(t, o.mutation(t.Context(), &bytes.Buffer{}), "none.go is not a source file of sample")
}

// Tests that do not pass with no mutant on can tell nothing.
func TestFailingTests(t *testing.T) {
	o := module(t, "")
	o.skip = ""
	require.ErrorContains(t, o.mutation(t.Context(), &bytes.Buffer{}), "the tests of sample do not pass: TestTimed")
}

func TestBatches(t *testing.T) {
	p, q := pkg{ImportPath: "p"}, pkg{ImportPath: "q"}
	units := []*unit{
		{pkg: p, name: "slow", took: time.Second},
		{pkg: p, name: "a", took: 2},
		{pkg: q, name: "b", took: 1},
		{pkg: p, name: "c", took: 3},
		{pkg: p, name: "stuck", took: 1},
	}
	units[4].hung.Store(true)
	var names []string
	for _, batch := range batches(units) {
		names = append(names, pattern(batch))
	}
	assert.Equal(t, []string{"^b$", "^a$|^c$", "^slow$", "^stuck$"}, names)
}

func TestPattern(t *testing.T) {
	assert.Equal(t, `^A$/^b\+c$`, pattern([]*unit{{name: "A/b+c"}}))
}
