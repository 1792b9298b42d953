package main

import (
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
)

// A report is what came of a run.
type report struct {
	options
	*soaking
	began         time.Time
	took          time.Duration // under load
	ending        time.Duration // of the shutdown
	before, after int           // goroutines
	samples       []sample
	stuckAtEnd    int
	down          error // what the shutdown returned

	total    account
	byPolicy [mailbox.DropOldest + 1]account // without guests
	letters  map[actor.DropReason]uint64
	wrong    []error
}

// mostWrong is how many errors are kept: one is enough to fail.
const mostWrong = 20

// fail notes an error, if it is one.
func (r *report) fail(err error) {
	if err != nil && len(r.wrong) < mostWrong {
		r.wrong = append(r.wrong, err)
	}
}

func (r *report) checkf(right bool, format string, args ...any) {
	if !right {
		r.fail(fmt.Errorf(format, args...))
	}
}

func (r *report) print(w io.Writer) {
	line := func(what, format string, args ...any) {
		fmt.Fprintf(w, "%-14s %s\n", what, fmt.Sprintf(format, args...))
	}
	line("run", "%v under load, seed %d, %s, GOMAXPROCS %d", r.took.Round(time.Millisecond), r.seed, runtime.Version(), runtime.GOMAXPROCS(0))
	line("tree", "%d actors under %d supervisors on %d levels", len(r.tree.members), len(r.tree.supervisors)+1, levels)
	t := r.total
	line("messages", "%d sent (%.0f/s) = %d handled + %d dead letters + %d rejected",
		t.sent, float64(t.sent)/r.took.Seconds(), t.handled, t.dead, t.rejected)
	for policy, a := range r.byPolicy {
		line("", "%-12v %d sent = %d + %d + %d", mailbox.Overflow(policy), a.sent, a.handled, a.dead, a.rejected)
	}
	line("asks", "%d asked, %d not answered, %d answered too late", t.asked, t.unanswered, t.late)
	line("dead letters", "%s", sorted(r.letters))
	line("incarnations", "%d started, %d stop hooks, %d abandoned", t.started, t.hooked, r.stuck.unmade+r.stuck.late)
	line("failures", "%s", sorted(r.tail.ends))
	line("restarts", "%d", r.tail.restarts)
	line("escalations", "%d times a limit was exceeded; passed on by level, the root's first: %v", r.tail.limits, r.tail.escalated)
	line("guests", "%d came and went, %d found no room", r.guests.came.Load(), r.guests.refused.Load())
	line("commands", "%d by hand", r.commands.Load())
	line("stuck", "%d on purpose: %d abandoned and named, %d of them till the end; %d came back in time; %d others abandoned",
		r.stuck.began, r.stuck.settled, r.stuckAtEnd, r.stuck.escaped, r.stuck.others)
	for _, s := range r.samples {
		line("heap", "%s after %v, with %d goroutines", size(s.heap), s.at.Round(time.Second), s.goroutines)
	}
	line("goroutines", "%d before, %d after a shutdown of %v", r.before, r.after, r.ending.Round(time.Millisecond))
	if len(r.wrong) == 0 {
		line("result", "ok")
		return
	}
	line("result", "%d findings", len(r.wrong))
}

// sorted lists counts by name.
func sorted[K comparable](counts map[K]uint64) string {
	named := make(map[string]uint64)
	for k, n := range counts {
		named[fmt.Sprint(k)] = n
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(named)) {
		parts = append(parts, fmt.Sprintf("%s %d", name, named[name]))
	}
	return strings.Join(parts, ", ")
}
