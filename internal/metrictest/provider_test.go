package metrictest_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/internal/metrictest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A Provider asks callbacks for what they know, and keeps what histograms are
// given.
func ExampleProvider() {
	metrics := metrictest.New()
	meter := metrics.Meter("example")
	starts, _ := meter.Int64ObservableCounter("starts", metric.WithUnit("{start}"))
	wait, _ := meter.Float64Histogram("wait", metric.WithUnit("s"))
	kind := metric.WithAttributes(attribute.String("kind", "till"))
	_, err := meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		o.ObserveInt64(starts, 2, kind)
		return nil
	}, starts)
	if err != nil {
		fmt.Println(err)
		return
	}
	wait.Record(context.Background(), 0.25, kind)
	wait.Record(context.Background(), 0.5, kind)
	fmt.Print(metrics.Collect().Text())
	fmt.Println(metrics.Collect().Named("wait")[0].Sum)
	// Output:
	// starts{kind=till} 2
	// wait{kind=till} 2
	// 0.75
}

func TestProvider(t *testing.T) {
	metrics := metrictest.New()
	meter := metrics.Meter("test")
	count, err := meter.Int64ObservableUpDownCounter("count", metric.WithUnit("{actor}"))
	require.NoError(t, err)
	most, err := meter.Int64ObservableGauge("most", metric.WithUnit("{message}"))
	require.NoError(t, err)
	none, err := meter.Int64ObservableCounter("none")
	require.NoError(t, err)
	probe, err := meter.Int64Counter("probe")
	require.NoError(t, err)
	assert.True(t, probe.Enabled(t.Context()))
	wait, err := meter.Float64Histogram("wait")
	require.NoError(t, err)
	assert.True(t, wait.Enabled(t.Context()))
	registration, err := meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		for i, typ := range []string{"a", "b"} {
			o.ObserveInt64(count, int64(1+i), metric.WithAttributes(attribute.String("type", typ)))
		}
		o.ObserveInt64(most, 7)
		o.ObserveInt64(none, 0)
		return nil
	}, count, most, none)
	require.NoError(t, err)
	got := metrics.Collect()
	assert.Equal(t, "count{type=a} 1\ncount{type=b} 2\n", got.Text("count"))
	assert.EqualValues(t, 3, got.Total("count"))
	assert.Len(t, got.Named("none"), 1)
	assert.Empty(t, got.Named("none").NonZero())
	assert.Equal(t, "{actor}", got.With("type", "b")[0].Unit)
	assert.Equal(t, "{message}", got.Named("most")[0].Unit)
	assert.Empty(t, got.Named("most")[0].Label("type"))

	var seen string
	metrics.OnRecord(func(name string) { seen = name })
	wait.Record(t.Context(), 1)
	assert.Equal(t, "wait", seen)
	assert.Equal(t, 1, metrics.Callbacks())
	require.NoError(t, registration.Unregister())
	assert.Zero(t, metrics.Callbacks())
	assert.Equal(t, "wait{} 1\n", metrics.Collect().Text())
}
