package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/examples/internal/audit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sample is a small tree with some of everything. It is written out by each
// test, because files that do not parse would trip every tool that looks at
// the repository's own.
var sample = map[string]string{
	"a/a.go":             "package a\n\nfunc Twice(n int) int { return n + n }\n\ntype T struct{}\n\nfunc (T) m() {}\n",
	"a/a_test.go":        "package a_test\n\nvar x, y = 1, 2\n",
	"b/b.go":             "package b\n\nimport \"fmt\"\n\nfunc B() { fmt.Println(\"b\") }", // no newline at the end
	"b/broken.go":        "package b\n\nfunc Broken( {\n}\n",
	"b/empty.go":         "",
	"c/c.go":             "package c\n\nvar _ = 1\n",
	"c/testdata/deep.go": "package deep\n\nfunc D() {}\n",
	"c/notes.txt":        "package notes\n",
	"d/d.go":             "package d\n\nfunc D1() {}\n\nfunc D2() {}\n",
}

// sampleFiles are the Go files of sample in the order in which they are found.
var sampleFiles = []string{
	"a/a.go", "a/a_test.go", "b/b.go", "b/broken.go", "b/empty.go", "c/c.go", "c/testdata/deep.go", "d/d.go",
}

// tree writes files into a new folder and returns its path.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return root
}

// What the compiler does not vouch for has no place where the actors are.
func TestActorsAreTyped(t *testing.T) {
	found, err := audit.Untyped(t.Context(), ".",
		"walker.go", "foreman.go", "parser.go", "index.go", "progress.go", "pipeline.go")
	require.NoError(t, err)
	assert.Empty(t, found)
}
