package system_test

import (
	"bytes"
	"context"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/internal/spantest"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// dropMeters is a MeterProvider that reads one counter: what telemetry lost, by
// kind.
type dropMeters struct {
	noop.MeterProvider

	mu    sync.Mutex
	calls []metric.Callback // protected by mu
}

func (d *dropMeters) Meter(string, ...metric.MeterOption) metric.Meter { return dropMeter{of: d} }

// read collects.
func (d *dropMeters) read(t *testing.T) map[string]int {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	got := dropObserver{lost: make(map[string]int)}
	for _, call := range d.calls {
		require.NoError(t, call(context.Background(), got))
	}
	return got.lost
}

type dropMeter struct {
	noop.Meter
	of *dropMeters
}

// dropCounter is the counter that is read.
type dropCounter struct{ noop.Int64ObservableCounter }

func (m dropMeter) Int64ObservableCounter(
	name string, options ...metric.Int64ObservableCounterOption,
) (metric.Int64ObservableCounter, error) {
	if name == "actor.telemetry.dropped" {
		return dropCounter{}, nil
	}
	return m.Meter.Int64ObservableCounter(name, options...)
}

func (m dropMeter) RegisterCallback(f metric.Callback, _ ...metric.Observable) (metric.Registration, error) {
	m.of.mu.Lock()
	defer m.of.mu.Unlock()
	m.of.calls = append(m.of.calls, f)
	return noop.Registration{}, nil
}

type dropObserver struct {
	noop.Observer
	lost map[string]int
}

func (o dropObserver) ObserveInt64(of metric.Int64Observable, n int64, options ...metric.ObserveOption) {
	if _, ok := of.(dropCounter); !ok {
		return
	}
	set := metric.NewObserveConfig(options).Attributes()
	kind, _ := set.Value("actor.telemetry.kind")
	o.lost[kind.AsString()] += int(n)
}

// Whatever an exporter does, no actor and no supervisor notices: each crash is
// followed by a restart at the very moment at which it would be otherwise, the
// shutdown returns in time, and every span is either there or counted (H1).
func TestFaultyExportersAreNoticedByNobody(t *testing.T) {
	const crashes = 1500
	for _, c := range []struct {
		name  string
		fault func(spans *spantest.Recorder, release <-chan struct{})
		// stuck says that the exporter does not come to an end by itself.
		stuck bool
	}{
		{"sound", func(*spantest.Recorder, <-chan struct{}) {}, false},
		{"blocking", func(spans *spantest.Recorder, release <-chan struct{}) {
			spans.OnEnd(func(string) { <-release })
		}, true},
		{"slow", func(spans *spantest.Recorder, release <-chan struct{}) {
			spans.OnEnd(func(string) {
				select {
				case <-release:
				case <-time.After(time.Minute):
				}
			})
		}, true},
		{"panicking", func(spans *spantest.Recorder, _ <-chan struct{}) {
			spans.OnEnd(func(string) { panic("out of order") })
		}, false},
		{"ending its goroutine", func(spans *spantest.Recorder, _ <-chan struct{}) {
			spans.OnEnd(func(string) { runtime.Goexit() })
		}, false},
		{"panicking now and then", func(spans *spantest.Recorder, _ <-chan struct{}) {
			n := 0
			spans.OnEnd(func(string) {
				if n++; n%3 == 0 {
					panic("out of order")
				}
			})
		}, false},
		{"panicking at the start", func(spans *spantest.Recorder, _ <-chan struct{}) {
			spans.OnStart(func(string) { panic("out of order") })
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				worker, meters := tracesNew("worker"), new(dropMeters)
				s := tracesStage{t: t, spans: spantest.New(), log: new(bytes.Buffer)}
				var err error
				s.ActorSystem, err = system.Start(t.Context(), system.Config{
					Name: "shop",
					Root: supervision.Spec{
						Limit: supervision.AtMost(crashes, time.Hour), Children: tracesWorkers(worker),
					},
					TracerProvider: s.spans,
					MeterProvider:  meters,
					Logger:         tracesLogger(s.log),
				})
				require.NoError(t, err)
				ctx, request := s.spans.Start(context.Background(), "POST /orders")
				release := make(chan struct{})
				c.fault(s.spans, release)

				for range crashes {
					began := time.Now()
					require.NoError(t, worker.Send(ctx, Crash{}))
					_, err := actor.Ask(context.Background(), worker.Ref,
						func(r actor.Reply[int]) tracesMsg { return Quote{r} })
					require.NoError(t, err)
					require.Equal(t, time.Millisecond, time.Since(began), "as long as a start takes")
				}

				bounded, cancel := context.WithTimeout(context.Background(), 8*time.Second)
				defer cancel()
				kitWithin(t, 8*time.Second, func() { err = s.Shutdown(bounded) })
				if c.stuck {
					require.ErrorContains(t, err, "telemetry not flushed in time")
				} else {
					require.NoError(t, err)
				}

				close(release)
				synctest.Wait()
				s.spans.OnStart(nil)
				s.spans.OnEnd(nil)
				request.End()
				lost := meters.read(t)
				there := func(name string) int { return len(s.spans.Named(name)) }
				assert.LessOrEqual(t, crashes, there("supervise worker")+lost["incident"])
				assert.LessOrEqual(t, crashes, there("process Orders/Crash")+lost["span"])
				if c.name == "sound" {
					assert.Zero(t, lost["span"])
				}
				if c.name == "sound" || c.stuck {
					// The shutdown is an incident, too.
					assert.Equal(t, crashes+1, there("supervise worker")+there("shutdown shop")+lost["incident"])
					assert.Equal(t, crashes, there("process Orders/Crash")+lost["span"])
				}
			})
		})
	}
}
