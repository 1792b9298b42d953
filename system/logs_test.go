package system_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"

	"github.com/understudy-go/understudy/internal/spantest"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
)

// logPage is a log for tests.
type logPage struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *logPage) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

// logLine is what is looked at of a line.
type logLine struct {
	Level   string `json:"level"`
	Message string `json:"msg"`
	Path    string `json:"actor.path"`
	Child   string `json:"actor.child.path"`
	Error   string `json:"error"`
	Reason  string `json:"actor.drop.reason"`
	TraceID string `json:"trace_id"`
	SpanID  string `json:"span_id"`
	Hidden  int    `json:"withheld"`
}

func (l logLine) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s %s: %s %s %s%s", l.Level, l.Message, l.Path, l.Child, l.Error, l.Reason))
}

// lines returns what has been logged.
func (p *logPage) lines(t *testing.T) (lines []logLine) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for text := range strings.Lines(p.text.String()) {
		var l logLine
		require.NoError(t, json.Unmarshal([]byte(text), &l), text)
		lines = append(lines, l)
	}
	return lines
}

func logTexts(lines []logLine) (texts []string) {
	for _, l := range lines {
		texts = append(texts, l.String())
	}
	return texts
}

// A failure is logged once, and so is what was done about it. The lines name
// the spans that tell the same.
func TestLogs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var page logPage
		spans := spantest.New()
		a := kitNew("a", nil)
		cfg := kitConfig(supervision.New(supervision.Spec{
			Name: "sub", Strategy: supervision.OneForAll, Limit: supervision.AtMost(1, time.Minute),
			Children: kitChildren(a, kitNew("b", nil)),
		}))
		cfg.TracerProvider = spans
		cfg.Logger = slog.New(monitoring.NewTraceHandler(slog.NewJSONHandler(&page, nil)))
		s := kitStart(t, cfg)
		ctx, request := spans.Start(context.Background(), "request")
		require.NoError(t, a.Send(ctx, func(ctx context.Context) error {
			cfg.Logger.InfoContext(ctx, "about to fail")
			return errKit
		}))
		synctest.Wait()
		kitSend(t, a.Ref, kitPanic)
		synctest.Wait()
		request.End()
		kitSend(t, a.Ref, kitNothing)
		synctest.Wait()
		kitShut(t, s)

		lines := page.lines(t)
		assert.Equal(t, []string{
			"INFO about to fail:",
			"ERROR actor failed: /sys/sub/a  boom",
			"WARN actor restarted: /sys/sub /sys/sub/a",
			"ERROR actor failed: /sys/sub/a  panic: boom",
			"ERROR supervisor escalated: /sys/sub /sys/sub/a supervision: restart limit exceeded: /sys/sub: more than 1 per 1m0s: a: panic: boom",
			"WARN actor restarted: /sys /sys/sub",
		}, logTexts(lines))
		for i, span := range []string{
			"process kitWorker/kitDo", "process kitWorker/kitDo", "supervise a", "process kitWorker/kitDo", "supervise a", "supervise sub",
		} {
			var ids []trace.SpanContext
			for _, s := range spans.Named(span) {
				ids = append(ids, s.Context)
			}
			found := false
			for _, id := range ids {
				found = found || lines[i].SpanID == id.SpanID().String() && lines[i].TraceID == id.TraceID().String()
			}
			assert.True(t, found, "%v is of a span %q", lines[i], span)
		}
		assert.Equal(t, request.SpanContext().TraceID().String(), lines[1].TraceID, "from the request to the recovery")
		assert.Equal(t, lines[1].TraceID, lines[2].TraceID)
		assert.NotEqual(t, lines[1].TraceID, lines[3].TraceID)
		assert.Equal(t, lines[3].TraceID, lines[5].TraceID)
	})
}

// A flood of dead letters is a few lines, which say how many they stand for.
func TestLogsOfDeadLetters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var page logPage
		spans := spantest.New()
		a := kitNew("a", nil)
		cfg := kitConfig(a)
		cfg.TracerProvider = spans
		cfg.Logger = slog.New(slog.NewJSONHandler(&page, nil))
		s := kitStart(t, cfg)
		ctx, request := spans.Start(context.Background(), "request")
		kitSend(t, a.Ref, func(ctx context.Context) error {
			<-ctx.Done()
			return nil
		})
		synctest.Wait()
		for range 50 {
			require.NoError(t, a.Send(ctx, kitNothing))
		}
		request.End()
		kitShut(t, s)
		lines := page.lines(t)
		require.Len(t, lines, 10)
		for _, l := range lines {
			assert.Equal(t, "WARN dead letter: /sys/a  stopped", l.String())
			assert.Equal(t, request.SpanContext().SpanID().String(), l.SpanID)
		}
		assert.EqualValues(t, 50, s.DeadLetters().Total())
	})
}
