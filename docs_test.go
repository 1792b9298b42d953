package understudy_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPromisesHaveTests checks that every rule of docs/semantics.md names a
// test, and that the tests it names exist.
func TestPromisesHaveTests(t *testing.T) {
	tests := declaredTests(t)
	row := regexp.MustCompile(`(?m)^\| ([A-Z]\d+) \|.*\| (.*) \|$`)
	rows := row.FindAllStringSubmatch(read(t, "docs/semantics.md"), -1)
	require.NotEmpty(t, rows)
	for _, r := range rows {
		rule, named := r[1], r[2]
		assert.NotEmpty(t, strings.TrimSpace(named), "%s names no test", rule)
		for _, name := range regexp.MustCompile(`\bTest\w+`).FindAllString(named, -1) {
			assert.Contains(t, tests, name, "%s names a test that does not exist", rule)
		}
	}
}

// TestReadmeShowsTheExample checks that the program in the README is the one in
// examples/counter, which is run and whose output is checked there.
func TestReadmeShowsTheExample(t *testing.T) {
	_, program, found := strings.Cut(read(t, "examples/counter/main.go"), "\npackage main\n")
	require.True(t, found)
	assert.Contains(t, read(t, "README.md"), "```go\npackage main\n"+program+"```\n")
}

// TestTestingGuideIsTested checks that each piece of Go in docs/testing.md stands
// in actor/actortest/guide_test.go, which is compiled and run.
func TestTestingGuideIsTested(t *testing.T) {
	guide, tests := read(t, "docs/testing.md"), read(t, "actor/actortest/guide_test.go")
	blocks := regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$").FindAllStringSubmatch(guide, -1)
	pieces := 0
	for _, b := range blocks {
		if b[1] == "go" {
			pieces++
			assert.Contains(t, tests, "\n"+b[2], "a piece of code that no test contains")
		}
	}
	assert.Equal(t, strings.Count(guide, "```go"), pieces)
	assert.Greater(t, pieces, 5)
	for _, name := range regexp.MustCompile("`actortest\\.([A-Z]\\w*)").FindAllStringSubmatch(guide, -1) {
		assert.Contains(t, exported(t), "actortest."+name[1], "an identifier that does not exist")
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text)
}

// declaredTests returns the names of all test functions of the module.
func declaredTests(t *testing.T) map[string]bool {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	tests := make(map[string]bool)
	require.NoError(t, filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		for _, m := range declared.FindAllStringSubmatch(read(t, path), -1) {
			tests[m[1]] = true
		}
		return nil
	}))
	return tests
}
