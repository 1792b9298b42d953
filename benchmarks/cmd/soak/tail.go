package main

import (
	"errors"
	"strings"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
)

// history is how many events may come between two looks at them.
const history = 1 << 14

// A tail follows the events of all supervisors. Memory is the one monitor that
// loses none, but it forgets; so it is looked at often, and what is new since is
// found by the counts.
type tail struct {
	memory monitoring.Memory[monitoring.SupervisionEvent]
	stuck  *stickers

	// Owned by whoever calls look.
	seen      uint64
	missed    uint64
	ends      map[string]uint64 // failures by kind
	restarts  uint64
	limits    uint64
	escalated [levels]uint64 // by the level of the supervisor, the root's first
}

func newTail(s *stickers) *tail {
	return &tail{
		memory: monitoring.Memory[monitoring.SupervisionEvent]{History: history},
		stuck:  s,
		ends:   make(map[string]uint64),
	}
}

// look goes through the events since it was last called.
func (t *tail) look() {
	s := t.memory.Snapshot()
	all := s.Counts.AtLeast(monitoring.Trace)
	fresh := all - t.seen
	t.seen = all
	if n := uint64(len(s.Recent)); fresh > n {
		t.missed += fresh - n
		fresh = n
	}
	for _, e := range s.Recent[uint64(len(s.Recent))-fresh:] {
		t.note(e)
	}
}

func (t *tail) note(e monitoring.SupervisionEvent) {
	switch e.Kind {
	case monitoring.ChildFailed:
		t.ends[e.Reason]++
		t.name(e)
	case monitoring.ChildRestarted:
		t.restarts++
	case monitoring.RestartLimitExceeded:
		t.limits++
	case monitoring.Escalated:
		t.escalated[min(strings.Count(e.Supervisor, "/"), levels)-1]++
	}
}

// name notes an abandoned incarnation. Those above it name it too; only the
// event about the child itself counts.
func (t *tail) name(e monitoring.SupervisionEvent) {
	if a, ok := errors.AsType[*actor.AbandonedError](e.Err); ok && a.Path == e.Path {
		t.stuck.name(a)
	}
}
