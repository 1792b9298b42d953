package main

import (
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/benchmarks/internal/results"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const output = `cpu: some
# round 1
BenchmarkTell/system=chan-2 1 10 ns/op 0 allocs/op
BenchmarkTell/system=ours-2 1 15 ns/op 1 allocs/op
BenchmarkAsk/system=chan-2 1 300 ns/op 40 p99-ns
# round 2
BenchmarkTell/system=ours-2 1 30 ns/op 1 allocs/op
`

func TestCollect(t *testing.T) {
	lines := results.Parse(output)
	assert.Equal(t, []*panel{
		{"Tell", []system{{"chan", []float64{10}}, {"ours", []float64{15, 30}}}},
		{"Ask", []system{{"chan", []float64{300}}}},
	}, collect(lines, "ns/op"))
	assert.Equal(t, []*panel{{"Ask", []system{{"chan", []float64{40}}}}}, collect(lines, "p99-ns"))
	assert.Equal(t, []*panel{{"Tell", []system{{"ours", []float64{1, 1}}}}}, collect(lines, "allocs/op"), "zero has no logarithm")
}

func TestRunDrawsEachCaseAndSystem(t *testing.T) {
	raw := filepath.Join(t.TempDir(), "x.txt")
	require.NoError(t, os.WriteFile(raw, []byte(output), 0o600))
	var said strings.Builder
	require.NoError(t, run([]string{raw}, &said, io.Discard))
	name := strings.TrimSpace(said.String())
	assert.Equal(t, strings.TrimSuffix(raw, ".txt")+".svg", name)

	picture, err := os.ReadFile(name)
	require.NoError(t, err)
	var root struct {
		XMLName xml.Name `xml:"svg"`
	}
	require.NoError(t, xml.Unmarshal(picture, &root))
	for _, text := range []string{"Tell", "Ask", "chan", "ours", "ns/op"} {
		assert.Contains(t, string(picture), ">"+text+"<")
	}
}

func TestRunSaysWhatIsWrong(t *testing.T) {
	raw := filepath.Join(t.TempDir(), "x.txt")
	require.NoError(t, os.WriteFile(raw, []byte(output), 0o600))
	assert.ErrorContains(t, run(nil, io.Discard, io.Discard), "one file")
	assert.ErrorContains(t, run([]string{"-unit", "miles", raw}, io.Discard, io.Discard), "no figures in miles")
	assert.ErrorIs(t, run([]string{raw + "x"}, io.Discard, io.Discard), os.ErrNotExist)
}

func TestDecades(t *testing.T) {
	labels := func(low, high float64) (labels []string) {
		for _, tick := range decades(low, high) {
			labels = append(labels, tick.Label)
		}
		return labels
	}
	assert.Equal(t, []string{"10", "100", "1k", "10k"}, labels(10, 1e4))
	assert.Equal(t, []string{"0.1", "", "10", "", "1k", "", "100k", "", "10M"}, labels(0.1, 1e7))
}
