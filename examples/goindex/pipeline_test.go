package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/understudy-go/understudy/supervision"
)

func testPlan(chaos Chaos, folders ...string) plan {
	return plan{
		folders:  folders,
		parsers:  3,
		chaos:    chaos,
		logger:   slog.New(slog.DiscardHandler),
		provider: noop.NewTracerProvider(),
		progress: io.Discard,
	}
}

// alone is what a plain loop counts.
func alone(t *testing.T, folders ...string) Totals {
	t.Helper()
	totals, err := countAlone(t.Context(), folders)
	require.NoError(t, err)
	return totals
}

func TestPipelineCountsWhatALoopCounts(t *testing.T) {
	root := tree(t, sample)
	report, restarts, err := index(t.Context(), testPlan(noChaos, root))
	require.NoError(t, err)
	assert.True(t, report.Complete)
	assert.Equal(t, alone(t, root), report.Totals)
	assert.Len(t, report.Totals.SyntaxErrors, 2)
	assert.Zero(t, report.Crashes)
	assert.Zero(t, restarts)

	plain, err := countPlain(t.Context(), []string{root}, 3)
	require.NoError(t, err)
	assert.Equal(t, plain, report.Totals)
}

// Whatever the rate of crashes, the totals are the same, and each crash is one
// that chaos had drawn.
func TestPipelineUnderChaos(t *testing.T) {
	root := tree(t, sample)
	want := alone(t, root)
	for _, rate := range []float64{0.1, 0.5, 0.9, 1} {
		for seed := range uint64(5) {
			t.Run(fmt.Sprintf("%v/%d", rate, seed), func(t *testing.T) {
				chaos := newChaos(rate, seed)
				crashes, quarantined := 0, []string(nil)
				for _, file := range sampleFiles {
					if !strikes(t, chaos, file, 1) {
						continue
					}
					crashes++
					if strikes(t, chaos, file, 2) {
						crashes++
						quarantined = append(quarantined, file)
					}
				}
				report, restarts, err := index(t.Context(), testPlan(chaos, root))
				require.NoError(t, err)
				assert.Equal(t, want, report.Totals)
				assert.Equal(t, crashes, report.Crashes)
				assert.Equal(t, crashes, restarts)
				s := newSummary(report)
				require.Len(t, s.Quarantined, len(quarantined))
				for i, q := range s.Quarantined {
					assert.Equal(t, quarantined[i], q.File)
					assert.True(t, q.Counted)
					assert.Len(t, q.Reasons, attempts)
				}
			})
		}
	}
}

// A file that kills whoever touches it is given up, and nothing else is.
func TestPipelineLosesAFileThatKillsTheLastResort(t *testing.T) {
	root := tree(t, sample)
	report, restarts, err := index(t.Context(), testPlan(func(_ context.Context, file string, _ int) {
		if file == "c/c.go" {
			panic("deadly")
		}
	}, root))
	require.NoError(t, err)
	assert.True(t, report.Complete)
	assert.Equal(t, len(sampleFiles)-1, report.Totals.Files)
	assert.Equal(t, []Quarantine{{
		File:    "c/c.go",
		Reasons: []string{"panic: deadly", "panic: deadly", "panic: deadly"},
	}}, report.Quarantined)
	assert.GreaterOrEqual(t, restarts, attempts)
}

func TestPipelineTellsUnreadableFiles(t *testing.T) {
	root := tree(t, sample)
	var once sync.Once
	p := testPlan(func(context.Context, string, int) {
		// The walk is over: the file is known, and gone.
		once.Do(func() { _ = os.Remove(filepath.Join(root, "d", "d.go")) })
	}, root)
	p.parsers = 1
	report, _, err := index(t.Context(), p)
	require.NoError(t, err)
	assert.True(t, report.Complete)
	assert.Contains(t, report.Totals.Unreadable["d/d.go"], "no such file")
	assert.Equal(t, len(sampleFiles)-1, report.Totals.Files)
}

// poison crashes the index, which returns an error for what it does not know.
type poison struct{}

func (poison) index() {}

// poisoned starts a pipeline whose parsers poison the index before they answer,
// so many times at most.
func poisoned(t *testing.T, times int, root string) *pipeline {
	t.Helper()
	doses := make(chan poison, times)
	for range times {
		doses <- poison{}
	}
	started := make(chan *pipeline, 1)
	pipe, err := start(t.Context(), testPlan(func(ctx context.Context, _ string, _ int) {
		select {
		case dose := <-doses:
			pipe := <-started
			started <- pipe
			_ = pipe.index.Send(ctx, dose)
		default:
		}
	}, root))
	require.NoError(t, err)
	started <- pipe
	return pipe
}

// The index forgets everything when it crashes. Those below it start anew, and
// the files are counted again, each of them once.
func TestPipelineRecoversFromACrashOfTheIndex(t *testing.T) {
	root := tree(t, sample)
	pipe := poisoned(t, 1, root)
	report, err := pipe.wait(t.Context())
	require.NoError(t, err)
	restarts, err := pipe.restarts(t.Context())
	require.NoError(t, err)
	require.NoError(t, pipe.stop(t.Context()))
	assert.True(t, report.Complete)
	assert.Equal(t, alone(t, root), report.Totals)
	assert.Positive(t, restarts)
}

// It is not tried for ever: the root has a limit, and the error says so. Each of
// the files brings a dose, and there are more files than restarts allowed.
func TestPipelineGivesUp(t *testing.T) {
	pipe := poisoned(t, 1000, tree(t, sample))
	_, err := pipe.wait(t.Context())
	require.Error(t, err)
	err = pipe.stop(t.Context())
	require.ErrorIs(t, err, supervision.ErrIntensityExceeded)
	assert.Contains(t, err.Error(), "unexpected main.poison")
}
