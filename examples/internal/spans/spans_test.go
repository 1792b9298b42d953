package spans_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/examples/internal/spans"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Spans are drawn under their parents, in the order of their starts, however
// they ended.
func TestDraw(t *testing.T) {
	sink, err := spans.Open(t.Context(), spans.Config{Keep: true})
	require.NoError(t, err)
	tracer, at := sink.Provider.Tracer("test"), time.Now()
	span := func(ctx context.Context, name string, from, to int, status codes.Code, a ...attribute.KeyValue) context.Context {
		ms := func(n int) time.Time { return at.Add(time.Duration(n) * time.Millisecond) }
		ctx, s := tracer.Start(ctx, name, trace.WithTimestamp(ms(from)), trace.WithAttributes(a...))
		s.SetStatus(status, "out of ink")
		s.End(trace.WithTimestamp(ms(to)))
		return ctx
	}
	root := span(t.Context(), "print", 0, 3, codes.Error, attribute.String("file.path", "a.pdf"))
	span(root, "supervise printer", 2, 2, codes.Unset)
	first := span(root, "stop stock", 1, 1, codes.Unset, attribute.String("actor.stop.reason", "sibling_failed"))
	span(first, "below", 1, 2, codes.Unset, attribute.Int("not.told", 1))
	span(t.Context(), "another", 9, 9, codes.Ok)

	var out strings.Builder
	spans.Draw(&out, sink.Kept(), map[string]string{"file.path": "file"})
	assert.Equal(t, `trace ID
print file=a.pdf (3ms) ERROR out of ink
├ stop stock reason=sibling_failed
│ └ below (1ms)
└ supervise printer
trace ID
another
`, regexp.MustCompile(`[0-9a-f]{32}`).ReplaceAllString(out.String(), "ID"))
	assert.Equal(t, 1, spans.Decisions(sink.Kept()))
	require.NoError(t, sink.Close(t.Context()))
}

// Spans that go nowhere are not made.
func TestNowhere(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "")
	sink, err := spans.Open(t.Context(), spans.Config{})
	require.NoError(t, err)
	_, span := sink.Provider.Tracer("test").Start(t.Context(), "none")
	assert.False(t, span.IsRecording())
	assert.Empty(t, sink.Kept())
	require.NoError(t, sink.Close(t.Context()))
}
