package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// quick is what the tests of one process may take together, by what they took
// when they were measured. A failing test ends the process, so that the slow
// ones, in a process of their own, need not be started.
const quick = 150 * time.Millisecond

// try runs the units that reach m until one fails. It waits for them as long as
// patience says, and twenty times what they took when they were measured.
func try(ctx context.Context, m *Mutant, reaching []*unit, binaries map[string]string, patience time.Duration) {
	if len(reaching) == 0 {
		m.Status = Uncovered
		return
	}
	for _, batch := range batches(reaching) {
		var took time.Duration
		for _, u := range batch {
			took += u.took
		}
		p := batch[0].pkg
		r := runPatiently(ctx, p, binaries[p.ImportPath], strconv.Itoa(m.number), patience+20*took,
			"-test.v", "-test.short", "-test.failfast", "-test.run", pattern(batch))
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(r.err, context.DeadlineExceeded):
			m.Status, m.By = TimedOut, p.Name+" "+r.running()
			for _, u := range batch {
				if u.contains(r.running()) {
					u.hung.Store(true)
				}
			}
			return
		case r.err != nil:
			m.Status, m.By = Killed, p.Name+" "+r.culprit()
			return
		}
	}
	m.Status = Survived
}

// batches orders units so that the quick ones come first, and puts into one
// process what belongs to one binary and is quick together; the later, the
// longer, since a mutant that has survived so far will mostly survive the rest.
// Those that some mutant has left hanging come last: where another test fails,
// nobody has to be patient.
func batches(units []*unit) [][]*unit {
	type order struct {
		pkg  string
		hung bool
	}
	place := make(map[*unit]order)
	for _, u := range units { // hung may change meanwhile
		place[u] = order{u.pkg.ImportPath, u.hung.Load()}
	}
	units = slices.SortedStableFunc(slices.Values(units), func(a, b *unit) int {
		switch {
		case place[a].hung == place[b].hung:
			return cmp.Compare(a.took, b.took)
		case place[a].hung:
			return 1
		default:
			return -1
		}
	})
	type bin struct {
		units []*unit
		took  time.Duration
	}
	var all []*bin
	open := make(map[order]*bin)
	for _, u := range units {
		b := open[place[u]]
		if b == nil || b.took+u.took > quick*time.Duration(len(all)) {
			b = new(bin)
			open[place[u]] = b
			all = append(all, b)
		}
		b.units = append(b.units, u)
		b.took += u.took
	}
	var lists [][]*unit
	for _, b := range all {
		lists = append(lists, b.units)
	}
	return lists
}

// result is how a process ended.
type result struct {
	err    error // context.DeadlineExceeded if it had to be ended
	output []byte
}

// runPatiently is run for a mutant that may hang. Where it seems so the same tests
// are run without it: if these do not end soon either, the machine is busy, and the
// mutant gets more time.
func runPatiently(ctx context.Context, p pkg, binary, mutant string, limit time.Duration, args ...string) result {
	for range 4 {
		r := run(ctx, p, binary, mutant, limit, args...)
		if ctx.Err() != nil || !errors.Is(r.err, context.DeadlineExceeded) {
			return r
		}
		if healthy := run(ctx, p, binary, "", limit/4, args...); healthy.err == nil {
			return r
		}
		limit *= 2
	}
	return run(ctx, p, binary, mutant, limit, args...)
}

// run runs a test binary in the directory of its package, as the given mutant.
// Its memory is bounded: a loop without end may allocate without end.
func run(ctx context.Context, p pkg, binary, mutant string, limit time.Duration, args ...string) result {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	const bounded = `ulimit -v 4000000; exec "$0" "$@"`
	//nolint:gosec // the binary has just been built by us
	cmd := exec.CommandContext(ctx, "sh", append([]string{"-c", bounded, binary}, args...)...)
	cmd.Dir = p.Dir
	cmd.Env = append(os.Environ(), environment+"="+mutant)
	cmd.WaitDelay = time.Second
	out := &head{left: 1 << 20}
	cmd.Stdout, cmd.Stderr = out, out
	err := cmd.Run()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return result{err: err, output: out.Bytes()}
}

var failing = regexp.MustCompile(`(?m)^ *--- FAIL: (\S+)|^(panic|fatal error): (.*)`)

// culprit is the test that failed, or what ended the process before it could.
func (r result) culprit() string {
	all := failing.FindAllSubmatch(r.output, -1)
	for _, m := range slices.Backward(all) {
		if len(m[1]) > 0 {
			return string(m[1]) // the last is the innermost
		}
	}
	if len(all) > 0 {
		return snippet(string(all[0][0]))
	}
	return r.err.Error()
}

var begun = regexp.MustCompile(`(?m)^=== (?:RUN|CONT|NAME) +(\S+)`)

// running is the test that was told of last.
func (r result) running() string {
	all := begun.FindAllSubmatch(r.output, -1)
	if len(all) == 0 {
		return "before any test"
	}
	return string(all[len(all)-1][1])
}

// head keeps the start of what is written.
type head struct {
	bytes.Buffer

	left int
}

func (h *head) Write(b []byte) (int, error) {
	n := min(len(b), h.left)
	h.left -= n
	_, _ = h.Buffer.Write(b[:n])
	return len(b), nil
}
