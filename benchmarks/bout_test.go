package benchmarks

import (
	"sync"
	"testing"
)

// A bout is a system made ready for one case.
type bout struct {
	tally   *tally
	workers int
	work    func(worker, n int) error
}

func newBout(tb testing.TB, workers int, s setup) *bout {
	tb.Helper()
	t := newTally()
	return &bout{t, workers, s(tb, t)}
}

// prepare makes ready for n operations, shared by the workers. run does them,
// and returns when the last one has been done.
func (o *bout) prepare(n int) (run func() error) {
	o.tally.reset(n)
	if o.workers == 1 {
		return func() error {
			if err := o.work(0, n); err != nil {
				return err
			}
			return o.tally.wait()
		}
	}
	var ready, crew sync.WaitGroup
	ready.Add(o.workers)
	gate := make(chan struct{})
	for worker := range o.workers {
		share := share(n, o.workers, worker)
		crew.Go(func() {
			ready.Done()
			<-gate
			if err := o.work(worker, share); err != nil {
				o.tally.fail(err)
			}
		})
	}
	ready.Wait()
	return func() error {
		close(gate)
		crew.Wait()
		return o.tally.wait()
	}
}

// warmUp is how many operations come before the first that is measured: what
// is allocated on first use exists then, and what has to be learnt is.
const warmUp = 1000

// measure times b.N operations, after some that it does not time.
func (o *bout) measure(b *testing.B, warmUp int) error {
	b.Helper()
	if err := o.prepare(warmUp)(); err != nil {
		return err
	}
	run := o.prepare(b.N)
	b.ReportAllocs()
	b.ResetTimer()
	err := run()
	b.StopTimer()
	if err != nil {
		return err
	}
	return o.tally.check()
}
