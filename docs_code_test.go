package understudy_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	// The documents' code is compiled against these. They are imported so that
	// the go command does not take the result of an earlier run for this one's
	// when they have changed.
	_ "github.com/understudy-go/understudy/actor/actortest"
	_ "github.com/understudy-go/understudy/actor/topic"
	_ "github.com/understudy-go/understudy/supervision/pool"
	_ "github.com/understudy-go/understudy/system/probes"
)

// known holds the packages that a piece of code in a document may use without
// importing them, by name.
var known = map[string]string{
	"context":     "context",
	"errors":      "errors",
	"fmt":         "fmt",
	"http":        "net/http",
	"io":          "io",
	"log":         "log",
	"net":         "net",
	"os":          "os",
	"slog":        "log/slog",
	"strings":     "strings",
	"sync":        "sync",
	"synctest":    "testing/synctest",
	"testing":     "testing",
	"time":        "time",
	"require":     "github.com/stretchr/testify/require",
	"actor":       module + "/actor",
	"actortest":   module + "/actor/actortest",
	"mailbox":     module + "/mailbox",
	"monitoring":  module + "/monitoring",
	"supervision": module + "/supervision",
	"system":      module + "/system",
	"topic":       module + "/actor/topic",
	"pool":        module + "/supervision/pool",
	"probes":      module + "/system/probes",
}

// elsewhere holds the documents whose code stands word for word in a file that
// is compiled, which another test checks.
var elsewhere = map[string]bool{"docs/testing.md": true}

// TestDocumentsCompile compiles every piece of Go in the README and in docs: all
// that stands between a line "```go" and a line "```".
//
// A piece is a whole file, which begins with its package clause; or
// declarations; or statements, in a function that has a variable ctx and
// returns an error, and may leave variables unused. Packages of known need not
// be imported. If a piece needs others, a comment of HTML before it says so, and
// names are given by such comments, too:
//
//	<!-- go: counter -->             the next piece is called counter
//	<!-- go: with counter, http -->  it is compiled together with these
//	<!-- go: c2 with counter -->     both; whoever is with c2 is with counter, too
//
// A comment that goes on with lines of Go is a piece itself, which readers do
// not see. Names hold within their document.
func TestDocumentsCompile(t *testing.T) {
	documents, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	documents = append(documents, "README.md")

	var programs []program
	paths := make(map[string]bool)
	for _, name := range documents {
		if elsewhere[filepath.ToSlash(name)] {
			continue
		}
		pieces, err := extract(name, read(t, name))
		require.NoError(t, err)
		for _, p := range pieces {
			prog, err := assemble(p, pieces)
			require.NoError(t, err)
			programs = append(programs, prog)
			maps.Copy(paths, prog.imported())
		}
	}
	require.Greater(t, len(programs), 50)

	compiled := exports(t, slices.Sorted(maps.Keys(paths)))
	told := make(map[string]bool) // what is wrong with a piece is wrong with those that need it, too
	for _, p := range programs {
		for _, err := range p.check(compiled) {
			if !told[err.Error()] {
				told[err.Error()] = true
				assert.Fail(t, "does not compile", "%v", err)
			}
		}
	}
}

// TestDocumentsCompileTellsWhere checks the check: what is wrong with a piece is
// told with the document and the line where it stands.
func TestDocumentsCompileTellsWhere(t *testing.T) {
	const fence = "```"
	compiled := exports(t, []string{"context", "time"})
	for _, c := range []struct{ name, document, want string }{
		{"statements", "A\n\n" + fence + "go\nn := 1\n\nn = time.Second\n" + fence, "d.md:6:"},
		{"declarations", fence + "go\nvar d time.Duration = \"\"\n" + fence, "d.md:2:"},
		{"a file", fence + "go\npackage p\n\nimport \"time\"\n\nvar d time.Second\n" + fence, "d.md:6:"},
		{"syntax", "A\n" + fence + "go\nfor {\n" + fence, "d.md:"},
		{"unknown", fence + "go\nnowhere.F()\n" + fence, "d.md:2:"},
		{"hidden", "<!-- go: a\n\nvar n int = \"\"\n-->\n", "d.md:3:"},
		{"with", "<!-- go: a\nvar n int\n-->\n\n<!-- go: with a -->\n" + fence + "go\nn = 1\nn = \"\"\n" + fence, "d.md:8:"},
		{"with nobody", "<!-- go: with b -->\n" + fence + "go\nvar n int\n" + fence, "d.md:3: nothing is called \"b\""},
		{"no end", "A\n" + fence + "go\nvar n int\n", "d.md:2: has no end"},
		{"nothing to say it of", "<!-- go: with b -->\n\nText.\n", "d.md:1: no code comes after it"},
		{"a name twice", "<!-- go: a\nvar n int\n-->\n<!-- go: a\nvar m int\n-->\n", "d.md:4: \"a\" is the name of another one"},
		{"well", "<!-- go: a\nvar n int\n-->\n\n<!-- go: with a -->\n" + fence + "go\nm := n\nif err := ctx.Err(); err != nil {\n\treturn err\n}\n" + fence, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := compile(c.document, compiled)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
		})
	}
}

// compile does for a text what TestDocumentsCompile does for all documents.
func compile(document string, compiled map[string]string) error {
	pieces, err := extract("d.md", document)
	if err != nil {
		return err
	}
	var errs []error
	for _, p := range pieces {
		prog, err := assemble(p, pieces)
		if err != nil {
			return err
		}
		errs = append(errs, prog.check(compiled)...)
	}
	return errors.Join(errs...)
}

// A piece is some Go in a document.
type piece struct {
	document string
	line     int // of the first line of the code
	name     string
	with     []string
	code     string
}

func (p piece) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w", p.document, p.line, fmt.Errorf(format, args...))
}

var (
	remark  = regexp.MustCompile(`^<!-- go:\s*(\w*)\s*(?:with ([\w, ]+?))?\s*(-->)?$`)
	goFence = regexp.MustCompile("^```go$")
)

// extract returns the pieces of a document, in order.
func extract(document, text string) ([]piece, error) {
	var pieces []piece
	var next *piece // what a comment says of the piece that comes
	names := make(map[string]bool)
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		here := piece{document: document, line: i + 1}
		m := remark.FindStringSubmatch(lines[i])
		end := "```"
		switch {
		case m != nil:
			here.name = m[1]
			if here.name == "with" { // "with" alone gives no name
				return nil, here.errorf("with whom?")
			}
			if m[2] != "" {
				here.with = strings.FieldsFunc(m[2], func(r rune) bool { return r == ',' || r == ' ' })
			}
			if names[here.name] {
				return nil, here.errorf("%q is the name of another one", here.name)
			}
			names[here.name] = here.name != ""
			if m[3] != "" {
				next = &here
				continue
			}
			end = "-->"
		case goFence.MatchString(lines[i]):
			if next != nil {
				here.name, here.with = next.name, next.with
			}
		case next != nil && lines[i] != "":
			return nil, next.errorf("no code comes after it")
		default:
			continue
		}
		next = nil
		n := slices.Index(lines[i+1:], end)
		if n < 0 {
			return nil, here.errorf("has no end")
		}
		here.line++
		here.code = strings.Join(lines[i+1:i+1+n], "\n") + "\n"
		pieces = append(pieces, here)
		i += n + 1
	}
	if next != nil {
		return nil, next.errorf("no code comes after it")
	}
	return pieces, nil
}

// A program is a piece and those that it needs, as the files of one package.
type program struct {
	piece piece
	fset  *token.FileSet
	files []*ast.File
	// loose says that variables may be unused: the piece is statements.
	loose bool
}

// assemble makes a program of a piece.
func assemble(p piece, all []piece) (program, error) {
	prog := program{piece: p, fset: token.NewFileSet()}
	seen := make(map[string]bool)
	var add func(piece) error
	add = func(p piece) error {
		for _, name := range p.with {
			i := slices.IndexFunc(all, func(o piece) bool { return o.name == name })
			if i < 0 {
				return p.errorf("nothing is called %q", name)
			}
			if !seen[name] {
				seen[name] = true
				if err := add(all[i]); err != nil {
					return err
				}
			}
		}
		return prog.parse(p)
	}
	seen[p.name] = p.name != ""
	return prog, add(p)
}

// parse adds a piece as a file.
func (prog *program) parse(p piece) error {
	position := fmt.Sprintf("//line %s:%d\n", p.document, p.line)
	shapes := []string{position + p.code} // a whole file
	if !regexp.MustCompile(`(?m)^package \w+$`).MatchString(p.code) {
		shapes = []string{
			"package main\n" + position + p.code,
			"package main\nfunc _(ctx context.Context) error {\n" + position + p.code + "panic(0)\n}\n",
		}
	}
	var first error
	for i, src := range shapes {
		file, err := parser.ParseFile(prog.fset, "", src, parser.SkipObjectResolution)
		if err == nil {
			prog.loose = prog.loose || i == 1
			// Once more with the names that are declared nowhere in the file.
			src = strings.Replace(src, "package main\n", "package main\n"+lacking(src, file), 1)
			file, err = parser.ParseFile(prog.fset, "", src, 0)
			prog.files = append(prog.files, file)
			return err
		}
		first = err // of statements: what is wrong with declarations says nothing
	}
	return first
}

// lacking returns the import declarations that a file lacks, on one line.
func lacking(src string, file *ast.File) string {
	resolved, err := parser.ParseFile(token.NewFileSet(), "", src, 0)
	if err != nil {
		return ""
	}
	missing := make(map[string]bool)
	for _, id := range resolved.Unresolved {
		missing[id.Name] = true
	}
	for _, spec := range file.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			missing[p[strings.LastIndex(p, "/")+1:]] = false
		}
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if missing[name] {
			fmt.Fprintf(&b, "import %q;", known[name])
		}
	}
	return b.String() + "\n"
}

// imported returns the paths that the program imports.
func (prog *program) imported() map[string]bool {
	paths := make(map[string]bool)
	for _, f := range prog.files {
		for _, spec := range f.Imports {
			if p, err := strconv.Unquote(spec.Path.Value); err == nil {
				paths[p] = true
			}
		}
	}
	return paths
}

// check returns what keeps the program from compiling.
func (prog *program) check(compiled map[string]string) []error {
	var errs []error
	conf := types.Config{
		Importer: importer.ForCompiler(prog.fset, "gc", func(path string) (io.ReadCloser, error) {
			return os.Open(compiled[path])
		}),
		Error: func(err error) {
			var e types.Error
			if prog.loose && errors.As(err, &e) && e.Soft {
				return // a variable that is not used
			}
			errs = append(errs, err)
		},
	}
	_, err := conf.Check("main", prog.fset, prog.files, nil)
	if err != nil && len(errs) == 0 && !prog.loose {
		errs = append(errs, err)
	}
	return errs
}

// exports has the packages compiled, and returns the files with what they and
// all below them export.
func exports(t *testing.T, paths []string) map[string]string {
	t.Helper()
	args := append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}"}, paths...)
	out, err := exec.CommandContext(t.Context(), "go", args...).Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		require.NoError(t, err, "%s", exit.Stderr)
	}
	require.NoError(t, err)
	files := make(map[string]string)
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		files[path] = file
	}
	return files
}
