package understudy_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTermsExist checks the tables of terms in docs/design.md: every row names a
// test, and the tests, the scenarios and the identifiers that are named exist.
func TestTermsExist(t *testing.T) {
	_, section, found := strings.Cut(read(t, "docs/design.md"), "\n## Terms\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")

	tests, identifiers := declaredTests(t), exported(t)
	scenarios := scenariosOf(t)
	rows := 0
	for line := range strings.Lines(section) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if !strings.HasPrefix(line, "| ") || strings.Contains(line, "Shown by") {
			continue
		}
		rows++
		shown := cells[len(cells)-1]
		named := regexp.MustCompile(`\bTest\w+`).FindAllString(shown, -1)
		for _, name := range named {
			assert.Contains(t, tests, name, "a test that does not exist")
		}
		ids := regexp.MustCompile(`\b[A-Z]+\d*-[\w-]+`).FindAllString(shown, -1)
		for _, id := range ids {
			assert.True(t, scenarios(id), "%s is neither a scenario nor a transcript", id)
		}
		assert.NotEmpty(t, append(named, ids...), "no test: %s", line)
		for _, name := range regexp.MustCompile("`((?:actor|mailbox|monitoring|pool|probes|supervision|system|topic|actortest)\\.[A-Z]\\w*)").FindAllStringSubmatch(line, -1) {
			assert.Contains(t, identifiers, name[1], "an identifier that does not exist")
		}
	}
	assert.Greater(t, rows, 30)
}

// exported returns the exported identifiers of the module's packages.
func exported(t *testing.T) map[string]bool {
	t.Helper()
	names := make(map[string]bool)
	for _, pkg := range []string{"actor", "actor/topic", "actor/actortest", "mailbox", "monitoring", "supervision", "supervision/pool", "system", "system/probes"} {
		files, err := filepath.Glob(pkg + "/*.go")
		require.NoError(t, err)
		for _, file := range files {
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			for _, d := range f.Decls {
				for _, name := range declared(d) {
					names[filepath.Base(pkg)+"."+name] = true
				}
			}
		}
	}
	return names
}

// declared returns the names that a declaration makes at the top level.
func declared(d ast.Decl) (names []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			names = append(names, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, spec.Name.Name)
			case *ast.ValueSpec:
				for _, n := range spec.Names {
					names = append(names, n.Name)
				}
			}
		}
	}
	return names
}

// scenariosOf returns a function that tells whether there is a conformance
// scenario of that id, or a transcript whose name begins with it.
func scenariosOf(t *testing.T) func(id string) bool {
	t.Helper()
	var system strings.Builder
	require.NoError(t, filepath.WalkDir("system", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasPrefix(filepath.Base(path), "conformance") {
			return err
		}
		text, err := os.ReadFile(path)
		system.Write(text)
		return err
	}))
	return func(id string) bool {
		transcripts, err := filepath.Glob("supervision/testdata/" + id + "*.txt")
		require.NoError(t, err)
		return len(transcripts) > 0 || strings.Contains(system.String(), `"`+id+`"`)
	}
}
