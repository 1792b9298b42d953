package actortest

import (
	"testing"
	"testing/synctest"
	"time"
)

// patience is how long an expectation waits unless it is told otherwise.
const patience = 3 * time.Second

// Advance lets time pass, and waits until everything that happens by then has
// happened. It is for bubbles of testing/synctest, where it takes no real time;
// elsewhere the test fails.
func Advance(t testing.TB, d time.Duration) {
	t.Helper()
	if !settle() {
		t.Fatalf("actortest: Advance needs the virtual time of a testing/synctest bubble: call it in synctest.Test")
	}
	time.Sleep(d)
	settle()
}

// settle waits until everything else in the bubble has come to rest, and reports
// whether there is a bubble. Outside of one it has no effect.
func settle() (bubble bool) {
	defer func() {
		if recover() != nil { // Wait panics where there is no bubble
			bubble = false
		}
	}()
	synctest.Wait()
	return true
}

// A bell wakes the goroutine that waits for something to have happened.
type bell chan struct{}

func newBell() bell { return make(bell, 1) }

func (b bell) ring() {
	select {
	case b <- struct{}{}:
	default: // it rings already
	}
}

// wait is waitFor with a bell.
func (b bell) wait(within time.Duration, done func() bool) bool { return waitFor(b, within, done) }

// waitFor waits until done returns true, asking whenever something comes from
// wake, and reports false when that takes longer than within. Zero means the
// usual time.
func waitFor[T any](wake <-chan T, within time.Duration, done func() bool) bool {
	if done() {
		return true
	}
	timer := time.NewTimer(orPatience(within))
	defer timer.Stop()
	for {
		select {
		case <-wake:
			if done() {
				return true
			}
		case <-timer.C:
			settle() // what happens at this very moment is in time
			return done()
		}
	}
}

func orPatience(within time.Duration) time.Duration {
	if within == 0 {
		return patience
	}
	return within
}
