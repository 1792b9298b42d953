package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
)

// Facts is what one file adds to the totals.
type Facts struct {
	Package     string // its folder and name; empty if the file has no package clause
	Lines       int
	Functions   int            // functions and methods declared
	Identifiers map[string]int // how often each is used
	SyntaxError string         // the first one, if any; the rest of the file counts all the same
}

// A source is a file that has been parsed.
type source struct {
	file  File
	lines int
	tree  *ast.File
	err   error // what is wrong with its syntax
}

// parse reads a file. Wrong syntax is no error of parse: the tree then holds
// what could be made out.
func parse(file File) (source, error) {
	text, err := os.ReadFile(file.Path)
	if err != nil {
		return source{}, err
	}
	s := source{file: file, lines: bytes.Count(text, []byte{'\n'})}
	if n := len(text); n > 0 && text[n-1] != '\n' {
		s.lines++ // the last one has no end
	}
	s.tree, s.err = parser.ParseFile(token.NewFileSet(), file.Name, text, parser.SkipObjectResolution)
	return s, nil
}

// count adds up what is in the file.
func (s source) count() Facts {
	f := Facts{Lines: s.lines, Identifiers: make(map[string]int)}
	if s.err != nil {
		f.SyntaxError = s.err.Error()
	}
	if name := s.tree.Name.Name; name != "" {
		f.Package = path.Dir(s.file.Path) + " " + name
	}
	ast.Inspect(s.tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			f.Functions++
		case *ast.Ident:
			if n.Name != "" && n.Name != "_" {
				f.Identifiers[n.Name]++
			}
		}
		return true
	})
	return f
}
