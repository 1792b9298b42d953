package system_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/internal/spantest"
	"github.com/understudy-go/understudy/supervision"
)

// tracesAnswers is what somebody wants to know of a failure.
type tracesAnswers struct {
	what, which  string // path and type of what failed
	incarnation  string
	message      string
	failure, err string // the class of the end, the error's text
	errType      string
	where        string // the first line of the stack
	decision     string
	because      string // strategy and restart type
	by           string
	count, limit string // restarts with this one, and how many are allowed in what time
	before       int    // how often it had crashed in the traces before this one
	stopped      []string
	restarted    []string
	backoff      time.Duration
	down         time.Duration // from the failure until it ran again
}

// tracesRead answers from the spans of one trace and those before it, and from
// nothing else.
func tracesRead(all []spantest.Span, root spantest.Span) tracesAnswers {
	var a tracesAnswers
	var failed spantest.Span
	var at time.Time
	for _, s := range all {
		verb, who, _ := strings.Cut(s.Name, " ")
		if s.Context.TraceID() != root.Context.TraceID() {
			continue
		}
		switch verb {
		case "process":
			if len(s.Events) == 0 {
				continue
			}
			failed, at = s, s.Events[0].Time
			a.what, a.which = s.Attr("actor.path"), s.Attr("actor.type")
			a.incarnation, a.message = s.Attr("actor.incarnation"), s.Attr("actor.message.type")
			a.failure, a.err = s.Attr("actor.failure.kind"), s.Events[0].Attr("exception.message")
			a.errType = s.Events[0].Attr("exception.type")
			a.where, _, _ = strings.Cut(s.Events[0].Attr("exception.stacktrace"), "\n")
		case "supervise":
			a.decision, a.by = s.Attr("actor.supervision.directive"), s.Attr("actor.path")
			a.because = s.Attr("actor.supervision.strategy") + ", " + s.Attr("actor.supervision.restart_type")
			a.count = s.Attr("actor.supervision.restarts")
			a.limit = s.Attr("actor.supervision.max_restarts") + " per " + s.Attr("actor.supervision.window")
		case "stop":
			a.stopped = append(a.stopped, who)
		case "backoff":
			a.backoff = s.Duration()
		case "restart":
			a.restarted = append(a.restarted, who)
			if s.Attr("actor.child.path") == a.what {
				a.down = s.End.Sub(at)
			}
		}
	}
	for _, s := range all {
		if len(s.Events) > 0 && s.Start.Before(failed.Start) && s.Attr("actor.path") == a.what {
			a.before++
		}
	}
	return a
}

// Whoever has the trace needs neither logs nor code: each question that a
// failure raises is answered by its spans.
func TestTraceAnswersEverything(t *testing.T) {
	for _, sampled := range []bool{true, false} {
		name := map[bool]string{true: "sampled request", false: "unsampled request"}[sampled]
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				till, printer := tracesNew("till"), tracesNew("printer")
				s := tracesStart(t, supervision.Spec{
					Strategy: supervision.OneForAll,
					Limit:    supervision.AtMost(4, time.Hour),
					Defaults: supervision.Defaults{
						Restart: supervision.Transient,
						Backoff: &supervision.Backoff{Base: 10 * time.Millisecond, Max: time.Second},
					},
					Children: tracesWorkers(till, printer),
				})
				for range 2 { // earlier crashes
					s.request(printer.Ref, Crash{})
					time.Sleep(100 * time.Millisecond)
				}
				s.spans.SetSampled(sampled)
				ctx, request := s.spans.Start(context.Background(), "POST /orders")
				crashed := time.Now()
				require.NoError(t, printer.Send(ctx, Crash{}))
				request.End()
				s.spans.SetSampled(true)

				// The answer to a question that waits tells when the printer is back.
				_, err := actor.Ask(context.Background(), printer.Ref, func(r actor.Reply[int]) tracesMsg { return Quote{r} })
				require.NoError(t, err)
				down := time.Since(crashed)
				s.settle()

				all := s.spans.Spans()
				roots := slices.DeleteFunc(slices.Clone(all), func(s spantest.Span) bool { return !s.IsRoot() })
				require.Len(t, roots, 3)
				assert.Equal(t, tracesAnswers{
					what: "/shop/printer", which: "Orders", incarnation: "3", message: "Crash",
					failure: "panic", err: "panic: out of ink", errType: "*actor.PanicError",
					where:    "github.com/understudy-go/understudy/system_test.Orders.Receive(...)",
					decision: "restart", because: "one_for_all, transient", by: "/shop",
					count: "3", limit: "4 per 1h0m0s", before: 2,
					stopped: []string{"till"}, restarted: []string{"till", "printer"},
					backoff: 40 * time.Millisecond, down: down,
				}, tracesRead(all, roots[2]))
				kitShut(t, s.ActorSystem)
			})
		})
	}
}

// One who is told why a supervisor gave up finds the first cause at the bottom
// of the same trace, and each decision with its reason.
func TestTraceAnswersWhyItGaveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		worker := tracesNew("worker")
		sub := supervision.New(supervision.Spec{
			Name: "sub", Limit: supervision.AtMost(1, time.Minute), Children: tracesWorkers(worker),
		})
		s := tracesStart(t, supervision.Spec{Limit: supervision.AtMost(0, time.Minute), Children: kitChildren(sub)})
		s.request(worker.Ref, Crash{})
		s.request(worker.Ref, Place{time.Millisecond})
		<-s.Done()

		gaveUp := s.spans.Named("supervise sub")
		require.Len(t, gaveUp, 1)
		assert.Equal(t, "escalate", gaveUp[0].Attr("actor.supervision.directive"))
		assert.Equal(t, "/shop", gaveUp[0].Attr("actor.path"))
		assert.Contains(t, gaveUp[0].Description, "/shop: more than 0 per 1m0s")

		var up []spantest.Span // from there to the root
		for at := gaveUp[0]; !at.IsRoot(); {
			i := slices.IndexFunc(s.spans.Spans(), func(s spantest.Span) bool {
				return s.Context.SpanID() == at.Parent.SpanID()
			})
			require.GreaterOrEqual(t, i, 0)
			at = s.spans.Spans()[i]
			up = append(up, at)
		}
		require.Len(t, up, 3)
		assert.Equal(t, "supervise worker", up[0].Name)
		assert.Equal(t, "2", up[0].Attr("actor.supervision.restarts"))
		assert.Equal(t, "1", up[0].Attr("actor.supervision.max_restarts"))
		assert.Equal(t, "process Orders/Place", up[1].Name)
		assert.Equal(t, "out of paper", up[1].Description)
		assert.Equal(t, "POST /orders", up[2].Name)
		require.ErrorIs(t, s.Err(), supervision.ErrIntensityExceeded)
	})
}
