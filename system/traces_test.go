package system_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/internal/spantest"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// The actors of the traces: a shop that takes orders.
type tracesMsg interface{ traces() }

type (
	Place  struct{ After time.Duration } // fails after a while
	Crash  struct{}                      // panics
	Leave  struct{}                      // ends normally
	Hang   struct{ Until chan struct{} }
	Pass   struct{ To actor.Ref[tracesMsg] } // has somebody else fail
	Quote  struct{ Reply actor.Reply[int] }
	Refuse struct{ Reply actor.Reply[int] }
)

func (Place) traces()  {}
func (Crash) traces()  {}
func (Leave) traces()  {}
func (Hang) traces()   {}
func (Pass) traces()   {}
func (Quote) traces()  {}
func (Refuse) traces() {}

var errPaper = errors.New("out of paper")

// tracesHealth fails until it has been asked n times.
func tracesHealth(n int32) func(context.Context) actor.Health {
	var asked atomic.Int32
	return func(context.Context) actor.Health {
		if asked.Add(1) < n {
			return actor.Failed("no paper")
		}
		return actor.Healthy
	}
}

type Orders struct{}

func (Orders) Receive(ctx context.Context, msg tracesMsg) error {
	switch msg := msg.(type) {
	case Place:
		time.Sleep(msg.After)
		return errPaper
	case Crash:
		panic("out of ink")
	case Leave:
		return actor.ErrStop
	case Hang:
		<-msg.Until
	case Pass:
		return msg.To.Send(ctx, Place{time.Millisecond})
	case Quote:
		msg.Reply.Send(7)
	case Refuse:
		return errors.New("closed")
	}
	return nil
}

// tracesSpec declares an actor whose start takes a millisecond, and a
// millisecond more, in vain, as often as fails says.
func tracesSpec(name string, fails ...int) actor.Spec[tracesMsg] {
	return actor.Spec[tracesMsg]{
		Name: name,
		New: func(_ context.Context, self *actor.Self[tracesMsg]) (actor.Actor[tracesMsg], error) {
			time.Sleep(time.Millisecond)
			for _, n := range fails {
				if self.Incarnation() == uint64(n) {
					time.Sleep(time.Millisecond)
					return nil, errors.New("no connection")
				}
			}
			return Orders{}, nil
		},
	}
}

func tracesNew(name string, fails ...int) *actor.Process[tracesMsg] {
	return actor.New(tracesSpec(name, fails...))
}

// tracesStage is a system whose spans and log lines can be looked at.
type tracesStage struct {
	*system.ActorSystem
	t     *testing.T
	spans *spantest.Recorder
	log   *bytes.Buffer
}

// tracesStart starts a system named shop.
func tracesStart(t *testing.T, root supervision.Spec) tracesStage {
	t.Helper()
	s := tracesStage{t: t, spans: spantest.New(), log: new(bytes.Buffer)}
	var err error
	s.ActorSystem, err = system.Start(t.Context(), system.Config{
		Name:           "shop",
		Root:           root,
		TracerProvider: s.spans,
		Logger:         tracesLogger(s.log),
	})
	require.NoError(t, err)
	return s
}

func tracesLogger(to *bytes.Buffer) *slog.Logger {
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
}

// request sends a message as part of a request that is traced.
func (s tracesStage) request(to actor.Ref[tracesMsg], msg tracesMsg) {
	s.t.Helper()
	ctx, span := s.spans.Start(context.Background(), "POST /orders")
	require.NoError(s.t, to.Send(ctx, msg))
	time.Sleep(time.Microsecond)
	span.End()
}

// tracesKeys are the attributes that the trees show.
var tracesKeys = []string{
	"actor.system", "actor.path", "actor.type", "actor.incarnation", "actor.message.type",
	"actor.mailbox.depth", "actor.mailbox.wait",
	"actor.child.path", "actor.child.type", "actor.child.incarnation",
	"actor.supervision.strategy", "actor.supervision.restart_type", "actor.supervision.directive",
	"actor.supervision.restarts", "actor.supervision.max_restarts", "actor.supervision.window",
	"actor.supervision.backoff", "actor.supervision.affected",
	"actor.stop.reason", "actor.failure.kind", "error.type",
}

// tracesIDs is what a log line names its span by. It is left out of the files:
// each span that is made would change the lines of all that come after it.
var tracesIDs = regexp.MustCompile(` trace_id=[0-9a-f]{32} span_id=[0-9a-f]{16}`)

// golden compares spans and log lines with a file in testdata. The spans are
// shown twice: as a person sees them, then with their attributes.
func (s tracesStage) golden(name string) {
	s.t.Helper()
	assert.Empty(s.t, s.spans.Open(), "no span stays open")
	got := s.spans.Tree() + "\n" + s.spans.Tree(tracesKeys...) + "\n" + tracesIDs.ReplaceAllString(s.log.String(), "")
	file := filepath.Join("testdata", "trace-"+name+".txt")
	if *update {
		require.NoError(s.t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(s.t, err)
	assert.Equal(s.t, string(want), got)
}

// settle lets everything happen that is going to happen within a minute.
func (s tracesStage) settle() {
	time.Sleep(time.Minute)
	synctest.Wait()
}

func tracesWorkers(workers ...*actor.Process[tracesMsg]) []supervision.Child {
	var children []supervision.Child
	for _, w := range workers {
		children = append(children, supervision.Child{Process: w})
	}
	return children
}

// TestTraces are the spans and log lines of a whole system. Each ends before
// the shutdown, which has a test of its own.
func TestTraces(t *testing.T) {
	three := func(fails ...int) []*actor.Process[tracesMsg] {
		return []*actor.Process[tracesMsg]{
			tracesNew("worker-1"), tracesNew("worker-2", fails...), tracesNew("worker-3"),
		}
	}
	cases := []struct {
		name string
		spec supervision.Spec  // without children: the three of them
		own  supervision.Child // of worker-2, apart from its Process
		ws   []*actor.Process[tracesMsg]
		act  func(s tracesStage, ws []*actor.Process[tracesMsg])
		ends bool // by itself
	}{
		{name: "one-for-one", spec: supervision.Spec{Strategy: supervision.OneForOne}, ws: three(),
			act: func(s tracesStage, ws []*actor.Process[tracesMsg]) {
				s.request(ws[1].Ref, Place{time.Millisecond})
			}},
		{name: "one-for-all", spec: supervision.Spec{Strategy: supervision.OneForAll}, ws: three(),
			act: func(s tracesStage, ws []*actor.Process[tracesMsg]) {
				s.request(ws[1].Ref, Place{time.Millisecond})
			}},
		{name: "rest-for-one", spec: supervision.Spec{Strategy: supervision.RestForOne}, ws: three(),
			act: func(s tracesStage, ws []*actor.Process[tracesMsg]) {
				s.request(ws[1].Ref, Crash{})
			}},
		{name: "backoff", ws: three(), spec: supervision.Spec{
			Defaults: supervision.Defaults{Backoff: &supervision.Backoff{}},
		}, act: func(s tracesStage, ws []*actor.Process[tracesMsg]) {
			s.request(ws[1].Ref, Place{time.Millisecond})
		}},
		{name: "failed-restart", ws: three(2, 3),
			act: func(s tracesStage, ws []*actor.Process[tracesMsg]) {
				s.request(ws[1].Ref, Place{time.Millisecond})
			}},
		{name: "failed-group-restart", spec: supervision.Spec{Strategy: supervision.OneForAll}, ws: three(2),
			act: func(s tracesStage, ws []*actor.Process[tracesMsg]) {
				s.request(ws[0].Ref, Place{time.Millisecond})
			}},
		{name: "unsampled", ws: three(),
			act: func(s tracesStage, ws []*actor.Process[tracesMsg]) {
				s.spans.SetSampled(false)
				ctx, span := s.spans.Start(context.Background(), "POST /orders")
				require.NoError(s.t, ws[1].Send(ctx, Place{}))
				span.End()
				s.spans.SetSampled(true)
			}},
		{name: "untraced", ws: three(),
			act: func(s tracesStage, ws []*actor.Process[tracesMsg]) {
				require.NoError(s.t, ws[1].TrySend(Crash{}))
			}},
		{name: "normal-end", ws: three(),
			act: func(s tracesStage, ws []*actor.Process[tracesMsg]) {
				require.NoError(s.t, ws[1].TrySend(Leave{}))
			}},
		{name: "temporary", ws: three(), spec: supervision.Spec{
			Defaults: supervision.Defaults{Restart: supervision.Temporary},
		}, act: func(s tracesStage, ws []*actor.Process[tracesMsg]) {
			s.request(ws[1].Ref, Crash{})
		}},
		{name: "through-another", ws: three(),
			act: func(s tracesStage, ws []*actor.Process[tracesMsg]) {
				s.request(ws[0].Ref, Pass{To: ws[1].Ref})
			}},
		{name: "ask", ws: three(),
			act: func(s tracesStage, ws []*actor.Process[tracesMsg]) {
				ctx, span := s.spans.Start(context.Background(), "GET /quote")
				n, err := actor.Ask(ctx, ws[0].Ref, func(r actor.Reply[int]) tracesMsg { return Quote{r} })
				require.NoError(s.t, err)
				assert.Equal(s.t, 7, n)
				_, err = actor.Ask(ctx, ws[1].Ref, func(r actor.Reply[int]) tracesMsg { return Refuse{r} })
				require.Error(s.t, err)
				span.End()
			}},
		{name: "spawned", ws: three(),
			act: func(s tracesStage, _ []*actor.Process[tracesMsg]) {
				ref, err := system.Spawn(context.Background(), s.ActorSystem, tracesSpec("order-4711"))
				require.NoError(s.t, err)
				s.request(ref, Place{time.Millisecond})
			}},
		{name: "spawned-in-request", ws: three(),
			act: func(s tracesStage, _ []*actor.Process[tracesMsg]) {
				ctx, span := s.spans.Start(context.Background(), "POST /orders")
				_, err := system.Spawn(ctx, s.ActorSystem, tracesSpec("order-4711"))
				require.NoError(s.t, err)
				span.End()
			}},
		{name: "spawned-in-vain", ws: three(),
			act: func(s tracesStage, _ []*actor.Process[tracesMsg]) {
				ctx, span := s.spans.Start(context.Background(), "POST /orders")
				_, err := system.Spawn(ctx, s.ActorSystem, tracesSpec("order-4711", 1))
				require.Error(s.t, err)
				span.End()
			}},
		{name: "waiting", ws: three(), // the second message waits for the restart
			act: func(s tracesStage, ws []*actor.Process[tracesMsg]) {
				s.request(ws[1].Ref, Place{time.Millisecond})
				s.request(ws[1].Ref, Crash{})
				s.request(ws[1].Ref, Leave{})
			}},
		{name: "health", ws: three(), // it says itself that it has failed
			own: supervision.Child{Health: &supervision.HealthCheck{
				Interval: time.Second, Threshold: 2, Check: tracesHealth(3),
			}}, act: func(tracesStage, []*actor.Process[tracesMsg]) {}},
		{name: "health-stuck", ws: three(), // it does not answer, and is left behind
			own: supervision.Child{Health: &supervision.HealthCheck{Interval: time.Second, Threshold: 2}},
			act: func(s tracesStage, ws []*actor.Process[tracesMsg]) {
				release := make(chan struct{})
				s.request(ws[1].Ref, Hang{release})
				time.Sleep(time.Minute)
				close(release)
			}},
		{name: "resume", ws: three(),
			own: supervision.Child{Decider: []supervision.Rule{supervision.When(errPaper).Resume()}},
			act: func(s tracesStage, ws []*actor.Process[tracesMsg]) {
				s.request(ws[1].Ref, Place{time.Millisecond})
			}},
		{name: "decided-stop", ws: three(),
			own: supervision.Child{Decider: []supervision.Rule{supervision.When(errPaper).Stop()}},
			act: func(s tracesStage, ws []*actor.Process[tracesMsg]) {
				s.request(ws[1].Ref, Place{time.Millisecond})
			}},
		{name: "decided-escalate", ws: three(),
			own: supervision.Child{Decider: []supervision.Rule{supervision.When(errPaper).Escalate()}},
			act: func(s tracesStage, ws []*actor.Process[tracesMsg]) {
				s.request(ws[1].Ref, Place{time.Millisecond})
			}, ends: true},
		{name: "auto-shutdown", ws: three(), spec: supervision.Spec{AutoShutdown: supervision.AnySignificant},
			own: supervision.Child{Restart: supervision.Transient, Significant: true},
			act: func(s tracesStage, ws []*actor.Process[tracesMsg]) {
				s.request(ws[1].Ref, Leave{})
			}, ends: true},
		{name: "by-hand-in-request", ws: three(2), // the first attempt fails
			act: func(s tracesStage, _ []*actor.Process[tracesMsg]) {
				ctx, span := s.spans.Start(context.Background(), "POST /restart")
				require.NoError(s.t, supervision.TerminateChild(ctx, s.Root(), "worker-2"))
				require.Error(s.t, supervision.RestartChild(ctx, s.Root(), "worker-2"))
				require.NoError(s.t, supervision.RestartChild(ctx, s.Root(), "worker-2"))
				span.End()
			}},
		{name: "by-hand", ws: three(), // what is asked for outside of a traced request is an event, and no span
			act: func(s tracesStage, _ []*actor.Process[tracesMsg]) {
				require.NoError(s.t, supervision.TerminateChild(context.Background(), s.Root(), "worker-2"))
				require.NoError(s.t, supervision.RestartChild(context.Background(), s.Root(), "worker-2"))
			}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c.spec.Children = tracesWorkers(c.ws...)
				c.own.Process = c.ws[1]
				c.spec.Children[1] = c.own
				s := tracesStart(t, c.spec)
				time.Sleep(time.Second)
				c.act(s, c.ws)
				s.settle()
				if c.ends {
					<-s.Done()
					s.golden(c.name)
					return
				}
				s.golden(c.name)
				kitShut(t, s.ActorSystem)
			})
		})
	}
}

// A panic's span shows where it happened, in the user's code.
func TestTraceStack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		worker := tracesNew("worker")
		s := tracesStart(t, supervision.Spec{Children: tracesWorkers(worker)})
		s.request(worker.Ref, Crash{})
		s.settle()
		failed := s.spans.Named("process Orders/Crash")
		require.Len(t, failed, 1)
		require.Len(t, failed[0].Events, 1)
		stack := failed[0].Events[0].Attr("exception.stacktrace")
		assert.Regexp(t, `^github.com/understudy-go/understudy/system_test\.Orders\.Receive\(\.\.\.\)\n\t.*traces_test\.go:\d+\n`, stack)
		assert.Equal(t, "github.com/understudy-go/understudy", failed[0].Scope)
		kitShut(t, s.ActorSystem)
	})
}

// What goes up three levels is one picture: each decision under the one below.
func TestTraceEscalation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		worker := tracesNew("worker")
		none := supervision.AtMost(0, time.Minute)
		inner := supervision.New(supervision.Spec{
			Name: "inner", Limit: none, Children: tracesWorkers(tracesNew("other"), worker),
		})
		outer := supervision.New(supervision.Spec{Name: "outer", Limit: none, Children: kitChildren(inner)})
		s := tracesStart(t, supervision.Spec{Children: kitChildren(outer)})
		s.request(worker.Ref, Place{time.Millisecond})
		s.settle()
		s.golden("escalation")
		kitShut(t, s.ActorSystem)
	})
}

// A supervisor that is stopped or started for the sake of a sibling shows its
// own children.
func TestTraceNestedGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		worker := tracesNew("worker")
		sub := supervision.New(supervision.Spec{
			Name: "sub", Children: tracesWorkers(tracesNew("below-1"), tracesNew("below-2")),
		})
		s := tracesStart(t, supervision.Spec{
			Strategy: supervision.OneForAll, Children: append(kitChildren(sub), tracesWorkers(worker)...),
		})
		s.request(worker.Ref, Place{time.Millisecond})
		s.settle()
		s.golden("nested-group")
		kitShut(t, s.ActorSystem)
	})
}

// A restart that fails further down shows where.
func TestTraceNestedFailedRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		worker := tracesNew("worker")
		sub := supervision.New(supervision.Spec{
			Name: "sub", Limit: supervision.AtMost(0, time.Minute), Children: tracesWorkers(worker, tracesNew("weak", 2)),
		})
		s := tracesStart(t, supervision.Spec{Children: kitChildren(sub)})
		s.request(worker.Ref, Place{time.Millisecond})
		s.settle()
		s.golden("nested-failed-restart")
		kitShut(t, s.ActorSystem)
	})
}

// The root's giving up ends the system.
func TestTraceGivingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		worker := tracesNew("worker")
		none := supervision.AtMost(0, time.Minute)
		sub := supervision.New(supervision.Spec{Name: "sub", Limit: none, Children: tracesWorkers(worker)})
		s := tracesStart(t, supervision.Spec{Limit: none, Children: kitChildren(sub)})
		s.request(worker.Ref, Crash{})
		<-s.Done()
		s.golden("giving-up")
	})
}

// A start that fails is the caller's error; what ran before is stopped.
func TestTraceStartFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := tracesStage{t: t, spans: spantest.New(), log: new(bytes.Buffer)}
		_, err := system.Start(context.Background(), system.Config{
			Name: "shop", TracerProvider: s.spans, Logger: tracesLogger(s.log),
			Root: supervision.Spec{Children: tracesWorkers(tracesNew("worker-1"), tracesNew("worker-2", 1))},
		})
		require.ErrorIs(t, err, supervision.ErrStartFailed)
		s.golden("start-failure")
	})
}

// Also of one that fails further down: one trace from the top.
func TestTraceNestedStartFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := tracesStage{t: t, spans: spantest.New(), log: new(bytes.Buffer)}
		sub := supervision.New(supervision.Spec{
			Name: "sub", Children: tracesWorkers(tracesNew("below-1"), tracesNew("below-2", 1)),
		})
		_, err := system.Start(context.Background(), system.Config{
			Name: "shop", TracerProvider: s.spans, Logger: tracesLogger(s.log),
			Root: supervision.Spec{Children: append(tracesWorkers(tracesNew("worker")), kitChildren(sub)...)},
		})
		require.ErrorIs(t, err, supervision.ErrStartFailed)
		s.golden("nested-start-failure")
	})
}

// A shutdown is one trace of the whole tree, and shows who was stuck.
func TestTraceShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := tracesNew("stuck")
		sub := supervision.New(supervision.Spec{Name: "sub", Children: tracesWorkers(tracesNew("below"), stuck)})
		s := tracesStart(t, supervision.Spec{Children: append(tracesWorkers(tracesNew("worker")), kitChildren(sub)...)})
		release := make(chan struct{})
		defer close(release)
		_, err := system.Spawn(context.Background(), s.ActorSystem, tracesSpec("order-4711"))
		require.NoError(t, err)
		s.request(stuck.Ref, Hang{release})
		time.Sleep(time.Second)
		require.ErrorIs(t, s.Shutdown(context.Background()), actor.ErrAbandoned)
		s.golden("shutdown")
	})
}

// A shutdown is traced also if nothing runs at that moment.
func TestTraceShutdownWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		worker := tracesNew("worker")
		s := tracesStart(t, supervision.Spec{
			Defaults: supervision.Defaults{Backoff: &supervision.Backoff{Base: time.Hour, Max: time.Hour}},
			Children: tracesWorkers(worker),
		})
		s.request(worker.Ref, Crash{})
		time.Sleep(time.Second)
		kitShut(t, s.ActorSystem)
		s.golden("shutdown-while-waiting")
	})
}
