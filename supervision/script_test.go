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
	"github.com/understudy-go/understudy/monitoring"
)

// script is the small language of the transcripts.
//
//	supervisor one_for_all 5/1m [dynamic] [strict] [auto=any_significant] [max=3]   the spec
//	child a transient stop=1s timeout=30s backoff=1s..10s reset=5s retries=2 supervisor
//	child b temporary significant limit=2/10s health=1s/500ms/2 keepchildren rule=boom:stop
//	show events | show incidents             print those actions too
//	at 1s                                    the time since the beginning
//	begin | halt [10s]                       start and stop the supervisor
//	boot                                     begin, and every child comes up
//	settle                                   whatever is started comes up, whatever is stopped ends
//	started a [Worker] | fails a why | ignores a     the answer to a start, with its type
//	normal a | stopped a | shutdown a [why] | cancelled a                              an end
//	crash a [why] | panic a | goexit a | abandoned a                                   an abnormal one
//	resumed a [why] | renewed a [why]        a failure after which a goes on, as it was or in place
//	healthy a | degraded a [why] | unwell a [why]         the answer to the last check, even a stale one
//	fire a | retry a                         the last timer or retry of a, even a stale one
//	health a on|off                          a command
//	traced add d … | traced terminate a …    a command that came in a traced request
//	add d temporary process=a … | terminate a | restart a | delete a          commands
//	traced terminate a                       any stimulus, in a traced request
//	list | count                             what the supervisor would answer
//
// An end or an answer belongs to the child's last incarnation unless it names
// another: crash a#1. Why is one word or two, and boom if there is none; the same
// words are the same error, "bad: boom" wraps boom, and "rude" panics when it is
// asked what it is. A rule may also name panic, abandoned, timeout and unhealthy.
type script struct {
	t *testing.T
	m *machine
	p *plan

	start, now time.Time
	epochs     map[string]uint64 // last started, by id
	tokens     map[string]uint64 // last armed or posted, by id
	checks     map[string]uint64 // last asked, by id
	errs       map[string]error  // by text
	short      map[uint64]int    // epoch → number of start, as printed
	long       []uint64          // the inverse
	reqs       []string
	events     bool
	incidents  bool
	owed       []event // what settle has to answer
	request    monitoring.SpanRef
	records    map[*monitoring.Incident]monitoring.Incident // handed over, as they were then
}

func newScript(t *testing.T) *script {
	t.Helper()
	now := time.Now()
	return &script{
		t: t, start: now, now: now,
		p:      &plan{name: "s", path: "s"},
		epochs: map[string]uint64{}, tokens: map[string]uint64{}, checks: map[string]uint64{},
		errs: map[string]error{}, short: map[uint64]int{}, request: monitoring.NewSpanRef(),
		records: map[*monitoring.Incident]monitoring.Incident{},
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
		for _, opt := range w[2:] {
			s.option(opt)
		}
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
	case "traced":
		w = w[1:]
		return s.step(traced{s.event(w, arg), monitoring.NewSpanRef()})
	}
	return s.step(s.event(w, arg))
}

// option is one of the supervisor's.
func (s *script) option(opt string) {
	key, value, _ := strings.Cut(opt, "=")
	switch key {
	case "dynamic":
		s.p.sideBySide = true
	case "strict":
		s.p.strict = true
	case "auto":
		s.p.auto = map[string]AutoShutdown{"any_significant": AnySignificant, "all_significant": AllSignificant}[value]
	case "max":
		s.p.most = s.number(value)
	default:
		s.p.limit = s.limit(opt)
	}
}

func (s *script) event(w []string, arg func(int) string) event {
	id, epoch := s.incarnation(arg(1))
	why := s.why(strings.TrimSpace(arg(2) + " " + arg(3)))
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
	case "traced":
		w = w[1:]
		return traced{s.event(w, func(i int) string { return arg(i + 1) }), s.request}
	case "started":
		return started{id: id, epoch: epoch, typ: arg(2)}
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
	case "resumed":
		return resumed{id, epoch, s.passing(id, why)}
	case "renewed":
		x := s.passing(id, why)
		return renewed{id, epoch, x, x.Incarnation + 1}
	case "healthy":
		return diagnosed{id, s.checks[id], actor.Healthy}
	case "degraded":
		return diagnosed{id, s.checks[id], actor.Degraded(why.Error())}
	case "unwell":
		return diagnosed{id, s.checks[id], actor.Failed(why.Error())}
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
	case "health":
		return cmdHealth{s.req("health " + id + " " + arg(2)), id, arg(2) == "on"}
	}
	require.FailNow(s.t, "unknown stimulus", "%q", w)
	return nil
}

// why is the error of that text.
func (s *script) why(text string) error {
	if text == "" {
		text = "boom"
	}
	if s.errs[text] == nil {
		s.errs[text] = errors.New(text)
		if text == "rude" {
			s.errs[text] = rudeError{}
		}
		if text == "shutdown" {
			s.errs[text] = actor.ErrShutdown
		}
		if outer, inner, ok := strings.Cut(text, ": "); ok {
			s.errs[text] = fmt.Errorf("%s: %w", outer, s.why(inner))
		}
	}
	return s.errs[text]
}

// rudeError panics when it is asked what it is.
type rudeError struct{}

func (rudeError) Error() string { return "rude" }
func (rudeError) Is(error) bool { panic("mind your own business") }

// passing is a failure that the child survives in some way.
func (s *script) passing(id string, why error) actor.Exit {
	x := actor.Exit{Kind: actor.Failure, Err: why, At: s.now}
	if info := s.m.kids.find(id); info != nil {
		x.Incarnation = info.incarnation
	}
	return x
}

// rule reads a rule, such as boom:stop.
func (s *script) rule(text string) Rule {
	what, then, _ := strings.Cut(text, ":")
	when, ok := map[string]Condition{
		"panic": WhenType[*actor.PanicError](), "abandoned": When(actor.ErrAbandoned),
		"timeout": When(actor.ErrStartTimeout), "unhealthy": When(ErrUnhealthy),
	}[what]
	if !ok {
		when = When(s.why(what))
	}
	verb, ok := map[string]func() Rule{
		"resume": when.Resume, "restart": when.Restart, "stop": when.Stop, "escalate": when.Escalate,
	}[then]
	require.True(s.t, ok, text)
	return verb()
}

// health reads a check, such as 1s/500ms/2.
func (s *script) health(text string) *HealthCheck {
	w := strings.Split(text, "/")
	return &HealthCheck{Interval: s.duration(w[0]), Timeout: s.duration(w[1]), Threshold: s.number(w[2])}
}

func (s *script) limit(text string) Limit {
	n, per, ok := strings.Cut(text, "/")
	require.True(s.t, ok, text)
	return AtMost(s.number(n), s.duration(per))
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
		case "retries":
			p.startRetries = s.number(value)
		case "rule":
			p.rules = append(p.rules, s.rule(value))
		case "health":
			p.health = s.health(value)
		case "limit":
			p.limit = s.limit(value)
		case "significant":
			p.significant = true
		case "keepchildren":
			p.keepChildren = true
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
		case doCheck:
			s.checks[a.id] = a.token
		case doEmit:
			s.dated(a.event)
		case doReport:
			s.record(a.incident)
		}
		out = append(out, s.print(a)...)
	}
	s.untouched()
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
