package supervision

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/internal/model"
)

// TestModelSchedules carries out the schedules of testdata/schedules, in which
// the model and what it describes have differed once, or in which it was not clear
// what is right. A new one is what TestModelCore or TestModelLive has printed; the
// language is that of package model. What is marked as being for the core only
// has an outcome that is open where clocks and goroutines are real.
func TestModelSchedules(t *testing.T) {
	files, err := filepath.Glob("testdata/schedules/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run("core/"+name, func(t *testing.T) {
			r := &rehearsal{}
			r.run(t, parse(t, string(text)))
			assert.Zero(t, r.cut)
			assert.NotZero(t, r.starts)
		})
		if strings.HasPrefix(string(text), "# Core only") {
			continue
		}
		t.Run("live/"+name, func(t *testing.T) {
			var sum performance
			perform(t, t, parse(t, string(text)), &sum)
			assert.Empty(t, sum.open, "its outcome is open")
		})
	}
}

func parse(t *testing.T, text string) model.Schedule {
	t.Helper()
	s, err := model.Parse(text)
	require.NoError(t, err)
	return s
}
