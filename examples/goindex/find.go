package main

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"
)

// A File is a Go source file to be counted.
type File struct {
	Path string // to open it
	Name string // to show it: relative to its folder if there is only one
}

// A Problem is something that could not be read.
type Problem struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// found is what a search has come to.
type found struct {
	files    []File
	problems []Problem
	seen     map[string]bool // by path
}

// find returns the Go files in the folders and below, in lexical order, each
// one once. What cannot be read is a problem that does not end the search; the
// error is ctx's cause.
func find(ctx context.Context, folders []string) ([]File, []Problem, error) {
	f := found{seen: make(map[string]bool)}
	for _, folder := range folders {
		root, err := filepath.EvalSymlinks(folder) // WalkDir would not follow it
		if err != nil {
			f.problem(folder, err)
			continue
		}
		base := root
		if len(folders) > 1 {
			base = ""
		}
		err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err != nil {
				f.problem(path, err)
				return nil
			}
			if !entry.IsDir() && strings.HasSuffix(path, ".go") {
				f.add(path, base)
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return f.files, f.problems, nil
}

func (f *found) add(path, base string) {
	if f.seen[path] {
		return
	}
	f.seen[path] = true
	name := path
	if rel, err := filepath.Rel(base, path); base != "" && err == nil {
		name = rel
	}
	f.files = append(f.files, File{Path: path, Name: filepath.ToSlash(name)})
}

func (f *found) problem(path string, err error) {
	f.problems = append(f.problems, Problem{Path: path, Reason: err.Error()})
}
