package benchmarks

import (
	"errors"
	"fmt"
	"sync/atomic"
)

// maxWorkers bounds the goroutines that send or ask at the same time.
const maxWorkers = 64

// A tally is the work that a handler does with a message, the same in every
// system, and the proof that each message was handled once and in order.
//
// All fields but err belong to the handler during a run, and to the one who
// started it before and after.
type tally struct {
	want     uint64
	count    uint64
	wrong    uint64             // messages out of order, lost ones and doubles among them
	next     [maxWorkers]uint64 // the number of each worker's next message
	finished chan struct{}
	err      atomic.Pointer[error]

	// Of the restart case.
	starts uint64 // actors made
	stale  uint64 // messages handled by an actor that had handled one before
}

func newTally() *tally { return &tally{finished: make(chan struct{}, 1)} }

// reset makes ready for n messages.
func (t *tally) reset(n int) {
	*t = tally{want: uint64(n), finished: t.finished}
}

// handle takes a message, and reports whether it was the last one. The caller
// must touch the tally no more then.
func (t *tally) handle(m message) (last bool) {
	next := &t.next[m.from%maxWorkers]
	if m.seq != *next {
		t.wrong++
	}
	*next = m.seq + 1
	t.count++
	if t.count != t.want {
		return false
	}
	t.finished <- struct{}{}
	return true
}

// add takes n messages that were looked at elsewhere.
func (t *tally) add(n, wrong uint64) {
	t.count += n
	t.wrong += wrong
	if t.count == t.want {
		t.finished <- struct{}{}
	}
}

// fail ends the run.
func (t *tally) fail(err error) {
	t.err.CompareAndSwap(nil, &err)
	select {
	case t.finished <- struct{}{}:
	default:
	}
}

// wait returns when the last message has been handled.
func (t *tally) wait() error {
	<-t.finished
	if err := t.err.Load(); err != nil {
		return *err
	}
	return nil
}

// check tells what has not been handled as it should have been.
func (t *tally) check() error {
	var errs []error
	if t.count != t.want {
		errs = append(errs, fmt.Errorf("%d messages handled, not %d", t.count, t.want))
	}
	if t.wrong != 0 {
		errs = append(errs, fmt.Errorf("%d messages handled out of order", t.wrong))
	}
	if t.stale != 0 {
		errs = append(errs, fmt.Errorf("%d messages handled by an actor that was not fresh", t.stale))
	}
	return errors.Join(errs...)
}
