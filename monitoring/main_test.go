package monitoring

import (
	"bytes"
	"context"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/internal/spantest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// spanIDs is what a log line names its span by. It is left out of golden files:
// each span that is made would change the lines of all that come after it.
var spanIDs = regexp.MustCompile(` trace_id=[0-9a-f]{32} span_id=[0-9a-f]{16}`)

// golden compares a text with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	got = spanIDs.ReplaceAllString(got, "")
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

// page is a log for tests.
type page struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *page) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *page) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// logger returns a logger that writes all levels, without the time.
func (p *page) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(p, &slog.HandlerOptions{
		Level: slog.LevelDebug - 4,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
}

// stage is a Telemetry whose output can be looked at.
type stage struct {
	*Telemetry
	rec *spantest.Recorder
	log *page
}

func newStage(t *testing.T, change ...func(*TelemetryConfig)) stage {
	t.Helper()
	s := stage{rec: spantest.New(), log: new(page)}
	cfg := TelemetryConfig{System: "shop", TracerProvider: s.rec, Logger: s.log.logger()}
	for _, f := range change {
		f(&cfg)
	}
	telemetry, err := NewTelemetry(cfg)
	require.NoError(t, err)
	s.Telemetry = telemetry
	return s
}

// flush waits for all that was handed over.
func (s stage) flush(t *testing.T) {
	t.Helper()
	require.NoError(t, s.Flush(context.Background()))
}
