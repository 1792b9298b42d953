package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestParse(t *testing.T) {
	lines := parse(`goos: linux
cpu: some
BenchmarkTell1to1/system=chan1024-2         	20000	104.4 ns/op	0 B/op	0 allocs/op
BenchmarkTell1to1/system=understudy-self    	20000	261.8 ns/op
BenchmarkSpawn100k/system=understudy-16     	 1000	54257 ns/op	1782 idle-B
BenchmarkNoSystem-2                  	 1000	54257 ns/op
PASS
`)
	require.Len(t, lines, 3)
	assert.Equal(t, entry{"Tell1to1", "chan1024"}, lines[0].entry)
	assert.Equal(t, map[string]float64{"ns/op": 104.4, "B/op": 0, "allocs/op": 0}, lines[0].values)
	assert.Equal(t, entry{"Tell1to1", "understudy-self"}, lines[1].entry)
	assert.Equal(t, entry{"Spawn100k", "understudy"}, lines[2].entry)
	assert.Equal(t, 1782.0, lines[2].values["idle-B"])
}

func TestTurn(t *testing.T) {
	a, b, c := entry{"Tell", "a"}, entry{"Tell", "b"}, entry{"Ask", "a"}
	assert.Equal(t, []entry{a, b, c}, turn([]entry{a, b, c}, 0))
	assert.Equal(t, []entry{b, a, c}, turn([]entry{a, b, c}, 1))
}

func TestTable(t *testing.T) {
	var s samples
	add := func(round int, system, text string) { s.add(entry{"Tell", system}, round, parse(text)) }
	add(0, "chan", "BenchmarkTell/system=chan-2 1 10 ns/op 0 allocs/op")
	add(0, "ours", "BenchmarkTell/system=ours-2 1 15 ns/op 1 allocs/op 7 idle-B")
	add(1, "chan", "BenchmarkTell/system=chan-2 1 20 ns/op 0 allocs/op") // the machine has slowed down
	add(1, "ours", "BenchmarkTell/system=ours-2 1 30 ns/op 1 allocs/op 9 idle-B")
	add(0, "weak", "BenchmarkTell/system=weak-2 1 40 ns/op 2 allocs/op")
	add(1, "weak", "panic: it died")
	add(0, "dead", "")
	assert.Equal(t, `| case | unit   | system               | median | min–max | × chan | allocs/op |
|---   |---     |---                   |---     |---      |---     |---        |
| Tell | ns/op  | chan                 | 15     | 10–20   | 1.00   | 0         |
| Tell | ns/op  | ours                 | 22.5   | 15–30   | 1.50   | 1         |
| Tell | ns/op  | weak (failed 1 of 2) | 40     | 40–40   | 4.00   | 2         |
| Tell | ns/op  | dead                 | failed |         |        |           |
| Tell | idle-B | ours                 | 8      | 7–9     |        |           |
`, s.table("chan", 2))
}

func TestMedian(t *testing.T) {
	assert.Equal(t, 2.0, median([]float64{3, 1, 2}))
	assert.Equal(t, 2.5, median([]float64{4, 1, 2, 3}))
	assert.Empty(t, number(median(nil)))
}
