package main

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTurn(t *testing.T) {
	systems := []contestant{{entry: entry{Benchmark: "Tell", System: "a"}}, {entry: entry{Benchmark: "Tell", System: "b"}}, {entry: entry{Benchmark: "Ask", System: "a"}}}
	names := func(systems []contestant) (names []string) {
		for _, s := range systems {
			names = append(names, s.String())
		}
		return names
	}
	assert.Equal(t, []string{"Tell/a", "Tell/b", "Ask/a"}, names(turn(systems, 0)))
	assert.Equal(t, []string{"Tell/b", "Tell/a", "Ask/a"}, names(turn(systems, 1)))
}

func TestTable(t *testing.T) {
	var s samples
	add := func(round int, system, text string) { s.add(entry{Benchmark: "Tell", System: system}, round, text) }
	add(0, "chan", "BenchmarkTell/system=chan-2 1 10 ns/op 0 allocs/op")
	add(0, "ours", "BenchmarkTell/system=ours-2 1 15 ns/op 1 allocs/op 7 idle-B")
	add(1, "chan", "BenchmarkTell/system=chan-2 1 20 ns/op 0 allocs/op") // the machine has slowed down
	add(1, "ours", "BenchmarkTell/system=ours-2 1 30 ns/op 1 allocs/op 9 idle-B")
	add(0, "weak", "BenchmarkTell/system=weak-2 1 40 ns/op 2 allocs/op\n--- BENCH: x\n    x_test.go:1: note: loses some\n")
	add(1, "weak", "panic: it died")
	add(0, "dead", "")
	assert.Equal(t, `| case | unit   | system               | median | min–max | × chan | allocs/op | remark     |
|---   |---     |---                   |---     |---      |---     |---        |---         |
| Tell | ns/op  | chan                 | 15     | 10–20   | 1.00   | 0         |            |
| Tell | ns/op  | ours                 | 22.5   | 15–30   | 1.50   | 1         |            |
| Tell | ns/op  | weak (failed 1 of 2) | 40     | 40–40   | 4.00   | 2         | loses some |
| Tell | ns/op  | dead                 | failed |         |        |           |            |
| Tell | idle-B | ours                 | 8      | 7–9     |        |           |            |
`, s.table("chan", 2))
}

func TestDigest(t *testing.T) {
	var s samples
	for system, ns := range map[string]string{
		"chan": "10", "understudy": "15", "understudy-a": "13", "understudy-b": "12", "slow": "40", "other": "20", "beam": "50",
	} {
		s.add(entry{Benchmark: "Tell", System: system}, 0, "BenchmarkTell/system="+system+"-2 1 "+ns+" ns/op")
	}
	s.add(entry{Benchmark: "Ask", System: "understudy"}, 0, "BenchmarkAsk/system=understudy-2 1 7 ns/op")
	assert.Equal(t, `| case | unit  | chan | understudy | another kind           | best other in Go | beam      |
|---   |---    |---   |---         |---                     |---               |---        |
| Tell | ns/op | 10   | 15 (1.50)  | understudy-b 12 (1.20) | other 20 (2.00)  | 50 (5.00) |
| Ask  | ns/op |      | 7          |                        |                  |           |
`, s.digest("chan"))
}

func TestMeasureEndsWhatStalls(t *testing.T) {
	stalls := contestant{run: func(ctx context.Context, _ string) (string, error) {
		<-ctx.Done()
		return "partly", ctx.Err()
	}}
	text, err := stalls.measure(t.Context(), "1s", time.Nanosecond)
	assert.Equal(t, "partly", text)
	assert.ErrorContains(t, err, "too long")
}

func TestWithBeam(t *testing.T) {
	systems := []contestant{{entry: entry{Benchmark: "Tell1to1", System: "a"}}, {entry: entry{Benchmark: "Tell1to1", System: "b"}}, {entry: entry{Benchmark: "Unknown", System: "a"}}}
	names := func(cases string) (names []string) {
		for _, s := range withBeam(systems, nil, cases) {
			names = append(names, s.String())
		}
		return names
	}
	assert.Equal(t, []string{"Tell1to1/a", "Tell1to1/b", "Tell1to1/beam", "Unknown/a"}, names("."))
	assert.Equal(t, []string{"Tell1to1/a", "Tell1to1/b", "Unknown/a"}, names(".*/system=a"))
	assert.Contains(t, names("Tell/beam"), "Tell1to1/beam")
}

func TestClip(t *testing.T) {
	assert.Equal(t, "a\nb\n", clip("a\nb\n"))
	long := clip(strings.Repeat("line\n", 1000))
	assert.Len(t, strings.Split(long, "\n"), 42)
}

func TestNumber(t *testing.T) {
	assert.Equal(t, "2", number(2))
	assert.Equal(t, "2.5", number(2.5))
	assert.Equal(t, "1235", number(1234.6))
	assert.Empty(t, number(math.NaN()))
}
