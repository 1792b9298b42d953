package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
)

// file is a source file and its mutants.
type file struct {
	name    string // slash-separated, from the root
	source  []byte
	mutants []*Mutant
}

// function is a declaration with a body, and where to find it in the file.
type function struct {
	name       string
	lbrace     int
	rbrace     int
	labels     []span // where labels are declared and used
	hasResults bool   // it has results
}

type span struct{ from, to int }

// find returns the mutants of a file, in the order of the source.
func find(name string, source []byte) (*file, error) {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, name, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("mutation: %w", err)
	}
	found := &file{name: name, source: source}
	for _, decl := range tree.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		f := &finder{fset: fset, source: source, file: found, decl: fn}
		f.fn = &function{
			name:       funcName(fn),
			lbrace:     f.offset(fn.Body.Lbrace),
			rbrace:     f.offset(fn.Body.Rbrace),
			hasResults: fn.Type.Results != nil,
		}
		f.walk()
	}
	return found, nil
}

func funcName(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return fn.Name.Name
	}
	typ := fn.Recv.List[0].Type
	for {
		switch t := typ.(type) {
		case *ast.StarExpr:
			typ = t.X
		case *ast.IndexExpr:
			typ = t.X
		case *ast.IndexListExpr:
			typ = t.X
		case *ast.Ident:
			return t.Name + "." + fn.Name.Name
		default:
			return fn.Name.Name
		}
	}
}

// finder walks through one function.
type finder struct {
	fset   *token.FileSet
	source []byte
	file   *file
	decl   *ast.FuncDecl
	fn     *function
	stack  []ast.Node // from the body to the node at hand
}

func (f *finder) walk() {
	ast.Inspect(f.decl.Body, func(n ast.Node) bool {
		if n == nil {
			f.stack = f.stack[:len(f.stack)-1]
			return true
		}
		f.stack = append(f.stack, n)
		f.label(n)
		f.mutate(n)
		return true
	})
}

// label notes where labels stand: they have to differ from copy to copy.
func (f *finder) label(n ast.Node) {
	var at *ast.Ident
	switch n := n.(type) {
	case *ast.LabeledStmt:
		at = n.Label
	case *ast.BranchStmt:
		at = n.Label
	}
	if at != nil {
		f.fn.labels = append(f.fn.labels, span{f.offset(at.Pos()), f.offset(at.End())})
	}
}

// resultTypes are the types of what the innermost function returns, as written.
func (f *finder) resultTypes() []string {
	list := f.decl.Type.Results
	for _, n := range slices.Backward(f.stack) {
		if lit, ok := n.(*ast.FuncLit); ok {
			list = lit.Type.Results
			break
		}
	}
	if list == nil {
		return nil
	}
	var types []string
	for _, field := range list.List {
		for range max(1, len(field.Names)) {
			types = append(types, f.text(field.Type))
		}
	}
	return types
}

// governed reports whether n is all that a condition without an alternative,
// or a case, executes.
func (f *finder) governed(n ast.Stmt) bool {
	parents := f.stack[:len(f.stack)-1]
	if len(parents) == 0 {
		return false
	}
	switch parent := parents[len(parents)-1].(type) {
	case *ast.CaseClause:
		return len(parent.Body) == 1 && parent.Body[0] == n
	case *ast.CommClause:
		return len(parent.Body) == 1 && parent.Body[0] == n || parent.Comm == n
	case *ast.BlockStmt:
		if len(parent.List) != 1 || len(parents) < 2 {
			return false
		}
		cond, ok := parents[len(parents)-2].(*ast.IfStmt)
		return ok && cond.Body == parent && cond.Else == nil
	case *ast.IfStmt, *ast.ForStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt:
		return true // an init or post statement, where no other can stand
	}
	return false
}

// replace adds a mutant that has text in place of n.
func (f *finder) replace(op string, n ast.Node, text string) { f.replaceWith(op, n, text, text) }

// replaceWith does so where what is told differs from what is compiled.
func (f *finder) replaceWith(op string, n ast.Node, told, text string) {
	f.add(op, n, told, f.edit(n, text))
}

func (f *finder) add(op string, n ast.Node, after string, edits ...edit) {
	f.addAt(f.reached(n), op, f.text(n), after, edits...)
}

func (f *finder) addAt(at token.Pos, op, before, after string, edits ...edit) {
	m := &Mutant{
		File: f.file.name, Func: f.fn.name, Op: op,
		Before: snippet(before), After: snippet(after),
		edits: edits, fn: f.fn,
	}
	pos := f.fset.Position(at)
	m.Line, m.at = pos.Line, position{pos.Line, pos.Column}
	for _, other := range f.file.mutants {
		if other.Func == m.Func && other.Op == m.Op && other.Before == m.Before && other.After == m.After {
			m.Again++
		}
	}
	f.file.mutants = append(f.file.mutants, m)
}

// reached is where execution must come for n to be evaluated. Coverage does not
// count the expressions of a case, so for them it is the switch.
func (f *finder) reached(n ast.Node) token.Pos {
	at := n.Pos()
	for i, parent := range slices.Backward(f.stack) {
		switch parent := parent.(type) {
		case *ast.FuncLit, *ast.BlockStmt:
			return at
		case *ast.CaseClause:
			if at < parent.Colon {
				return f.stack[max(0, i-2)].Pos()
			}
			return at
		case *ast.CommClause:
			if at < parent.Colon {
				return f.stack[max(0, i-2)].Pos()
			}
			return at
		}
	}
	return at
}

func (f *finder) edit(n ast.Node, text string) edit {
	return edit{f.offset(n.Pos()), f.offset(n.End()), text}
}

func (f *finder) text(n ast.Node) string {
	return string(f.source[f.offset(n.Pos()):f.offset(n.End())])
}

func (f *finder) offset(p token.Pos) int { return f.fset.Position(p).Offset }
