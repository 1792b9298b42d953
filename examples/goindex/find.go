package main

import (
	"context"
	"io/fs"
	"os"
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

// find returns the Go files in the folders and below, in lexical order, each
// one once. Symbolic links to files are followed, those to folders only if they
// are among the given ones. What cannot be read is a problem that does not end
// the search; the error is ctx's cause.
func find(ctx context.Context, folders []string) ([]File, []Problem, error) {
	s := search{seen: make(map[string]bool), alone: len(folders) == 1}
	for _, folder := range folders {
		root, err := filepath.EvalSymlinks(folder)
		if err != nil {
			s.problem(folder, err)
			continue
		}
		//nolint:gosec // to read what the user points at is what the program is for
		err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				s.problem(path, err)
			} else if !entry.IsDir() && strings.HasSuffix(path, ".go") {
				s.visit(root, path, entry)
			}
			return context.Cause(ctx)
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return s.files, s.problems, nil
}

// A search is a find in progress.
type search struct {
	files    []File
	problems []Problem
	seen     map[string]bool // by path: folders may lie in each other
	alone    bool            // there is one folder
}

// visit adds a file, unless it is something else under a file's name.
func (s *search) visit(root, path string, entry fs.DirEntry) {
	mode := entry.Type()
	if mode&fs.ModeSymlink != 0 {
		info, err := os.Stat(path)
		if err != nil {
			s.problem(path, err)
			return
		}
		mode = info.Mode()
	}
	if !mode.IsRegular() || s.seen[path] {
		return
	}
	s.seen[path] = true
	name := path
	if s.alone {
		name = strings.TrimPrefix(path, root+string(filepath.Separator))
	}
	s.files = append(s.files, File{Path: path, Name: filepath.ToSlash(name)})
}

func (s *search) problem(path string, err error) {
	s.problems = append(s.problems, Problem{Path: path, Reason: err.Error()})
}
