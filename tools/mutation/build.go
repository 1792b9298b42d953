package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
)

// pkg is what go list tells of a package.
type pkg struct {
	ImportPath string   `json:"ImportPath"`
	Name       string   `json:"Name"`
	Dir        string   `json:"Dir"`
	GoFiles    []string `json:"GoFiles"`
}

// project is the module that is mutated.
type project struct {
	root string
	temp string
}

// list returns the packages that patterns name; none of none.
func (p project) list(ctx context.Context, patterns []string) ([]pkg, error) {
	if len(patterns) == 0 {
		return nil, nil
	}
	out, err := p.goTool(ctx, append([]string{"list", "-json=ImportPath,Name,Dir,GoFiles"}, patterns...)...)
	if err != nil {
		return nil, err
	}
	var packages []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var one pkg
		if err := dec.Decode(&one); err != nil {
			return nil, fmt.Errorf("mutation: go list: %w", err)
		}
		packages = append(packages, one)
	}
	return packages, nil
}

// compile makes schemata of the files, takes out what does not compile, and
// builds the test binaries of tests with the rest, by import path.
func (p project) compile(ctx context.Context, files []*file, targets, tests []pkg) (map[string]string, error) {
	for {
		overlay, lines, err := p.overlay(files, targets)
		if err != nil {
			return nil, err
		}
		// The flag shows all errors, not the first ten alone.
		args := []string{"build", "-overlay", overlay}
		for _, t := range targets {
			args = append(args, "-gcflags="+t.ImportPath+"=-e")
		}
		_, err = p.goTool(ctx, append(args, paths(targets)...)...)
		if err == nil {
			return p.testBinaries(ctx, "mutated", args[1:], tests)
		}
		rejected, told := reject(err.Error(), lines)
		if told != nil || rejected == 0 {
			return nil, errors.Join(told, err)
		}
	}
}

// overlay writes the schemata, and the file that has the go command take them
// in place of the files. lines is by the path of the schema, as the compiler names it.
func (p project) overlay(files []*file, targets []pkg) (name string, lines map[string][]mutantLines, err error) {
	replace := make(map[string]string)
	lines = make(map[string][]mutantLines)
	put := func(path string, text []byte) (string, error) {
		at := filepath.Join(p.temp, fmt.Sprintf("overlay%d.go", len(replace)))
		replace[path] = at
		return at, os.WriteFile(at, text, 0o600)
	}
	for _, f := range files {
		s := newSchema(f)
		path, err := put(filepath.Join(p.root, filepath.FromSlash(f.name)), s.text)
		if err != nil {
			return "", nil, err
		}
		lines[path] = s.lines
	}
	for _, t := range targets {
		if _, err := put(filepath.Join(t.Dir, "mutation_helpers.go"), []byte(helpers(t.Name))); err != nil {
			return "", nil, err
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", nil, fmt.Errorf("mutation: %w", err)
	}
	name = filepath.Join(p.temp, "overlay.json")
	return name, lines, os.WriteFile(name, text, 0o600)
}

var compilerError = regexp.MustCompile(`(?m)^(\S+\.go):(\d+):\d+: (.*)$`)

// reject takes from each mutant that the compiler complains of the edit that it
// had. An error elsewhere is told.
func reject(output string, lines map[string][]mutantLines) (int, error) {
	hit := make(map[*Mutant]bool)
	for _, e := range compilerError.FindAllStringSubmatch(output, -1) {
		path, line := e[1], must(strconv.Atoi(e[2]))
		known := false
		for _, l := range lines[path] {
			if l.from <= line && line <= l.to {
				hit[l.mutant], known = true, true
			}
		}
		if !known {
			return 0, fmt.Errorf("mutation: not of a mutant: %s", e[0])
		}
	}
	for m := range hit {
		m.edits = m.edits[1:]
	}
	return len(hit), nil
}

// testBinaries builds the test binaries of packages into a folder, and returns
// their paths by import path.
func (p project) testBinaries(ctx context.Context, folder string, flags []string, packages []pkg) (map[string]string, error) {
	binaries := make(map[string]string)
	if len(packages) == 0 {
		return binaries, nil
	}
	folder = filepath.Join(p.temp, folder)
	if err := os.Mkdir(folder, 0o700); err != nil {
		return nil, fmt.Errorf("mutation: %w", err)
	}
	args := append([]string{"test", "-c", "-vet=off", "-o", folder + string(filepath.Separator)}, flags...)
	if _, err := p.goTool(ctx, append(args, paths(packages)...)...); err != nil {
		return nil, err
	}
	for _, t := range packages {
		binaries[t.ImportPath] = filepath.Join(folder, path.Base(t.ImportPath)+".test")
	}
	return binaries, nil
}

// goTool runs the go command at the root, and returns what it prints.
func (p project) goTool(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // the words are ours, the packages the user's
	cmd.Dir = p.root
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("mutation: go %s: %w\n%s", args[0], err, problems.Bytes())
	}
	return out.Bytes(), nil
}

func paths(packages []pkg) []string {
	var all []string
	for _, p := range packages {
		all = append(all, p.ImportPath)
	}
	return all
}

// must is for what a pattern has ensured.
func must[T any](t T, err error) T {
	if err != nil {
		panic(err)
	}
	return t
}
