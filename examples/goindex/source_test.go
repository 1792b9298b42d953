package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCount(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       Facts
	}{
		{"empty", "", Facts{
			Identifiers: map[string]int{},
			SyntaxError: "x.go:1:1: expected 'package', found 'EOF'",
		}},
		{"clause alone", "package p", Facts{
			Package: "p", Lines: 1, Identifiers: map[string]int{"p": 1},
		}},
		{"blank names do not count", "package p\n\nvar _ = v\n", Facts{
			Package: "p", Lines: 3, Identifiers: map[string]int{"p": 1, "v": 1},
		}},
		{"methods and functions, not literals", "package p\nfunc f() { func() {}() }\nfunc (T) m() {}\n", Facts{
			Package: "p", Lines: 3, Functions: 2, Identifiers: map[string]int{"p": 1, "f": 1, "T": 1, "m": 1},
		}},
		{"broken: what can be made out counts", "package p\nfunc f() {}\nfunc g( {\n}", Facts{
			Package: "p", Lines: 4, Functions: 2, Identifiers: map[string]int{"p": 1, "f": 1, "g": 1},
			SyntaxError: "x.go:3:9: expected ')', found '{' (and 1 more errors)",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.go")
			require.NoError(t, os.WriteFile(path, []byte(test.text), 0o600))
			source, err := parse(File{Path: path, Name: "x.go"})
			require.NoError(t, err)
			if test.want.Package != "" {
				test.want.Package = filepath.ToSlash(filepath.Dir(path)) + " " + test.want.Package
			}
			assert.Equal(t, test.want, source.count())
		})
	}
}

func TestParseOfAMissingFile(t *testing.T) {
	_, err := parse(File{Path: filepath.Join(t.TempDir(), "missing.go")})
	assert.ErrorIs(t, err, os.ErrNotExist)
}
