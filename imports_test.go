package understudy_test

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/understudy-go/understudy"

// deps is what the non-test files of a package may import beside the standard
// library.
type deps struct {
	// own holds packages of this module. The list is exact: an import that is
	// no longer made has to be taken out of it.
	own []string
	// others holds packages of other modules.
	others []string
}

// graph is the import graph of the module, the same as in docs/design.md. It
// has a row for every package; one without a row must not exist.
var graph = map[string]deps{
	".":       {},
	"mailbox": {},
	"monitoring": {others: []string{
		"github.com/google/uuid",
		"go.opentelemetry.io/otel",
		"go.opentelemetry.io/otel/attribute",
		"go.opentelemetry.io/otel/codes",
		"go.opentelemetry.io/otel/metric",
		"go.opentelemetry.io/otel/trace",
	}},
	"internal/spantest": {others: []string{ // imported by tests alone
		"go.opentelemetry.io/otel/attribute",
		"go.opentelemetry.io/otel/codes",
		"go.opentelemetry.io/otel/trace",
		"go.opentelemetry.io/otel/trace/embedded",
	}},
	// The rules of supervision once more: it shares nothing with what it is
	// compared with. Imported by tests alone.
	"internal/model": {},
	"internal/metrictest": {others: []string{ // imported by tests alone
		"go.opentelemetry.io/otel/attribute",
		"go.opentelemetry.io/otel/metric",
		"go.opentelemetry.io/otel/metric/noop",
	}},
	"internal/cputime": {}, // imported by tests alone
	"internal/yield":   {},
	"internal/effect":  {},
	"actor":            {own: []string{"internal/effect", "internal/yield", "mailbox", "monitoring"}},
	// Imported by tests alone: those of whoever writes actors.
	"actor/actortest":  {own: []string{"actor", "internal/effect", "mailbox", "monitoring", "system"}},
	"actor/topic":      {own: []string{"actor", "monitoring"}},
	"supervision":      {own: []string{"actor", "internal/yield", "monitoring"}},
	"supervision/pool": {own: []string{"actor", "mailbox", "monitoring", "supervision"}},
	"system": {
		own: []string{"actor", "monitoring", "supervision"},
		// A user's providers enter through the Config.
		others: []string{
			"go.opentelemetry.io/otel/metric",
			"go.opentelemetry.io/otel/trace",
		},
	},
	"system/probes": {own: []string{"actor", "system"}},
}

// core holds the packages that a program built on the framework links, and its
// tests.
var core = []string{"mailbox", "monitoring", "actor", "actor/topic", "actor/actortest", "supervision", "supervision/pool", "system", "system/probes"}

// linked holds the modules that these packages link, all of them: uuid, the
// OpenTelemetry API, and what that API itself cannot do without.
var linked = []string{
	"github.com/cespare/xxhash/v2",
	"github.com/go-logr/logr",
	"github.com/go-logr/stdr",
	"github.com/google/uuid",
	module,
	"go.opentelemetry.io/auto/sdk",
	"go.opentelemetry.io/otel",
	"go.opentelemetry.io/otel/log",
	"go.opentelemetry.io/otel/metric",
	"go.opentelemetry.io/otel/trace",
}

// required holds the modules that go.mod may require directly, each with its
// purpose. A module for tests alone is never linked into a user's program.
var required = map[string]string{
	"github.com/google/uuid":            "the identity of a system",
	"go.opentelemetry.io/otel":          "the OpenTelemetry API",
	"go.opentelemetry.io/otel/metric":   "the OpenTelemetry API",
	"go.opentelemetry.io/otel/trace":    "the OpenTelemetry API",
	"github.com/stretchr/testify":       "assertions in tests",
	"go.uber.org/goleak":                "tests that look for leaked goroutines",
	"pgregory.net/rapid":                "tests of properties",
	"github.com/anishathalye/porcupine": "tests of what mailboxes do at the same time",
}

func TestImportGraph(t *testing.T) {
	found := imports(t)
	for _, pkg := range slices.Sorted(maps.Keys(found)) {
		allowed, known := graph[pkg]
		if !assert.True(t, known, "package %s has no row in the import graph: add one here and in docs/design.md, or put the code elsewhere", pkg) {
			continue
		}
		for _, imported := range slices.Sorted(maps.Keys(found[pkg])) {
			file := found[pkg][imported]
			if own, ok := within(imported); ok {
				assert.Contains(t, allowed.own, own, "%s imports %s, which the import graph does not allow", file, imported)
				continue
			}
			assert.Contains(t, allowed.others, imported, "%s imports %s, which the import graph does not allow", file, imported)
		}
		for _, own := range allowed.own {
			assert.Contains(t, found[pkg], module+"/"+own, "the import graph says that %s imports %s, but no file does: mend it here and in docs/design.md", pkg, own)
		}
	}
}

func TestGraphHasNoStaleRow(t *testing.T) {
	found := imports(t)
	for pkg := range graph {
		assert.Contains(t, found, pkg, "the import graph has a row for %s, which does not exist", pkg)
	}
}

func TestLinkedModules(t *testing.T) {
	args := []string{"list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}"}
	for _, pkg := range core {
		args = append(args, "./"+pkg)
	}
	got := strings.Fields(string(run(t, args...)))
	slices.Sort(got)
	got = slices.Compact(got)

	for _, mod := range got {
		assert.Contains(t, linked, mod, "the core has come to link the module %s: every user pays for it", mod)
	}
	for _, mod := range linked {
		assert.Contains(t, got, mod, "the core no longer links the module %s: take it out of the list", mod)
	}
}

func TestDirectRequirements(t *testing.T) {
	var file struct {
		Require []struct {
			Path     string `json:"Path"`
			Indirect bool   `json:"Indirect"`
		} `json:"Require"`
		Replace []json.RawMessage `json:"Replace"`
	}
	// Looking at the file makes "go test" forget its cached result when the
	// file has changed.
	require.FileExists(t, "go.mod")
	require.NoError(t, json.Unmarshal(run(t, "mod", "edit", "-json"), &file))

	for _, r := range file.Require {
		if !r.Indirect {
			assert.Contains(t, required, r.Path, "go.mod requires %s, which is not among the modules agreed upon: put what needs it into a nested module", r.Path)
		}
	}
	assert.Empty(t, file.Replace, "go.mod replaces a module: that holds in this checkout only, and users get something else")
}

// imports returns, for each package of the module by its folder, what its
// non-test files import beside the standard library, with a file that does.
// It reads all files, those that build tags leave out here too.
func imports(t *testing.T) map[string]map[string]string {
	t.Helper()
	found := make(map[string]map[string]string)
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skipped(name)
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(filepath.Dir(name))
		if found[pkg] == nil {
			found[pkg] = make(map[string]string)
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") {
				found[pkg][imported] = name
			}
		}
		return nil
	})
	require.NoError(t, err)
	return found
}

// skipped returns fs.SkipDir for a folder that is no part of the module: one
// that the go command ignores, or another module.
func skipped(folder string) error {
	if folder == "." {
		return nil
	}
	name := filepath.Base(folder)
	if name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
		return fs.SkipDir
	}
	_, err := os.Stat(filepath.Join(folder, "go.mod"))
	if err == nil {
		return fs.SkipDir
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// within returns the folder of a package of this module.
func within(imported string) (string, bool) {
	if imported == module {
		return ".", true
	}
	folder, ok := strings.CutPrefix(imported, module+"/")
	return path.Clean(folder), ok
}

// run returns what a go command prints. The workspace is left out, because it
// may choose other versions than a user of the module gets.
func run(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Env = append(os.Environ(), "GOWORK=off")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "go %s: %s", strings.Join(args, " "), &stderr)
	return out
}
