package audit

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

const sample = `// Package sample has one of each.
package sample

/* A comment over
two lines. */
type number int

func all(v any, w interface{}) (n number) {
	switch v.(type) { // a switch is no assertion
	case number:
		n = v.(number)
	}

	_ = w
	return number(1) + n
}
`

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLines(t *testing.T) {
	n, err := Lines(write(t))
	require.NoError(t, err)
	assert.Equal(t, 10, n)

	_, err = Lines(filepath.Join(t.TempDir(), "missing.go"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestUntyped(t *testing.T) {
	dir := filepath.Dir(write(t))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module sample\n\ngo 1.26\n"), 0o600))
	t.Setenv("GOWORK", "off")

	found, err := Untyped(t.Context(), dir)
	require.NoError(t, err)
	assert.Equal(t, []string{
		"sample.go:8: any",
		"sample.go:8: interface{}",
		"sample.go:11: type assertion",
		"sample.go:15: conversion",
	}, found)

	found, err = Untyped(t.Context(), dir, "other.go")
	require.NoError(t, err)
	assert.Empty(t, found)
}

func write(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "sample.go")
	require.NoError(t, os.WriteFile(file, []byte(sample), 0o600))
	return file
}
