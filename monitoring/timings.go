package monitoring

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// timings are messages that were timed and are not recorded yet. A histogram's
// Record is the provider's code, so it is called by the lane, and for many
// messages at once.
type timings struct {
	mu     sync.Mutex
	batch  []timing  // protected by mu
	handed time.Time // protected by mu: when a batch was last given to the lane
}

// timing is one message.
type timing struct {
	tally      *tally
	wait, took time.Duration
	span       SpanRef
}

// batchSize is how many timings are recorded at once; fewer are when the last
// ones were more than batchDelay ago, so that where little happens it is seen
// at once.
const (
	batchSize  = 64
	batchDelay = 100 * time.Millisecond
)

// time keeps a timing that was taken now.
func (m *metrics) time(x timing, now time.Time) {
	t := &m.timings
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.batch == nil {
		t.batch = make([]timing, 0, batchSize)
	}
	t.batch = append(t.batch, x)
	if len(t.batch) == batchSize || now.Sub(t.handed) >= batchDelay {
		t.handed = now
		m.pass()
	}
}

// handOver gives the lane what is left.
func (m *metrics) handOver() {
	m.timings.mu.Lock()
	defer m.timings.mu.Unlock()
	m.pass()
}

// pass is handOver with mu held.
func (m *metrics) pass() {
	if len(m.timings.batch) > 0 {
		m.lane.put(&recordTimings{m, m.timings.batch})
		m.timings.batch = nil
	}
}

// recordTimings is the job of recording a batch.
type recordTimings struct {
	m     *metrics
	batch []timing
}

func (j *recordTimings) do() bool {
	for _, x := range j.batch {
		ctx := context.Background()
		if sc := x.span.get(); sc.IsValid() {
			ctx = trace.ContextWithSpanContext(ctx, sc)
		}
		j.m.instruments.mailboxWaitDuration.Record(ctx, x.wait.Seconds(), x.tally.labels)
		j.m.instruments.processDuration.Record(ctx, x.took.Seconds(), x.tally.labels)
	}
	return true
}

func (j *recordTimings) lost() { j.m.drops.measurements.Add(uint64(len(j.batch))) }

// restarted records how long it took to recover from a failure.
func (m *metrics) restarted(in *Incident) {
	if m == nil || !in.Restarted {
		return
	}
	from := in.Failure.At
	if from.IsZero() {
		from = in.Begin
	}
	m.lane.put(&recovery{m, m.census.find(in.Failure.Type), in.End.Sub(from)})
}

// recovery is the job of recording one restart.
type recovery struct {
	m     *metrics
	tally *tally
	took  time.Duration
}

func (j *recovery) do() bool {
	j.m.instruments.restartDuration.Record(context.Background(), max(j.took, 0).Seconds(), j.tally.labels)
	return true
}

func (j *recovery) lost() { j.m.drops.measurements.Add(1) }
