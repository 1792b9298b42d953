package monitoring

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// own is a supervisor's record of its own start or stop, with n children.
func own(directive, path string, n int) *Incident {
	kind := StepStop
	if directive == directiveStart {
		kind = StepStart
	}
	in := &Incident{
		Failure: Failure{Path: path, Name: path[1:]}, Supervisor: path, Directive: directive,
		Begin: time.Now(), End: time.Now(),
	}
	for i := range n {
		in.Steps = append(in.Steps, step(kind, fmt.Sprint(path, "/", i)))
	}
	return in
}

func step(kind StepKind, path string) Step {
	return Step{Kind: kind, Child: path[1:], Path: path, Begin: time.Now(), End: time.Now(), Under: -1}
}

// Each level waits for the one above, whatever their number, and stands under
// its own step there.
func TestPartsAreOneTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		whole := incident(worker(1, time.Now()), "restart")
		whole.Steps = []Step{step(StepStop, "/a"), step(StepRestart, "/a"), step(StepStart, "/a")}
		whole.Steps[2].Under = 1

		s.Expect("/a")
		s.Expect("/a/b")
		s.Report(own(directiveShutdown, "/a/b", 1))
		middle := own(directiveShutdown, "/a", 1)
		middle.Steps = append(middle.Steps, step(StepStop, "/a/b"))
		s.Report(middle)
		s.Expect("/a")
		s.Report(own(directiveStart, "/a", 2))
		s.flush(t)
		assert.Empty(t, s.rec.Spans())

		s.Report(whole)
		s.flush(t)
		assert.Equal(t, `process Orders/Place (consumer) ERROR "out of paper" 0s+0s
  ! exception *monitoring.crash: out of paper 0s
  supervise worker-1 0s+0s
    stop a 0s+0s
      stop a/0 0s+0s
      stop a/b 0s+0s
        stop a/b/0 0s+0s
    restart a 0s+0s
      start a 0s+0s
        start a/0 0s+0s
        start a/1 0s+0s
`, s.rec.Tree())
		assert.Zero(t, s.Dropped())
		assert.Empty(t, s.parts.byPath)
		assert.Zero(t, s.parts.held)
	})
}

// A start or stop that is part of nothing is a trace if there is something to
// see: a stop that had children, a start that failed.
func TestPartsOfNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		failed := own(directiveStart, "/failed", 1)
		failed.Err = errors.New("no")
		for _, in := range []*Incident{
			own(directiveShutdown, "/empty", 0), own(directiveShutdown, "/stopped", 1), own(directiveStart, "/started", 1), failed,
		} {
			s.Report(in)
		}
		s.flush(t)
		assert.Equal(t, "stop stopped 0s+0s\n  stop stopped/0 0s+0s\nstart failed ERROR \"no\" 0s+0s\n  start failed/0 0s+0s\n", s.rec.Tree())
		assert.Empty(t, s.log.String(), "whoever asked for the start is told")
	})
}

// What the whole does not claim is not kept for another: neither a late report
// of an earlier stop, nor one of a kind that it has no step of.
func TestPartsAreNotMixedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.Expect("/a")
		s.Report(own(directiveStart, "/a", 1))
		whole := own(directiveShutdown, "/", 0)
		whole.Steps = []Step{step(StepStop, "/a")}
		s.Report(whole)
		s.Report(own(directiveShutdown, "/a", 1)) // too late
		s.flush(t)
		assert.Equal(t, "stop  0s+0s\n  stop a 0s+0s\nstop a 0s+0s\n  stop a/0 0s+0s\n", s.rec.Tree())
	})
}

// A part whose whole is never reported comes out at the end, by itself.
func TestPartsWithoutTheirWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.Expect("/a")
		s.Report(own(directiveShutdown, "/a", 1))
		s.flush(t)
		assert.Empty(t, s.rec.Spans())
		require.NoError(t, s.Close(context.Background()))
		assert.Equal(t, "stop a 0s+0s\n  stop a/0 0s+0s\n", s.rec.Tree())
	})
}

// What goes down with its whole is one incident with it.
func TestPartsAreLostWithTheirWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, func(c *TelemetryConfig) { c.IncidentsPerSecond = 1 })
		for range 2 {
			s.Report(incident(worker(1, time.Now()), "stop"))
		}
		whole := own(directiveShutdown, "/", 0)
		for _, path := range []string{"/a", "/b"} {
			s.Expect(path)
			s.Report(own(directiveShutdown, path, 1))
			whole.Steps = append(whole.Steps, step(StepStop, path))
		}
		s.Report(whole)
		s.flush(t)
		assert.EqualValues(t, 1, s.Drops().Incidents)
		assert.Len(t, s.rec.Named("supervise worker-1"), 2)
	})
}

// Neither what is held nor what is made of it grows without bound.
func TestPartsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, func(c *TelemetryConfig) { c.Queue = 20 })
		whole := own(directiveShutdown, "/", 0)
		for i := range 30 {
			path := fmt.Sprint("/", i)
			s.Expect(path)
			s.Report(own(directiveShutdown, path, 100))
			whole.Steps = append(whole.Steps, step(StepStop, path))
		}
		assert.Len(t, s.parts.byPath, 20)
		assert.Equal(t, 20, s.parts.held)
		s.flush(t)
		assert.Len(t, s.rec.Spans(), 10*(1+maxSteps), "those that did not fit are traces of their own")
		s.rec.Reset()
		s.Report(whole)
		s.flush(t)
		assert.Len(t, s.rec.Spans(), 1+maxSpans)
		assert.Empty(t, s.parts.byPath)
	})
}

// What a command does stands under the command's span, and nowhere without one.
func TestCommandIsShownUnderItsSpan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		ctx, request := s.rec.Start(context.Background(), "POST /orders")
		for _, in := range []SpanRef{Sampled(ctx), {}, NewSpanRef()} {
			s.Report(&Incident{
				Failure: Failure{Path: "/a", Name: "a", Trace: in}, Supervisor: "/", Directive: directiveCommand,
				Steps: []Step{step(StepStart, "/a")},
			})
		}
		request.End()
		s.flush(t)
		assert.Equal(t, "POST /orders 0s+0s\n  start a 0s+0s\n", s.rec.Tree())
		assert.Empty(t, s.log.String())
	})
}

// A nil Telemetry expects nothing.
func TestExpectOfNothing(t *testing.T) {
	var none *Telemetry
	none.Expect("/a")
	require.NoError(t, none.Close(context.Background()))
}
