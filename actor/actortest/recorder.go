package actortest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/understudy-go/understudy/monitoring"
)

// An Event is something that a supervisor saw or did: what a test expects, and
// what it gets. A field that is left zero in what is expected may be anything;
// Err is expected as errors.Is finds it.
type Event = monitoring.SupervisionEvent

// A Recorder keeps the supervision events of a system, all of them and in order,
// and waits for those that a test expects. System has one.
//
//	sys.Events.Expect(
//		actortest.Event{Kind: monitoring.ChildFailed, Child: "counter", Err: errBoom},
//		actortest.Event{Kind: monitoring.ChildRestarted, Child: "counter", Restarts: 1},
//	)
//
// The expectations fail the test at once, as testing.TB's Fatalf does, so they
// belong to the test's own goroutine.
type Recorder struct {
	// Within is how long an expectation waits for what it expects. Zero means
	// 3 seconds.
	Within time.Duration

	t        testing.TB
	memory   *monitoring.Memory[Event]
	recorded *monitoring.Subscription[Event] // wakes whoever waits; what is recorded is in memory
	next     int                             // how many events were expected or passed over; the test's goroutine
}

// kept is how many events a recorder keeps.
const kept = 1 << 16

// NewRecorder returns a recorder for a system that is started without NewSystem:
//
//	cfg.Monitors.Supervision = recorder.Monitor()
func NewRecorder(t testing.TB) *Recorder {
	m := &monitoring.Memory[Event]{History: kept}
	r := &Recorder{t: t, memory: m, recorded: m.Subscribe(0, 1)}
	t.Cleanup(r.recorded.Cancel)
	return r
}

// Monitor is what records the events.
func (r *Recorder) Monitor() *monitoring.Memory[Event] { return r.memory }

// All returns the events so far.
func (r *Recorder) All() []Event { return r.memory.Snapshot().Recent }

// Expect waits until events like these have been recorded, in this order, and
// returns them. Others may come between them. A further call goes on behind the
// last one.
func (r *Recorder) Expect(like ...Event) []Event {
	r.t.Helper()
	var found []Event
	var missing int
	done := r.wait(func(all []Event) bool {
		at := r.next
		found = found[:0]
		for i, want := range like {
			n := slices.IndexFunc(all[at:], func(e Event) bool { return alike(e, want) })
			if n < 0 {
				missing = i
				return false
			}
			at += n + 1
			found = append(found, all[at-1])
		}
		r.next = at
		return true
	})
	if !done {
		r.t.Fatalf("actortest: an event did not come within %v\n\twant: %s\n\tthat is number %d of the %d expected in order%s",
			orPatience(r.Within), describe(like[missing]), missing+1, len(like), r.history())
	}
	return found
}

// Wait waits until an event like that has been recorded, wherever it stands, and
// returns the first one. It is for what may come before or after something else.
func (r *Recorder) Wait(like Event) Event {
	r.t.Helper()
	var found Event
	done := r.wait(func(all []Event) bool {
		n := slices.IndexFunc(all, func(e Event) bool { return alike(e, like) })
		if n >= 0 {
			found = all[n]
		}
		return n >= 0
	})
	if !done {
		r.t.Fatalf("actortest: an event did not come within %v\n\twant: %s%s", orPatience(r.Within), describe(like), r.history())
	}
	return found
}

// ExpectRestart waits until a child has failed, with an error in which errors.Is
// finds cause, and has been restarted after that; it returns the event of the
// restart. The child is known by its name, or by its path if that begins with a
// slash. A nil cause may be any.
func (r *Recorder) ExpectRestart(child string, cause error) Event {
	r.t.Helper()
	failed := Event{Kind: monitoring.ChildFailed, Err: cause}
	restarted := Event{Kind: monitoring.ChildRestarted}
	if strings.HasPrefix(child, "/") {
		failed.Path, restarted.Path = child, child
	} else {
		failed.Child, restarted.Child = child, child
	}
	return r.Expect(failed, restarted)[1]
}

// ExpectNone fails the test if an event like that is recorded behind what was
// expected last, by now or in the time given. In a bubble it takes no real time;
// elsewhere it waits.
func (r *Recorder) ExpectNone(d time.Duration, like Event) {
	r.t.Helper()
	settle()
	var found Event
	came := func(all []Event) bool {
		n := slices.IndexFunc(all[r.next:], func(e Event) bool { return alike(e, like) })
		if n >= 0 {
			found = all[r.next+n]
		}
		return n >= 0
	}
	if came(r.All()) || d > 0 && r.waitFor(d, came) {
		r.t.Fatalf("actortest: an event came that was not expected\n\tgot:  %s\n\tlike: %s%s",
			describe(found), describe(like), r.history())
	}
}

func (r *Recorder) wait(done func(all []Event) bool) bool { return r.waitFor(r.Within, done) }

func (r *Recorder) waitFor(within time.Duration, done func(all []Event) bool) bool {
	return waitFor(r.recorded.Events(), within, func() bool { return done(r.All()) })
}

// history is all that was recorded.
func (r *Recorder) history() string {
	var lines []string
	for i, e := range r.All() {
		mark := "  "
		if i < r.next {
			mark = "✓ " // expected, or passed over on the way
		}
		lines = append(lines, mark+describe(e))
	}
	return list("recorded", lines)
}

// alike reports whether an event is like one that is expected.
func alike(e, want Event) bool {
	return same(e.Kind, want.Kind) &&
		same(e.Supervisor, want.Supervisor) &&
		same(e.Child, want.Child) &&
		same(e.Path, want.Path) &&
		same(e.Type, want.Type) &&
		same(e.Incarnation, want.Incarnation) &&
		same(e.Restarts, want.Restarts) &&
		same(e.MaxRestarts, want.MaxRestarts) &&
		same(e.Window, want.Window) &&
		same(e.Strategy, want.Strategy) &&
		same(e.Reason, want.Reason) &&
		(want.Time.IsZero() || e.Time.Equal(want.Time)) &&
		(want.Affected == nil || slices.Equal(e.Affected, want.Affected)) &&
		(want.Err == nil || errors.Is(e.Err, want.Err))
}

// same reports whether a field is as expected, or nothing is expected of it.
func same[T comparable](got, want T) bool {
	var anything T
	return want == anything || got == want
}

// describe returns an event in one line, without what is zero.
func describe(e Event) string {
	var b strings.Builder
	if e.Kind == 0 {
		b.WriteString("any event")
	} else {
		b.WriteString(e.Kind.String())
	}
	for _, a := range e.LogValue().Group() {
		if a.Key == "error" {
			fmt.Fprintf(&b, ", %s=%q", a.Key, a.Value)
			continue
		}
		fmt.Fprintf(&b, ", %s=%v", a.Key, a.Value)
	}
	return b.String()
}
