package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// strikes reports whether chaos crashes the parser.
func strikes(t *testing.T, chaos Chaos, file string, attempt int) (struck bool) {
	t.Helper()
	defer func() { struck = recover() != nil }()
	chaos(t.Context(), file, attempt)
	return false
}

func TestChaosIsReproducible(t *testing.T) {
	differs := false
	for i := range 1000 {
		file := fmt.Sprintf("f%d.go", i)
		once := strikes(t, newChaos(0.5, 1), file, 1)
		assert.Equal(t, once, strikes(t, newChaos(0.5, 1), file, 1))
		differs = differs || once != strikes(t, newChaos(0.5, 2), file, 1)
	}
	assert.True(t, differs, "another seed crashes others")
}

func TestChaosKeepsItsRate(t *testing.T) {
	const files = 100_000
	chaos, once, twice := newChaos(0.02, 1), 0, 0
	for i := range files {
		file := fmt.Sprintf("f%d.go", i)
		if strikes(t, chaos, file, 1) {
			once++
			if strikes(t, chaos, file, 2) {
				twice++
			}
		}
	}
	assert.InDelta(t, 0.02*files, once, 200)
	assert.InDelta(t, 0.02*0.02*files, twice, 25, "attempts are drawn apart")
}

func TestChaosSparesTheLastResort(t *testing.T) {
	chaos := newChaos(1, 1)
	assert.True(t, strikes(t, chaos, "f.go", 1))
	assert.True(t, strikes(t, chaos, "f.go", 2))
	assert.False(t, strikes(t, chaos, "f.go", 3))
	assert.False(t, strikes(t, noChaos, "f.go", 1))
}
