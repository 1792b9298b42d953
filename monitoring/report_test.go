package monitoring

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// crash is an error with a stack, as a panic is.
type crash struct{ text, stack string }

func (c *crash) Error() string { return c.text }
func (c *crash) Stack() string { return c.stack }

// keys are the attributes shown in golden files.
var keys = []string{
	keySystem, keyPath, keyIncarnation, keyMessage, keyChildPath, keyChildIncarnation, keyStrategy, keyRestartType, keyDirective,
	keyRestarts, keyMaxRestarts, keyWindow, keyBackoff, keyAffected, keyFailureKind, keyStopReason, keyErrorType,
}

// ticks returns times that lie one millisecond apart.
func ticks() func() time.Time {
	at := time.Now()
	return func() time.Time { at = at.Add(time.Millisecond); return at }
}

// worker describes the failure of one of a supervisor's children.
func worker(n int, at time.Time) Failure {
	name := fmt.Sprintf("worker-%d", n)
	return Failure{
		Path: "/shop/" + name, Name: name, Type: "Orders", Incarnation: 1, Message: "Place",
		Kind: "panic", Err: &crash{"out of paper", "orders.go:12"}, At: at, Depth: 2,
	}
}

func incident(f Failure, directive string) *Incident {
	return &Incident{
		Failure: f, Supervisor: "/shop", SupervisorType: "Supervisor", Strategy: "one_for_one", RestartType: "permanent",
		Directive: directive, Restarts: 1, MaxRestarts: 5, Window: time.Minute, Begin: f.At,
		Affected: []string{f.Name}, Ref: NewSpanRef(),
	}
}

// restart appends the restart of a child and its start, the last one so far.
func (in *Incident) restart(n int, now func() time.Time, err error) {
	name := fmt.Sprintf("worker-%d", n)
	whole := Step{
		Kind: StepRestart, Child: name, Path: "/shop/" + name, Type: "Orders", Incarnation: 2, Begin: now(), Err: err, Under: -1,
	}
	start := whole
	start.Kind, start.Begin, start.Under = StepStart, now(), len(in.Steps)
	in.End = now()
	whole.End, start.End = in.End, in.End
	in.Steps = append(in.Steps, whole, start)
	in.Restarted = err == nil
}

// request runs a traced request whose message fails, and returns the failure.
func (s stage) request(t *testing.T, n int) Failure {
	t.Helper()
	ctx, root := s.rec.Start(context.Background(), "POST /orders")
	f := worker(n, time.Time{})
	_, span := s.StartProcess(ctx, Sampled(ctx), ProcessInfo{
		Path: f.Path, Type: f.Type, Message: f.Message, Incarnation: 1, Depth: 2, Wait: time.Millisecond,
	})
	time.Sleep(3 * time.Millisecond)
	f.At, f.Trace = time.Now(), span.Ref()
	span.End(&f)
	root.End()
	return f
}

func TestOneForOneInATracedRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		f := s.request(t, 3)
		now := ticks()
		in := incident(f, "restart")
		in.restart(3, now, nil)
		s.Report(in)
		s.flush(t)
		golden(t, "one_for_one.txt", s.rec.Tree(keys...)+"\n"+s.log.String())
		assert.Zero(t, s.Dropped())
		assert.Empty(t, s.rec.Open())

		process := s.rec.Named("process Orders/Place")[0]
		assert.Equal(t, "1ms", process.Attr(keyWait))
		assert.Equal(t, "orders.go:12", process.Events[0].Attr(keyExceptionStack))
		assert.Equal(t, "*monitoring.crash", process.Attr(keyErrorType))
		assert.Equal(t, scope, process.Scope)
	})
}

func TestUntracedFailureGetsARootOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		now := ticks()
		in := incident(worker(1, now()), "restart")
		in.restart(1, now, nil)
		s.Report(in)
		s.flush(t)
		golden(t, "untraced.txt", s.rec.Tree(keys...))
		root := s.rec.Spans()[0]
		assert.True(t, root.IsRoot())
		assert.Zero(t, root.Duration())
		assert.Equal(t, codes.Error, root.Status)
	})
}

func TestGroupRestartWithSiblingStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		f := s.request(t, 3)
		now := ticks()
		in := incident(f, "restart")
		in.Strategy, in.Affected = "one_for_all", []string{"worker-1", "worker-2", "worker-3"}
		for _, n := range []int{2, 1} {
			name := fmt.Sprintf("worker-%d", n)
			in.Steps = append(in.Steps, Step{
				Kind: StepStop, Child: name, Path: "/shop/" + name, Type: "Orders", Incarnation: 1,
				Begin: now(), End: now(), Reason: "sibling_failed", Under: -1,
			})
		}
		in.Steps[1].Err = errors.New("abandoned")
		for n := range 3 {
			in.restart(n+1, now, nil)
		}
		s.Report(in)
		s.flush(t)
		golden(t, "group.txt", s.rec.Tree(keyStopReason, keyAffected, keyErrorType)+"\n"+s.log.String())
	})
}

func TestBackoffHasItsTrueTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		f := s.request(t, 1)
		in := incident(f, "restart")
		in.Backoff = 200 * time.Millisecond
		begin := time.Now()
		time.Sleep(in.Backoff)
		in.Steps = []Step{{Kind: StepBackoff, Begin: begin, End: time.Now(), Under: -1}}
		in.restart(1, ticks(), nil)
		time.Sleep(time.Hour) // it is reported late
		s.Report(in)
		s.flush(t)
		golden(t, "backoff.txt", s.rec.Tree(keyBackoff)+"\n"+s.log.String())
	})
}

// A failed restart begins a new trace, linked to the one before, and so does
// the next: a crash loop makes many short traces.
func TestFailedRestartIsLinked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		first := incident(s.request(t, 1), "restart")
		now := ticks()
		unready := fmt.Errorf("new: %w", errors.New("no connection"))
		first.restart(1, now, unready)
		second := incident(worker(1, now()), "restart")
		f := &second.Failure
		f.Kind, f.Err, f.Message, f.Incarnation = "failure", unready, "", 2
		f.Starting, f.Previous, f.Trace = true, first.Ref, first.Failure.Trace
		second.Restarts = 2
		second.restart(1, now, unready)
		third := incident(worker(1, now()), "restart")
		at := third.Failure.At
		third.Failure = second.Failure
		third.Failure.At, third.Failure.Previous = at, second.Ref
		third.Restarts = 3
		third.restart(1, now, nil)
		for _, in := range []*Incident{first, second, third} {
			s.Report(in)
		}
		s.flush(t)
		golden(t, "failed_restart.txt", s.rec.Tree(keyRestarts, keyFailureKind, keyErrorType)+"\n"+s.log.String())
	})
}

func TestEscalationIsNested(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		f := s.request(t, 3)
		now := ticks()
		lower := incident(f, "escalate")
		lower.Restarts = 6
		lower.Supervisor = "/shop/orders"
		lower.Err = errors.New("restart limit exceeded: 6 in 1m0s")
		lower.Steps = []Step{{Kind: StepStop, Child: "worker-2", Begin: now(), End: now(), Reason: "escalation", Under: -1}}
		lower.End = now()

		upper := incident(Failure{
			Path: "/shop/orders", Name: "orders", Type: "Supervisor", Incarnation: 1, Kind: "failure", Err: lower.Err,
			At: now(), Trace: lower.Ref,
		}, "restart")
		begin, start, end := now(), now(), now()
		upper.Steps = []Step{
			{Kind: StepRestart, Child: "orders", Path: "/shop/orders", Incarnation: 2, Begin: begin, End: end, Under: -1},
			{Kind: StepStart, Child: "orders", Path: "/shop/orders", Incarnation: 2, Begin: start, End: end, Under: 0},
			{Kind: StepStart, Child: "worker-1", Path: "/shop/orders/worker-1", Incarnation: 2, Begin: start, End: end, Under: 1},
		}
		upper.End, upper.Restarted = end, true
		s.Report(lower)
		s.Report(upper)
		s.flush(t)
		golden(t, "escalation.txt", s.rec.Tree(keyDirective, keyRestarts)+"\n"+s.log.String())
	})
}

// A shutdown is a decision without a failure: nothing in it is red, and it is
// no line of the log.
func TestShutdownIsTraced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		now := ticks()
		s.Report(&Incident{
			Failure: Failure{Path: "/shop", Name: "shop", Kind: "shutdown"}, Supervisor: "/shop", Directive: "shutdown", Begin: now(),
			Steps: []Step{
				{Kind: StepStop, Child: "worker-2", Begin: now(), End: now(), Reason: "shutdown", Under: -1},
				{Kind: StepStop, Child: "worker-1", Begin: now(), End: now(), Reason: "shutdown", Under: -1},
			},
			End: now(),
		})
		s.flush(t)
		golden(t, "shutdown.txt", s.rec.Tree(keys...))
		assert.Empty(t, s.log.String())
	})
}

// A child that ended normally and is brought back all the same has not failed.
func TestNormalEndIsNotRed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		now := ticks()
		f := worker(1, now())
		f.Kind, f.Err, f.Message, f.Type = "normal", nil, "", ""
		in := incident(f, "restart")
		in.restart(1, now, nil)
		s.Report(in)
		s.flush(t)
		golden(t, "normal_end.txt", s.rec.Tree(keyFailureKind)+"\n"+s.log.String())
	})
}

// An end without an error is shown by its kind.
func TestGoexitIsRed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		f := worker(1, time.Now())
		f.Kind, f.Err = "goexit", nil
		s.Report(incident(f, "stop"))
		s.flush(t)
		root := s.rec.Spans()[0]
		assert.Equal(t, "goexit", root.Description)
		assert.Equal(t, "goexit", root.Events[0].Attr(keyExceptionMessage))
		assert.Contains(t, s.log.String(), "actor.failure.kind=goexit")
	})
}

func TestSampling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		ctx, root := s.rec.Start(context.Background(), "sampled")
		s.rec.SetSampled(false)
		cold, _ := s.rec.Start(context.Background(), "unsampled")

		assert.False(t, Sampled(ctx).IsZero())
		assert.True(t, Sampled(cold).IsZero())
		assert.True(t, Sampled(context.Background()).IsZero())

		// In a trace that is sampled, all is, whatever is decided about roots.
		in := incident(worker(1, time.Now()), "stop")
		in.Failure.Trace = Sampled(ctx)
		s.Report(in)
		s.flush(t)
		assert.Len(t, s.rec.Named("supervise worker-1"), 1)

		// A new root that is not sampled takes the rest with it; what refers to
		// it is neither sampled nor linked.
		s.rec.Reset()
		before := s.rec.Started()
		in = incident(worker(1, time.Now()), "stop")
		s.Report(in)
		s.flush(t)
		assert.Empty(t, s.rec.Spans())
		assert.Equal(t, 2, s.rec.Started()-before)
		s.rec.SetSampled(true)
		next := incident(worker(1, time.Now()), "stop")
		next.Failure.Starting, next.Failure.Previous = true, in.Ref
		s.Report(next)
		s.flush(t)
		require.Len(t, s.rec.Spans(), 2)
		assert.Empty(t, s.rec.Spans()[0].Links)
		root.End()
	})
}

func TestAtMost32SpansOfChildren(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		now := ticks()
		in := incident(worker(1, now()), "restart")
		in.Affected = nil
		for n := range 30 {
			in.Steps = append(in.Steps, Step{Kind: StepStop, Child: fmt.Sprintf("worker-%d", n), Begin: now(), End: now(), Under: -1})
		}
		in.Steps = append(in.Steps, Step{Kind: StepBackoff, Begin: now(), End: now(), Under: -1})
		for n := range 40 {
			in.restart(n, now, nil)
			in.Affected = append(in.Affected, fmt.Sprintf("worker-%d", n))
		}
		s.Report(in)
		s.flush(t)
		assert.Len(t, s.rec.Spans(), 2+1+32, "process, supervise, backoff, and 32 of children")
		affected := s.rec.Named("supervise worker-1")[0].Attr(keyAffected)
		assert.Contains(t, affected, "worker-31")
		assert.NotContains(t, affected, "worker-32")
		assert.Contains(t, affected, "and 8 more")
	})
}

// Times that a supervisor did not fill in make no span that ends before it
// begins, and steps that refer to what is not there are not lost.
func TestIncompleteIncident(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		time.Sleep(time.Second)
		s.Report(&Incident{Failure: Failure{Name: "worker", Err: errors.New("x")}, Steps: []Step{{Kind: StepStop, Child: "a", Under: 5}, {}}})
		s.Report(&Incident{Failure: Failure{Name: "worker", Err: errors.New("x"), At: time.Now()}})
		s.flush(t)
		for _, span := range s.rec.Spans() {
			assert.GreaterOrEqual(t, span.Duration(), time.Duration(0), span.Name)
		}
		assert.Len(t, s.rec.Spans(), 6)
	})
}

// What comes from users is bounded and valid UTF-8, and never a format.
func TestTextsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		long := strings.Repeat("%s\xff", 50_000)
		in := incident(Failure{
			Path: long, Name: long, Type: long, Message: long, Kind: "panic", Err: &crash{long, long}, At: time.Now(),
		}, "escalate")
		in.Affected = []string{long}
		in.Err = errors.New(long)
		in.Steps = []Step{{Kind: StepStop, Child: long, Path: long, Type: long, Reason: long, Err: in.Err, Under: -1}}
		s.Report(in)
		s.flush(t)
		for _, span := range s.rec.Spans() {
			assert.LessOrEqual(t, len(span.Name), 2*maxName+len("supervise /"))
			assert.LessOrEqual(t, len(span.Description), maxText)
			for _, kv := range span.Attributes {
				assert.LessOrEqual(t, len(kv.Value.String()), maxPath+20, string(kv.Key))
			}
			for _, e := range span.Events {
				assert.LessOrEqual(t, len(e.Attr(keyExceptionMessage)), maxText)
				assert.LessOrEqual(t, len(e.Attr(keyExceptionStack)), maxStack)
			}
		}
		assert.NotContains(t, s.rec.Tree(keys...)+s.log.String(), "\xff")
		assert.NotContains(t, s.log.String(), "MISSING")
		assert.Less(t, len(s.log.String()), 16<<10)
	})
}

func TestRedact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, func(c *TelemetryConfig) {
			c.Redact = func(text string) string { return strings.ReplaceAll(text, "s3cret", "***") }
		})
		f := worker(1, time.Now())
		f.Err = &crash{"password s3cret refused", "s3cret.go:1"}
		in := incident(f, "escalate")
		in.Err = fmt.Errorf("gave up: %w", f.Err)
		in.Steps = []Step{{Kind: StepRestart, Child: "a", Err: f.Err, Under: -1}, {Kind: StepStart, Child: "a", Err: f.Err, Under: 0}}
		s.Report(in)
		ctx, _ := s.rec.Start(context.Background(), "request")
		s.StartAsk(ctx, AskInfo{Type: "Orders", Message: "Place"}).End(f.Err)
		s.Mailbox(MailboxEvent{Kind: DeadLetter, Err: f.Err})
		s.flush(t)
		assert.NotContains(t, fmt.Sprint(s.rec.Spans()), "s3cret")
		assert.NotContains(t, s.log.String(), "s3cret")
		assert.Contains(t, s.rec.Tree(), "password *** refused")
		assert.Contains(t, s.log.String(), "password *** refused")
	})
}

func TestTooManyIncidents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, func(c *TelemetryConfig) { c.IncidentsPerSecond = 5 })
		report := func(n int) (made int) {
			s.rec.Reset()
			for range n {
				s.Report(incident(worker(1, time.Now()), "stop"))
			}
			s.flush(t)
			return len(s.rec.Named("supervise worker-1"))
		}
		assert.Equal(t, 10, report(25))
		assert.EqualValues(t, 15, s.Drops().Incidents)
		assert.Equal(t, 0, report(1))
		time.Sleep(time.Second)
		assert.Equal(t, 5, report(6))
		time.Sleep(time.Hour)
		assert.Equal(t, 10, report(20))
		assert.EqualValues(t, 15+1+1+10, s.Dropped())
	})
}

// An incident that is dropped leaves no hole: what is escalated from it goes
// on under the failing message.
func TestEscalationFromADroppedIncident(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, func(c *TelemetryConfig) { c.IncidentsPerSecond = 1 })
		f := s.request(t, 3)
		for range 2 {
			s.Report(incident(worker(9, time.Now()), "stop"))
		}
		lower := incident(f, "escalate")
		s.Report(lower)
		time.Sleep(time.Second)
		s.Report(incident(Failure{Name: "orders", Kind: "failure", Trace: lower.Ref, At: time.Now()}, "stop"))
		s.flush(t)
		upper := s.rec.Named("supervise orders")
		require.Len(t, upper, 1)
		assert.Equal(t, s.rec.Named("process Orders/Place")[0].Context.SpanID(), upper[0].Parent.SpanID())
	})
}

// The lines of an incident are logged with its spans in the context.
func TestLogLinesBearTheSpan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &tracing{}
		s := newStage(t, func(c *TelemetryConfig) { c.Logger = h.logger() })
		now := ticks()
		in := incident(worker(1, now()), "restart")
		in.restart(1, now, nil)
		s.Report(in)
		s.flush(t)
		assert.Equal(t, []string{
			"actor failed " + s.rec.Spans()[0].Context.SpanID().String(),
			"actor restarted " + s.rec.Spans()[1].Context.SpanID().String(),
		}, h.lines)
		assert.Equal(t, trace.SpanKindConsumer, s.rec.Spans()[0].Kind)
	})
}
