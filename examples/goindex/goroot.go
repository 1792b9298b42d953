package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// goSource returns the folder with the source of the Go installation: the one
// of the go command, which knows about toolchains of its own choosing, or what
// GOROOT says where there is no such command.
func goSource(ctx context.Context) (string, error) {
	root := os.Getenv("GOROOT")
	out, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if told := strings.TrimSpace(string(out)); err == nil && told != "" {
		root = told
	}
	if root == "" {
		if err == nil {
			err = errors.New("go env GOROOT is empty")
		}
		return "", fmt.Errorf("cannot find the Go installation, name a folder: %w", err)
	}
	return filepath.Join(root, "src"), nil
}

// foldersOf returns the folders to read, each known to be one.
func foldersOf(ctx context.Context, o options) ([]string, error) {
	folders := o.folders
	if len(folders) == 0 {
		src, err := goSource(ctx)
		if err != nil {
			return nil, err
		}
		folders = []string{src}
	}
	for _, folder := range folders {
		info, err := os.Stat(folder)
		switch {
		case err != nil:
			return nil, err
		case !info.IsDir():
			return nil, fmt.Errorf("%s is not a folder", folder)
		}
	}
	return folders, nil
}
