package understudy_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// TestGuideOutage checks what the guide says of a child with a backoff that
// cannot be started because of something outside: under which limits its
// supervisor gives up, and when.
func TestGuideOutage(t *testing.T) {
	backoff := &supervision.Backoff{Base: 100 * time.Millisecond, Max: 30 * time.Second, Jitter: 0.2}
	for _, c := range []struct {
		limit supervision.Limit
		lasts time.Duration // about
	}{
		{limit: supervision.Limit{}, lasts: 3 * time.Second},
		{limit: supervision.AtMost(9, time.Minute), lasts: 50 * time.Second},
		{limit: supervision.AtMost(10, time.Minute), lasts: time.Hour}, // of which the test makes an end
	} {
		synctest.Test(t, func(t *testing.T) {
			var out bool
			api := actor.New(actor.Spec[string]{Name: "api", New: func(context.Context, *actor.Self[string]) (actor.Actor[string], error) {
				if out {
					return nil, errors.New("no connection")
				}
				out = true
				return actor.Func[string](func(context.Context, string) error { return errors.New("connection lost") }), nil
			}})
			sys, err := system.Start(t.Context(), system.Config{
				Name:   "shop",
				Root:   supervision.Spec{Limit: c.limit, Children: []supervision.Child{{Process: api, Backoff: backoff}}},
				Logger: slog.New(slog.DiscardHandler),
			})
			require.NoError(t, err)
			begin := time.Now()
			require.NoError(t, api.Send(t.Context(), "order"))
			select {
			case <-sys.Done():
			case <-time.After(time.Hour):
				require.NoError(t, sys.Shutdown(t.Context()))
			}
			assert.InDelta(t, c.lasts, time.Since(begin), float64(c.lasts)/8, "%v", c.limit)
		})
	}
}
