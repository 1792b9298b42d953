package system_test

import (
	"bytes"
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/internal/metrictest"
	"github.com/understudy-go/understudy/internal/spantest"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

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
				worker, meters := tracesNew("worker"), metrictest.New()
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
				last := meters.Collect() // what a system that has ended tells once
				lost := func(kind string) int {
					return int(last.With("actor.telemetry.kind", kind).Total("actor.telemetry.dropped"))
				}
				there := func(name string) int { return len(s.spans.Named(name)) }
				assert.LessOrEqual(t, crashes, there("supervise worker")+lost("incident"))
				assert.LessOrEqual(t, crashes, there("process Orders/Crash")+lost("span"))
				if c.name == "sound" {
					assert.Zero(t, lost("span"))
				}
				if c.name == "sound" || c.stuck {
					// The shutdown is an incident, too.
					assert.Equal(t, crashes+1, there("supervise worker")+there("shutdown shop")+lost("incident"))
					assert.Equal(t, crashes, there("process Orders/Crash")+lost("span"))
				}
			})
		})
	}
}
