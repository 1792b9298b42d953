package monitoring_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/understudy-go/understudy/internal/spantest"
	"github.com/understudy-go/understudy/monitoring"
)

// A Memory answers what has happened so far.
func ExampleMemory() {
	var seen monitoring.Memory[monitoring.SupervisionEvent]

	seen.Record(monitoring.SupervisionEvent{Kind: monitoring.ChildStarted, Child: "till"})
	seen.Record(monitoring.SupervisionEvent{Kind: monitoring.ChildFailed, Child: "till", Err: errors.New("out of paper")})
	seen.Record(monitoring.SupervisionEvent{Kind: monitoring.ChildRestarted, Child: "till", Restarts: 1})

	snapshot := seen.Snapshot()
	fmt.Println(snapshot.Counts.Of(monitoring.Error), "failure")
	for _, e := range snapshot.Recent {
		fmt.Println(e.Severity(), e.Child, e.Kind)
	}
	// Output:
	// 1 failure
	// info till child started
	// error till child failed
	// warning till child restarted
}

// Only what matters is kept if Min says so.
func ExampleMemory_min() {
	failures := monitoring.Memory[monitoring.ActorEvent]{History: 10, Min: monitoring.Error}

	failures.Record(monitoring.ActorEvent{Kind: monitoring.Started, Path: "/shop/till"})
	failures.Record(monitoring.ActorEvent{Kind: monitoring.ErrorOccurred, Path: "/shop/till"})

	fmt.Println(len(failures.Snapshot().Recent))
	// Output: 1
}

// A Tee feeds a Memory and a log at once.
func ExampleTee() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	var seen monitoring.Memory[monitoring.MailboxEvent]
	both := monitoring.Tee[monitoring.MailboxEvent](&seen, &monitoring.Slog[monitoring.MailboxEvent]{Logger: logger})

	both.Record(monitoring.MailboxEvent{Kind: monitoring.MessageDropped, Path: "/shop/till", Message: "Open", Reason: "overflow"})

	fmt.Println(both.Snapshot().Counts.Of(monitoring.Warning))
	// Output:
	// level=WARN msg="message dropped" path=/shop/till message=Open reason=overflow
	// 1
}

// order is an event of a program's own.
type order struct{ total int }

func (o order) Severity() monitoring.Severity {
	if o.total > 1000 {
		return monitoring.Warning
	}
	return monitoring.Info
}

// A Monitor records any type that knows its severity.
func ExampleMonitor() {
	var m monitoring.Monitor[order] = new(monitoring.Memory[order])
	m.Record(order{20})
	m.Record(order{5000})
	fmt.Println(m.Snapshot().Counts.Of(monitoring.Warning), "of", m.Snapshot().Counts.Total())
	// Output: 1 of 2
}

// An incident becomes a tree of spans. Here it is recorded; a program gives
// the provider of its OpenTelemetry SDK instead.
func ExampleTelemetry_Report() {
	provider := spantest.New()
	telemetry, err := monitoring.NewTelemetry(monitoring.TelemetryConfig{
		System: "shop", TracerProvider: provider, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	at := func(ms int) time.Time { return time.UnixMilli(int64(ms)) }

	telemetry.Report(&monitoring.Incident{
		Failure: monitoring.Failure{
			Path: "/shop/till", Name: "till", Type: "Till", Message: "Open", Kind: "panic", Err: errors.New("out of paper"), At: at(0),
		},
		Supervisor: "/shop", Strategy: "one_for_one", Directive: "restart", Restarts: 1, Begin: at(0), End: at(103),
		Steps: []monitoring.Step{
			{Kind: monitoring.StepBackoff, Begin: at(0), End: at(100), Under: -1},
			{Kind: monitoring.StepRestart, Child: "till", Begin: at(100), End: at(103), Under: -1},
			{Kind: monitoring.StepStart, Child: "till", Begin: at(101), End: at(103), Under: 1},
		},
		Restarted: true,
	})

	if err := telemetry.Flush(context.Background()); err != nil {
		fmt.Println(err)
	}
	fmt.Print(provider.Tree("actor.supervision.directive"))
	// Output:
	// process Till/Open (consumer) ERROR "out of paper" 0s+0s
	//   ! exception *errors.errorString: out of paper 0s
	//   supervise till 0s+103ms {actor.supervision.directive=restart}
	//     backoff 0s+100ms
	//     restart till 100ms+3ms
	//       start till 101ms+2ms
}

// IDs tell runs of a system apart, and actors within a run.
func ExampleIDs() {
	ids := monitoring.NewIDs()
	first, second := ids.Next(), ids.Next()
	fmt.Println(first == second, first.Sequence(), second.Sequence())
	// Output: false 1 2
}
