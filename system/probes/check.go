package probes

import (
	"context"
	"errors"
	"sync"

	"github.com/understudy-go/understudy/actor"
)

// A Check is something without which a program is not ready.
type Check struct {
	// Name says what is checked, in the answer.
	Name string
	// Run returns nil if all is well. ctx is done after [Within], with the cause
	// [ErrLate]; a check that has not returned then has failed, and so it has if
	// it panics. A check without a Run fails.
	Run func(ctx context.Context) error
}

// ErrLate: a check has not returned in time.
var ErrLate = errors.New("probes: no answer in time")

var errNoRun = errors.New("probes: Check.Run is nil")

// A checker runs a Check, one time after the other.
type checker struct {
	Check

	mu  sync.Mutex
	now *run // protected by mu; nil while the check does not run
}

// A run is one run of a check.
type run struct {
	ctx    context.Context //nolint:containedctx // bounds those who wait, too
	cancel context.CancelFunc
	over   chan struct{}
	err    error // set before over is closed
}

// check runs the checks, and adds those that fail, in their order.
func (a *answer) check(ctx context.Context, checks []*checker) {
	runs := make([]*run, len(checks))
	for i, c := range checks {
		runs[i] = c.begin()
	}
	for i, r := range runs {
		if err := r.wait(ctx); err != nil {
			a.fail(checks[i].Name, err)
		}
	}
}

// begin runs the check, unless it runs already.
func (c *checker) begin() *run {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now != nil {
		return c.now
	}
	r := &run{over: make(chan struct{})}
	r.ctx, r.cancel = context.WithTimeoutCause(context.Background(), Within, ErrLate)
	c.now = r
	actor.Go(func() error {
		if c.Run == nil {
			return errNoRun
		}
		return c.Run(r.ctx)
	}, func(err error) {
		defer r.cancel()
		c.mu.Lock()
		defer c.mu.Unlock()
		c.now = nil
		r.err = err
		close(r.over)
	})
	return r
}

// wait returns the result, or why there is none.
func (r *run) wait(ctx context.Context) error {
	select {
	case <-r.over:
		return r.err
	default:
	}
	select {
	case <-r.over:
		return r.err
	case <-r.ctx.Done():
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case <-r.over: // it ended in the nick of time, or its end is the context's
		return r.err
	default:
		return context.Cause(r.ctx)
	}
}
