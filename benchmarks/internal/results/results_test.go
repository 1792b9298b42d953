package results

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestParse(t *testing.T) {
	lines := Parse(`goos: linux
cpu: some
BenchmarkTell1to1/system=chan1024-2         	20000	104.4 ns/op	0 B/op	0 allocs/op
BenchmarkTell1to1/system=understudy-self    	20000	261.8 ns/op
BenchmarkSpawn100k/system=understudy-16     	 1000	54257 ns/op	1782 idle-B
BenchmarkNoSystem-2                  	 1000	54257 ns/op
PASS
`)
	require.Len(t, lines, 3)
	assert.Equal(t, Entry{"Tell1to1", "chan1024"}, lines[0].Entry)
	assert.Equal(t, map[string]float64{"ns/op": 104.4, "B/op": 0, "allocs/op": 0}, lines[0].Values)
	assert.Equal(t, Entry{"Tell1to1", "understudy-self"}, lines[1].Entry)
	assert.Equal(t, Entry{"Spawn100k", "understudy"}, lines[2].Entry)
	assert.Equal(t, 1782.0, lines[2].Values["idle-B"])
}

func TestNote(t *testing.T) {
	assert.Equal(t, "loses some", Note("--- BENCH: BenchmarkTell/system=x-2\n    x_test.go:1: note: loses some\nPASS\n"))
	assert.Equal(t, "one; two", Note("# note: one\n    x_test.go:1: note: two\n    x_test.go:1: note: one\n"))
	assert.Empty(t, Note("PASS\n"))
}

func TestMedian(t *testing.T) {
	assert.Equal(t, 2.0, Median([]float64{3, 1, 2}))
	assert.Equal(t, 2.5, Median([]float64{4, 1, 2, 3}))
	assert.True(t, math.IsNaN(Median(nil)))
}
