package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func names(files []File) []string {
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	return names
}

func TestFind(t *testing.T) {
	root := tree(t, sample)
	files, problems, err := find(t.Context(), []string{root})
	require.NoError(t, err)
	assert.Empty(t, problems)
	assert.Equal(t, sampleFiles, names(files))
	assert.Equal(t, filepath.Join(root, "a", "a.go"), files[0].Path)
}

func TestFindInSeveralFolders(t *testing.T) {
	root := tree(t, sample)
	files, problems, err := find(t.Context(), []string{filepath.Join(root, "c"), root})
	require.NoError(t, err)
	assert.Empty(t, problems)
	assert.Len(t, files, len(sampleFiles), "files in both folders count once")
	assert.Equal(t, filepath.ToSlash(root)+"/c/c.go", files[0].Name, "names tell the folders apart")
}

func TestFindFollowsLinks(t *testing.T) {
	root := tree(t, sample)
	other := tree(t, map[string]string{"one.go": "package one\n"})
	require.NoError(t, os.Symlink(root, filepath.Join(other, "linked")))
	require.NoError(t, os.Symlink(filepath.Join(root, "a"), filepath.Join(other, "folder.go")))
	require.NoError(t, os.Symlink(filepath.Join(root, "a", "a.go"), filepath.Join(other, "two.go")))

	files, problems, err := find(t.Context(), []string{other})
	require.NoError(t, err)
	assert.Empty(t, problems)
	assert.Equal(t, []string{"one.go", "two.go"}, names(files), "links to files only")

	files, _, err = find(t.Context(), []string{filepath.Join(other, "linked")})
	require.NoError(t, err)
	assert.Equal(t, sampleFiles, names(files), "the folder itself may be a link")
}

func TestFindTellsProblems(t *testing.T) {
	root := tree(t, sample)
	dangling := filepath.Join(root, "a", "dangling.go")
	require.NoError(t, os.Symlink("nowhere", dangling))
	missing := filepath.Join(root, "missing")

	files, problems, err := find(t.Context(), []string{missing, root})
	require.NoError(t, err)
	assert.Len(t, files, len(sampleFiles), "the search goes on")
	require.Len(t, problems, 2)
	assert.Equal(t, missing, problems[0].Path)
	assert.Equal(t, dangling, problems[1].Path)
	assert.Contains(t, problems[1].Reason, dangling)
}

func TestFindTellsUnreadableFolders(t *testing.T) {
	root := tree(t, sample)
	folder := unreadable(t, root)
	files, problems, err := find(t.Context(), []string{root})
	require.NoError(t, err)
	assert.Equal(t, sampleFiles, names(files))
	require.Len(t, problems, 1)
	assert.True(t, strings.HasPrefix(problems[0].Path, folder), "%s", problems[0].Path)
}

// unreadable makes a folder below root that nobody can read, the superuser
// included, and returns its path. Permissions would not stop that one; a path
// that is longer than the system takes does.
func unreadable(t *testing.T, root string) string {
	t.Helper()
	top, err := os.OpenRoot(root)
	require.NoError(t, err)
	defer top.Close()
	name := strings.Repeat("z", 200)
	for range 25 { // 5,000 bytes; opened step by step, no path is too long
		require.NoError(t, top.Mkdir(name, 0o755))
		below, err := top.OpenRoot(name)
		require.NoError(t, err)
		defer below.Close()
		top = below
	}
	return filepath.Join(root, name)
}

func TestFindStops(t *testing.T) {
	told := errors.New("told to stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(told)
	_, _, err := find(ctx, []string{tree(t, sample)})
	assert.ErrorIs(t, err, told)
}
