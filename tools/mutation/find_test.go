package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOperators(t *testing.T) {
	for code, want := range map[string][]string{
		"return a < b": {"comparison: a < b => a >= b", "boundary: a < b => a <= b"},
		"return a == b && c": {
			"logic: a == b && c => a == b || c", "logic: a == b && c => a == b", "logic: a == b && c => c",
			"comparison: a == b => a != b",
		},
		"return !ok":  {"logic: !ok => ok"},
		"return ok":   {"result: return ok => negation"},
		"return true": {"literal: true => false"},
		// What governs one statement alone governs its removal too.
		"if ok { g() }": {"branch: ok => false", "branch: ok => true"},
		"if ok { g(); h() }": {
			"branch: ok => false", "branch: ok => true", "statement: g()", "statement: h()",
		},
		"for ok { g() }":             {"branch: ok => false", "statement: g()"},
		"switch { case ok: g() }":    {"branch: case ok: => {}"},
		"select { case <-c: g() }":   {"branch: case <-c: => {}"},
		"for { if ok { continue } }": {"branch: ok => false", "branch: ok => true", "statement: continue => break"},
		"n++":                        {"arithmetic: n++ => n--", "statement: n++"},
		"n += 3":                     {"arithmetic: n += 3 => n -= 3", "statement: n += 3", "literal: 3 => 4"},
		"n = min(a, b)":              {"statement: n = min(a, b)", "arithmetic: min => max"},
		"n = a*b + c":                {"statement: n = a*b + c", "arithmetic: a*b + c => a*b - c", "arithmetic: a*b => a / b"},
		"g(T{A: x, B: nil})":         {"statement: g(T{A: x, B: nil})", "field: A: x"},
		"c <- x; go g(); defer g()":  {"statement: c <- x", "statement: go g()", "statement: defer g()"},
		"g(); g()":                   {"statement: g()", "statement: g() #2"},
		"_ = a":                      nil,
		"func() (int, error) { return a, nil }()": {
			"statement: func() (int, error) { return a, nil }()",
			"result: return a, nil => zero for a", "result: return a, nil => error for nil",
		},
	} {
		f, err := find("x.go", []byte("package x\nfunc f() bool {\n"+code+"\n}\n"))
		require.NoError(t, err, code)
		var names []string
		for _, m := range f.mutants {
			names = append(names, m.Name()[len("x.go f "):])
		}
		assert.ElementsMatch(t, want, names, code)
	}
}

func TestFuncName(t *testing.T) {
	for code, want := range map[string]string{
		"func f() { g() }":              "f",
		"func (s T) f() { g() }":        "T.f",
		"func (s *T) f() { g() }":       "T.f",
		"func (s *T[M]) f() { g() }":    "T.f",
		"func (s *T[M, R]) f() { g() }": "T.f",
	} {
		f, err := find("x.go", []byte("package x\n"+code))
		require.NoError(t, err)
		assert.Equal(t, want, f.mutants[0].Func)
	}
}

func TestSnippet(t *testing.T) {
	assert.Equal(t, "a + b", snippet("a +\n\t\tb"))
	assert.Len(t, []rune(snippet(string(make([]rune, 200))+"x")), 90)
}
