package pool

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/internal/spantest"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// A job waits outside of any actor, and is handed from one to another. It belongs
// to the trace that it was sent in all the same.
func TestWhatIsSentToAPoolStaysInItsTrace(t *testing.T) {
	for _, route := range []Route{RoundRobin, Pull} {
		t.Run(route.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := new(book)
				p := New(b.spec(2, route))
				spans := spantest.New()
				sys, err := system.Start(t.Context(), system.Config{
					Name:           "sys",
					Root:           supervision.Spec{Children: []supervision.Child{{Process: p.Supervisor}}},
					TracerProvider: spans,
					Logger:         slog.New(slog.DiscardHandler),
				})
				require.NoError(t, err)
				ctx, span := spans.Start(context.Background(), "request")
				require.NoError(t, p.Send(ctx, note{id: 1, do: failures(1)}))
				span.End()
				synctest.Wait()
				require.NoError(t, sys.Shutdown(t.Context()))
				handled := spans.Named("process clerk/note")
				require.Len(t, handled, len(b.handled()))
				for _, s := range handled {
					assert.Equal(t, span.SpanContext().SpanID(), s.Parent.SpanID())
				}
				failed := spans.Named("supervise " + b.handled()[0].by)
				require.Len(t, failed, 1)
				assert.Equal(t, span.SpanContext().TraceID(), failed[0].Context.TraceID())
			})
		})
	}
}
