package supervision

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
)

// script is the small language of the transcripts.
//
//	supervisor one_for_all 5/1m [dynamic]    the spec: strategy and limit
//	child a transient stop=1s timeout=30s backoff=1s..10s reset=5s jitter=0.2 supervisor
//	show events | show incidents             print those actions too
//	at 1s                                    the time since the beginning
//	begin | halt [10s]                       start and stop the supervisor
//	boot                                     begin, and every child comes up
//	settle                                   whatever is started comes up, whatever is stopped ends
//	started a | fails a why | ignores a      the answer to a start
//	normal a | stopped a | shutdown a [why] | cancelled a                              an end
//	crash a [why] | panic a | goexit a | abandoned a                                   an abnormal one
//	fire a | retry a                         the last timer or retry of a, even a stale one
//	add d temporary process=a … | terminate a | restart a | delete a          commands
//	list | count                             what the supervisor would answer
//
// An end or an answer belongs to the child's last incarnation unless it names
// another: crash a#1.
type script struct {
	t *testing.T
	m *machine
	p *plan

	start, now time.Time
	epochs     map[string]uint64 // last started, by id
	tokens     map[string]uint64 // last armed or posted, by id
	short      map[uint64]int    // epoch → number of start, as printed
	long       []uint64          // the inverse
	reqs       []string
	events     bool
	incidents  bool
	owed       []event // what settle has to answer
}

func newScript(t *testing.T) *script {
	t.Helper()
	now := time.Now()
	return &script{
		t: t, start: now, now: now,
		p:      &plan{name: "s", path: "s"},
		epochs: map[string]uint64{}, tokens: map[string]uint64{}, short: map[uint64]int{},
	}
}

// stub stands for a child: the machine only carries it.
type stub struct {
	actor.Child
	id string
}

func (s *stub) Name() string { return s.id }

func (s *script) run(line string) []string {
	w := strings.Fields(line)
	arg := func(i int) string {
		if i < len(w) {
			return w[i]
		}
		return ""
	}
	switch w[0] {
	case "supervisor":
		s.p.strategy = map[string]Strategy{
			"one_for_one": OneForOne, "one_for_all": OneForAll, "rest_for_one": RestForOne}[arg(1)]
		if n, per, ok := strings.Cut(arg(2), "/"); ok {
			s.p.limit = AtMost(s.number(n), s.duration(per))
		}
		s.p.sideBySide = arg(3) == "dynamic"
		return nil
	case "child":
		s.p.children = append(s.p.children, s.child(w[1:]))
		return nil
	case "show":
		s.events = s.events || arg(1) == "events"
		s.incidents = s.incidents || arg(1) == "incidents"
		return nil
	case "at":
		s.now = s.start.Add(s.duration(arg(1)))
		return nil
	}
	if s.m == nil {
		s.m = newMachine(s.p)
	}
	switch w[0] {
	case "list":
		return s.list()
	case "count":
		return []string{fmt.Sprintf("%+v", s.m.count())}
	case "boot":
		return append(s.step(begin{}), s.settle()...)
	case "settle":
		return s.settle()
	}
	return s.step(s.event(w, arg))
}

func (s *script) event(w []string, arg func(int) string) event {
	id, epoch := s.incarnation(arg(1))
	why := errors.New(strings.TrimSpace(arg(2) + " " + arg(3)))
	if arg(2) == "" {
		why = errors.New("boom")
	}
	end := func(k actor.Kind, err error) event {
		return ended{id, epoch, actor.Exit{Kind: k, Err: err, At: s.now}}
	}
	switch w[0] {
	case "begin":
		return begin{}
	case "halt":
		if arg(1) == "" {
			return halt{actor.Forever}
		}
		return halt{s.duration(arg(1))}
	case "started":
		return started{id: id, epoch: epoch}
	case "fails":
		return started{id: id, epoch: epoch, err: why}
	case "ignores":
		return started{id: id, epoch: epoch, err: actor.ErrIgnore}
	case "normal":
		return end(actor.Normal, nil)
	case "shutdown":
		if arg(2) == "" {
			why = actor.ErrShutdown
		}
		return end(actor.Shutdown, why)
	case "cancelled":
		return end(actor.Shutdown, fmt.Errorf("%s: %w", id, context.Canceled))
	case "stopped":
		return end(actor.Shutdown, nil)
	case "crash":
		return end(actor.Failure, why)
	case "panic":
		return end(actor.Panic, &actor.PanicError{Value: why})
	case "goexit":
		return end(actor.Goexit, actor.ErrGoexit)
	case "abandoned":
		return end(actor.Abandoned, &actor.AbandonedError{Path: "s/" + id, State: "receiving"})
	case "fire":
		return alarm{id, s.tokens[id]}
	case "retry":
		return retry{id, s.tokens[id]}
	case "add":
		return cmdStart{s.req("add " + id), s.child(w[1:])}
	case "terminate":
		return cmdTerminate{s.req("terminate " + id), id}
	case "restart":
		return cmdRestart{s.req("restart " + id), id}
	case "delete":
		return cmdDelete{s.req("delete " + id), id}
	}
	require.FailNow(s.t, "unknown stimulus", "%q", w)
	return nil
}

func (s *script) req(what string) uint64 {
	s.reqs = append(s.reqs, what)
	return uint64(len(s.reqs) - 1)
}

// incarnation takes a#3 apart.
func (s *script) incarnation(word string) (string, uint64) {
	id, n, ok := strings.Cut(word, "#")
	if ok {
		return id, s.long[s.number(n)-1]
	}
	return id, s.epochs[id]
}

func (s *script) child(w []string) childPlan {
	p := childPlan{
		id: w[0], name: w[0], process: &stub{id: w[0]},
		restart: Permanent, shutdown: defaultShutdown, startTimeout: actor.Forever,
	}
	for _, opt := range w[1:] {
		key, value, _ := strings.Cut(opt, "=")
		switch key {
		case "transient":
			p.restart = Transient
		case "temporary":
			p.restart = Temporary
		case "supervisor":
			p.supervisor, p.shutdown = true, Infinity
		case "stop":
			p.shutdown = map[string]Shutdown{"immediate": Immediate, "infinity": Infinity}[value]
			if p.shutdown == 0 {
				p.shutdown = Graceful(s.duration(value))
			}
		case "timeout":
			p.startTimeout = s.duration(value)
		case "process":
			p.process = s.m.kids.find(value).process
		case "type":
			p.typ = value
		case "backoff":
			base, limit, _ := strings.Cut(value, "..")
			p.backoff = &Backoff{Base: s.duration(base), Max: s.duration(limit)}
		case "reset":
			p.backoff.ResetAfter = s.duration(value)
		default:
			require.FailNow(s.t, "unknown option", opt)
		}
	}
	return p
}

// settle answers all that is outstanding, oldest first.
func (s *script) settle() []string {
	var out []string
	for len(s.owed) > 0 {
		ev := s.owed[0]
		s.owed = s.owed[1:]
		out = append(out, s.step(ev)...)
	}
	return out
}

// step feeds one event and notes what settle will owe.
func (s *script) step(ev event) []string {
	s.paid(ev)
	var out []string
	for _, a := range s.m.step(ev, s.now) {
		switch a := a.(type) {
		case doStart:
			s.epochs[a.id] = a.epoch
			s.long = append(s.long, a.epoch)
			s.short[a.epoch] = len(s.long)
			s.owed = append(s.owed, started{id: a.id, epoch: a.epoch})
		case doStop:
			epoch := s.epochs[a.id]
			s.paid(ended{id: a.id, epoch: epoch})
			s.owed = append(s.owed, ended{a.id, epoch, actor.Exit{Kind: actor.Shutdown, At: s.now}})
		case doArm:
			s.tokens[a.id] = a.token
		case doAgain:
			s.tokens[a.id] = a.token
		}
		out = append(out, s.print(a)...)
	}
	return out
}

// paid forgets what settle would have answered for that incarnation.
func (s *script) paid(ev event) {
	var epoch uint64
	switch ev := ev.(type) {
	case started:
		if ev.err == nil {
			return // its end may still be owed
		}
		epoch = ev.epoch
	case ended:
		epoch = ev.epoch
	default:
		return
	}
	var rest []event
	for _, owed := range s.owed {
		if e, ok := owed.(started); ok && e.epoch == epoch {
			continue
		}
		if e, ok := owed.(ended); ok && e.epoch == epoch {
			continue
		}
		rest = append(rest, owed)
	}
	s.owed = rest
}

func (s *script) number(text string) int {
	n, err := strconv.Atoi(text)
	require.NoError(s.t, err)
	return n
}

func (s *script) duration(text string) time.Duration {
	if text == "forever" {
		return actor.Forever
	}
	d, err := time.ParseDuration(text)
	require.NoError(s.t, err)
	return d
}
