package audit

import (
	"context"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Untyped returns where the given files of one package leave the compiler's
// care: every empty interface, type assertion and conversion, as a line each.
// A type switch is none of these. Without files it looks at the whole package,
// its tests aside. dir must be the working directory or below it.
func Untyped(ctx context.Context, dir string, files ...string) ([]string, error) {
	fset := token.NewFileSet()
	all, err := parse(fset, dir)
	if err != nil {
		return nil, err
	}
	imports, err := compiled(ctx, fset, dir)
	if err != nil {
		return nil, err
	}
	info := &types.Info{
		Types: make(map[ast.Expr]types.TypeAndValue),
		Uses:  make(map[*ast.Ident]types.Object),
	}
	config := types.Config{Importer: imports}
	if _, err := config.Check(dir, fset, all, info); err != nil {
		return nil, err
	}
	var found []string
	for _, f := range all {
		name := filepath.Base(fset.Position(f.Package).Filename)
		if len(files) > 0 && !slices.Contains(files, name) {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if what := untyped(n, info); what != "" {
				found = append(found, fmt.Sprintf("%s:%d: %s", name, fset.Position(n.Pos()).Line, what))
			}
			return true
		})
	}
	return found, nil
}

// untyped names what a node is, if the compiler cannot vouch for it.
func untyped(n ast.Node, info *types.Info) string {
	switch n := n.(type) {
	case *ast.Ident:
		if info.Uses[n] == types.Universe.Lookup("any") {
			return "any"
		}
	case *ast.InterfaceType:
		if len(n.Methods.List) == 0 {
			return "interface{}"
		}
	case *ast.TypeAssertExpr:
		if n.Type != nil {
			return "type assertion"
		}
	case *ast.CallExpr:
		if info.Types[n.Fun].IsType() {
			return "conversion"
		}
	}
	return ""
}

// parse reads the files of the package in a folder.
func parse(fset *token.FileSet, dir string) ([]*ast.File, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// compiled returns an importer of what the package in a folder depends on, as
// the go command has built it.
func compiled(ctx context.Context, fset *token.FileSet, dir string) (types.Importer, error) {
	list := exec.CommandContext(ctx, "go", "list", "-deps", "-export", "-f", "{{.ImportPath}}={{.Export}}", ".")
	list.Dir = dir
	var complaint strings.Builder
	list.Stderr = &complaint
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, &complaint)
	}
	exports := make(map[string]string)
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "=")
		exports[path] = file
	}
	return importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	}), nil
}
