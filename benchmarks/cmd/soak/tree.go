package main

import (
	"fmt"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// given is the time that a member has to stop.
const given = 50 * time.Millisecond

// rules are those of every member: an error to pass over, and one that is the
// supervisor's own.
var rules = []supervision.Rule{
	supervision.When(errHiccup).Resume(),
	supervision.When(errCorrupt).Escalate(),
}

type process = actor.Process[supervision.Message]

// A tree is what is declared: every supervisor's children are numbered through,
// and strategies, restart types, shutdown policies and mailboxes follow from the
// numbers.
type tree struct {
	root        supervision.Spec
	supervisors []*process // without the root
	teams       []*team    // supervisors of the last level
	rooms       []*process // dynamic ones
	members     []*member
}

// A team is a supervisor of the last level.
type team struct {
	*process
	members []*member
}

// grow declares the tree below the root.
func (s *soaking) grow(o options) *tree {
	t := new(tree)
	branches, members := o.shape()
	t.root = supervision.Spec{Limit: supervision.AtMost(1_000_000, time.Hour)}
	// First, so that it is the last to stop.
	t.members = append(t.members, s.stuck.probe)
	t.root.Children = []supervision.Child{{Process: s.stuck.probe}}
	for i := range branches {
		t.root.Children = append(t.root.Children, supervision.Child{Process: t.branch(s, 2, i, branches, members)})
	}
	return t
}

// branch declares a supervisor of a level, and all below it.
func (t *tree) branch(s *soaking, level, n, branches, members int) *process {
	spec := supervision.Spec{
		Name:     fmt.Sprint([]string{"region-", "area-", "group-", "team-"}[level-2], n),
		Strategy: supervision.Strategy((level + n) % 3),
		Limit:    supervision.AtMost(2, 5*time.Second),
	}
	if level == levels {
		return t.crowd(s, spec, n, members)
	}
	for i := range branches {
		spec.Children = append(spec.Children, supervision.Child{Process: t.branch(s, level+1, i, branches, members)})
	}
	if level == levels-1 {
		room := supervision.NewDynamic(supervision.Spec{
			Name:        "room",
			MaxChildren: 1,
			Limit:       supervision.AtMost(20, time.Second),
			Defaults: supervision.Defaults{
				Restart: supervision.Transient, Shutdown: supervision.Graceful(given), Decider: rules[:1],
			},
		})
		t.rooms = append(t.rooms, room)
		t.supervisors = append(t.supervisors, room)
		spec.Children = append(spec.Children, supervision.Child{Process: room})
	}
	p := supervision.New(spec)
	t.supervisors = append(t.supervisors, p)
	return p
}

// crowd declares a supervisor of the last level.
func (t *tree) crowd(s *soaking, spec supervision.Spec, n, members int) *process {
	spec.Limit = supervision.AtMost(8, time.Second)
	spec.Defaults = supervision.Defaults{Shutdown: supervision.Graceful(given), Decider: rules}
	if n%2 == 0 {
		spec.Defaults.Health = &supervision.HealthCheck{
			Interval: time.Second, Timeout: 500 * time.Millisecond, Threshold: 2,
		}
	}
	made := new(team)
	for i := range members {
		m := s.declare(fmt.Sprint("member-", i), len(t.members))
		t.members = append(t.members, m)
		made.members = append(made.members, m)
		c := supervision.Child{Process: m.Process}
		switch i % 10 {
		case 0:
			c.Restart = supervision.Temporary
		case 1, 2:
			c.Restart = supervision.Transient
		case 3:
			c.Shutdown = supervision.Immediate
		case 4:
			c.Backoff = &supervision.Backoff{Base: 5 * time.Millisecond, Max: 100 * time.Millisecond, Jitter: 0.5}
		case 5:
			c.KeepChildren = spec.Strategy == supervision.OneForOne
		}
		spec.Children = append(spec.Children, c)
	}
	made.process = supervision.New(spec)
	t.supervisors = append(t.supervisors, made.process)
	t.teams = append(t.teams, made)
	return made.process
}
