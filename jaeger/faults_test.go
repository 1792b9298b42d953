package jaeger

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	sdk "go.opentelemetry.io/otel/sdk/trace"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// faulty is an exporter, and a processor, that does whatever a test wants.
type faulty struct {
	export         func(context.Context) error
	onStart, onEnd func()
}

func (f faulty) ExportSpans(ctx context.Context, _ []sdk.ReadOnlySpan) error { return f.export(ctx) }
func (f faulty) OnStart(context.Context, sdk.ReadWriteSpan)                  { f.onStart() }
func (f faulty) OnEnd(sdk.ReadOnlySpan)                                      { f.onEnd() }
func (f faulty) ForceFlush(context.Context) error                            { return nil }
func (f faulty) Shutdown(context.Context) error                              { return nil }

// The SDK's own processors in front of exporters that fail, block or panic, and
// processors that do so themselves: each crash is followed by its restart at
// once, and the system ends in time. (An exporter that panics behind a batch
// processor ends the program, on a goroutine of the SDK's.)
func TestFaultyExportersAreNoticedByNobody(t *testing.T) {
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) {})) // what fails, fails on purpose
	failing := func(context.Context) error { return errors.New("out of order") }
	nothing := func() {}
	for name, c := range map[string]struct {
		option func(release chan struct{}) sdk.TracerProviderOption
		stuck  bool // the end waits for the exporter, as long as there is time
	}{
		"failing, batched":  {option: func(chan struct{}) sdk.TracerProviderOption { return sdk.WithBatcher(faulty{export: failing}) }},
		"failing, in place": {option: func(chan struct{}) sdk.TracerProviderOption { return sdk.WithSyncer(faulty{export: failing}) }},
		"blocking, batched": {option: func(release chan struct{}) sdk.TracerProviderOption {
			return sdk.WithBatcher(faulty{export: func(context.Context) error { <-release; return nil }})
		}},
		"blocking, in place": {stuck: true, option: func(release chan struct{}) sdk.TracerProviderOption {
			return sdk.WithSyncer(faulty{export: func(context.Context) error { <-release; return nil }})
		}},
		"slow, in place": {stuck: true, option: func(release chan struct{}) sdk.TracerProviderOption {
			return sdk.WithSyncer(faulty{export: func(context.Context) error {
				select {
				case <-time.After(time.Minute):
				case <-release:
				}
				return nil
			}})
		}},
		"panicking, in place": {option: func(chan struct{}) sdk.TracerProviderOption {
			return sdk.WithSyncer(faulty{export: func(context.Context) error { panic("out of order") }})
		}},
		"processor that panics": {option: func(chan struct{}) sdk.TracerProviderOption {
			return sdk.WithSpanProcessor(faulty{onStart: nothing, onEnd: func() { panic("out of order") }})
		}},
		"processor that panics at the start": {option: func(chan struct{}) sdk.TracerProviderOption {
			return sdk.WithSpanProcessor(faulty{onStart: func() { panic("out of order") }, onEnd: nothing})
		}},
		"processor that ends its goroutine": {option: func(chan struct{}) sdk.TracerProviderOption {
			return sdk.WithSpanProcessor(faulty{onStart: nothing, onEnd: runtime.Goexit})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				provider := sdk.NewTracerProvider(c.option(release))
				printer := printer("printer")
				sys, err := system.Start(t.Context(), system.Config{
					Name: "shop",
					Root: supervision.Spec{
						Limit:    supervision.AtMost(2*crashes, time.Hour),
						Defaults: supervision.Defaults{Backoff: &supervision.Backoff{Base: time.Second, Max: time.Second}},
						Children: []supervision.Child{{Process: printer}},
					},
					TracerProvider: provider,
					Logger:         slog.New(slog.DiscardHandler),
				})
				require.NoError(t, err)

				began := time.Now()
				for range crashes {
					_, err := actor.Ask(t.Context(), printer.Ref, func(r actor.Reply[int]) Print { return Print{Reply: r} })
					require.Error(t, err)
				}
				assert.Equal(t, (crashes-1)*time.Second, time.Since(began), "each waits for the backoff, and for nothing else")

				ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
				defer cancel()
				began = time.Now()
				err = sys.Shutdown(ctx)
				if c.stuck {
					require.ErrorContains(t, err, "telemetry not flushed in time")
				} else {
					require.NoError(t, err)
				}
				assert.LessOrEqual(t, time.Since(began), 3*time.Second)
				close(release)
				synctest.Wait()
				_ = provider.Shutdown(context.Background())
			})
		})
	}
}
