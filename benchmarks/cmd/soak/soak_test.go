package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/monitoring"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A small soak in virtual time adds up, and has had of everything.
func TestSoak(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, err := soak(t.Context(), options{length: 5 * time.Second, actors: 300, senders: 2, seed: 1})
		require.NoError(t, err)
		var out strings.Builder
		r.print(&out)
		t.Log("\n" + out.String())
		require.NoError(t, errors.Join(r.wrong...))
		assert.Contains(t, out.String(), "result         ok\n")
		assert.Len(t, r.samples, 4)
		for policy, a := range r.byPolicy {
			assert.Positive(t, a.handled, mailbox.Overflow(policy))
		}
		assert.Positive(t, r.total.dead)
		assert.Positive(t, r.total.rejected)
		assert.Positive(t, r.total.unanswered)
		for _, kind := range []actor.Kind{actor.Failure, actor.Panic, actor.Goexit, actor.Abandoned} {
			assert.Positive(t, r.tail.ends[kind.String()], kind)
		}
		assert.Positive(t, r.tail.restarts)
		assert.Positive(t, r.tail.limits)
		assert.Positive(t, r.guests.came.Load())
		assert.Positive(t, r.stuck.settled)
	})
}

// Who is told to stop early stops in order.
func TestSoakIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r, err := soak(ctx, options{length: time.Hour, actors: 50, senders: 1, seed: 2})
		require.NoError(t, err)
		assert.NoError(t, errors.Join(r.wrong...))
	})
}

func TestRunRefuses(t *testing.T) {
	for _, args := range []string{"-for=0s", "-actors=0", "-senders=-1", "-nonsense", "-seed=x"} {
		assert.Error(t, run(t.Context(), []string{args}, io.Discard, io.Discard), args)
	}
}

func TestShape(t *testing.T) {
	for actors, want := range map[int][2]int{
		1: {2, 1}, 320: {2, 20}, 321: {3, 4}, 5000: {4, 20}, 5120: {4, 20}, 5121: {5, 9}, 12_500: {5, 20},
	} {
		branches, members := options{actors: actors}.shape()
		assert.Equal(t, want, [2]int{branches, members}, actors)
		assert.GreaterOrEqual(t, teams(branches)*members, actors)
	}
}

// What does not add up is told.
func TestSettleTells(t *testing.T) {
	s := &soaking{stuck: newStickers()}
	for want, spoil := range map[string]func(*member){
		"messages were sent":         func(m *member) { m.sent.Add(1) },
		"is said to have handled":    func(m *member) { m.handled.Add(1) },
		"is said to have had":        func(m *member) { m.dead.Add(1) },
		"are said to have been":      func(m *member) { m.refused.Add(1) },
		"messages are left":          func(m *member) { require.NoError(t, m.send(t.Context(), job{})) },
		"3 messages were sent, but ": func(m *member) { m.sent.Add(3) },
	} {
		m := s.declare("m", 0)
		_, err := m.settle()
		require.NoError(t, err)
		spoil(m)
		_, err = m.settle()
		assert.ErrorContains(t, err, want)
	}
}

func TestFlat(t *testing.T) {
	const mib = 1 << 20
	grown := func(from, to uint64) []sample { return []sample{{heap: from}, {heap: 1 << 40}, {}, {heap: to}} }
	assert.NoError(t, flat(grown(40*mib, 66*mib)))
	assert.ErrorContains(t, flat(grown(40*mib, 66*mib+1)), "from 40.0 MiB to 66.0 MiB")
	assert.NoError(t, flat(grown(1, 1<<40)[:3]), "it was interrupted")
}

func TestTailMissesNothing(t *testing.T) {
	tail := newTail(newStickers())
	restarted := monitoring.SupervisionEvent{Kind: monitoring.ChildRestarted}
	for range 3 {
		for range history / 2 {
			tail.memory.Record(restarted)
		}
		tail.look()
	}
	assert.EqualValues(t, 3*history/2, tail.restarts)
	assert.Zero(t, tail.missed)
	for range history + 7 {
		tail.memory.Record(restarted)
	}
	tail.look()
	assert.EqualValues(t, 7, tail.missed)
	tail.memory.Record(monitoring.SupervisionEvent{Kind: monitoring.Escalated, Supervisor: "/soak/region-0"})
	tail.look()
	assert.EqualValues(t, 1, tail.escalated[1])
}

// Being abandoned and being named come in either order.
func TestStickers(t *testing.T) {
	for _, first := range []string{"back", "named"} {
		s := newStickers()
		who, forEver := incarnation{"/a", 1}, false
		require.True(t, s.begin(who, &forEver))
		assert.Equal(t, []incarnation{who}, s.unnamed())
		named := &actor.AbandonedError{Path: "/a", Incarnation: 1, State: "receiving"}
		if first == "back" {
			s.end(who, false, true)
			s.name(named)
		} else {
			s.name(named)
			s.end(who, false, true)
		}
		assert.Empty(t, s.open, first)
		assert.EqualValues(t, 1, s.settled)
		assert.Zero(t, s.count())
	}
}

func TestStickersAreFew(t *testing.T) {
	s := newStickers()
	for n := range uint64(mostStuck) {
		forEver := true
		require.True(t, s.begin(incarnation{"/a", n}, &forEver))
		assert.Equal(t, n < mostForEver, forEver)
	}
	assert.False(t, s.begin(incarnation{"/b", 1}, new(bool)))
}

func TestReportKeepsFewErrors(t *testing.T) {
	r := new(report)
	for range 2 * mostWrong {
		r.checkf(false, "wrong")
		r.checkf(true, "right")
	}
	assert.Len(t, r.wrong, mostWrong)
}
