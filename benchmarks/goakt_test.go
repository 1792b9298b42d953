package benchmarks

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"testing"
	"time"

	goakt "github.com/tochemey/goakt/v4/actor"
	"github.com/tochemey/goakt/v4/log"
	"github.com/tochemey/goakt/v4/supervisor"
)

// goaktGo is github.com/tochemey/goakt/v4 as in its own benchmark: the default
// mailbox, which is unbounded, and a logger that drops what it gets. Actors are
// long-lived, which saves the timers of passivation. Asks need a deadline.
var goaktGo = contender{
	name:     "goakt",
	large:    true, // 30 KB of garbage each, and as much time as for some dozens of others
	tell:     goaktTell,
	ask:      goaktAsk,
	pingPong: goaktPingPong,
	restart:  goaktRestart,
	spawn:    goaktSpawn,
	skynet:   goaktSkynet,
	wire:     goaktWire,
	faults: map[string]string{
		"AskSeq":             goaktLoses,
		"Ask64":              goaktLoses,
		"LatencyIdle":        goaktLoses,
		"LatencyUnderFlood":  goaktLoses,
		"LatencyAmong1000":   goaktLoses,
		"BlockedHandlers10k": goaktLoses,
		"NestedAsk16":        goaktLoses,
	},
	notes: map[string]string{
		"Restart": "what is sent before the restart is over is refused, or handled by the old state: it is sent when PreStart has run",
	},
}

const goaktLoses = "an ask is lost now and then, and ends at its deadline"

// A goaktStage is a system; its actors end with it.
type goaktStage struct {
	goakt.ActorSystem
	tb testing.TB
}

func startGoakt(tb testing.TB) *goaktStage {
	tb.Helper()
	ctx := context.Background()
	sys, err := goakt.NewActorSystem("bench", goakt.WithLogger(log.DiscardLogger))
	if err != nil {
		tb.Fatal(err)
	}
	if err := sys.Start(ctx); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := sys.Stop(ctx); err != nil {
			tb.Error(err)
		}
	})
	return &goaktStage{sys, tb}
}

func (s *goaktStage) spawn(name string, a goakt.Actor, options ...goakt.SpawnOption) *goakt.PID {
	s.tb.Helper()
	pid, err := s.Spawn(context.Background(), name, a, append(options, goakt.WithLongLived())...)
	if err != nil {
		s.tb.Fatal(err)
	}
	return pid
}

// A goaktReceiver is an actor without hooks.
type goaktReceiver func(*goakt.ReceiveContext)

func (goaktReceiver) PreStart(*goakt.Context) error       { return nil }
func (r goaktReceiver) Receive(ctx *goakt.ReceiveContext) { r(ctx) }
func (goaktReceiver) PostStop(*goakt.Context) error       { return nil }

func goaktTell(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	counter := startGoakt(tb).spawn("counter", goaktReceiver(func(ctx *goakt.ReceiveContext) {
		if m, ok := ctx.Message().(message); ok {
			t.handle(m)
		}
	}))
	return func(worker, n int) error {
		ctx := context.Background()
		for seq := range n {
			if err := goakt.Tell(ctx, counter, message{uint64(worker), uint64(seq)}); err != nil {
				return err
			}
		}
		return nil
	}
}

func goaktAsk(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	oracle := startGoakt(tb).spawn("oracle", goaktReceiver(func(ctx *goakt.ReceiveContext) {
		if m, ok := ctx.Message().(message); ok {
			t.handle(m)
			ctx.Response(m.answer())
		}
	}))
	return func(worker, n int) error {
		ctx := context.Background()
		for seq := range n {
			m := message{uint64(worker), uint64(seq)}
			got, err := goakt.Ask(ctx, oracle, m, deadline)
			if err != nil {
				return err
			}
			if got != m.answer() {
				return errAnswer
			}
		}
		return nil
	}
}

func goaktPingPong(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	sys := startGoakt(tb)
	var ping, pong *goakt.PID
	ping = sys.spawn("ping", goaktReceiver(func(ctx *goakt.ReceiveContext) {
		if m, ok := ctx.Message().(message); ok && !t.handle(m) {
			ctx.Tell(pong, message{m.from, m.seq + 1})
		}
	}))
	pong = sys.spawn("pong", goaktReceiver(func(ctx *goakt.ReceiveContext) {
		if m, ok := ctx.Message().(message); ok {
			ctx.Tell(ping, m)
		}
	}))
	return func(worker, _ int) error {
		return goakt.Tell(context.Background(), pong, message{from: uint64(worker)})
	}
}

// goaktRestart sends the second message of a pair when the actor runs again. The
// same struct does; PreStart makes its state.
func goaktRestart(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	handled, started := make(chan struct{}, 1), make(chan struct{}, 1)
	victim := startGoakt(tb).spawn("victim", &goaktVictim{tally: t, handled: handled, started: started},
		goakt.WithSupervisor(supervisor.NewSupervisor(
			supervisor.WithAnyErrorDirective(supervisor.RestartDirective),
			supervisor.WithRetry(math.MaxInt32, time.Second))))
	<-started
	return func(worker, n int) error {
		ctx := context.Background()
		for seq := range n {
			if err := goakt.Tell(ctx, victim, crash); err != nil {
				return err
			}
			<-started
			if err := goakt.Tell(ctx, victim, message{uint64(worker), uint64(seq)}); err != nil {
				return err
			}
			<-handled
		}
		return nil
	}
}

type goaktVictim struct {
	*fragile
	tally   *tally
	handled chan<- struct{}
	started chan<- struct{}
}

func (v *goaktVictim) PreStart(*goakt.Context) error {
	v.fragile = newFragile(v.tally, v.handled)
	return nil
}

func (v *goaktVictim) Receive(ctx *goakt.ReceiveContext) {
	switch m := ctx.Message().(type) {
	case *goakt.PostStart:
		v.started <- struct{}{}
	case message:
		v.handle(m)
	}
}

func (v *goaktVictim) PostStop(*goakt.Context) error { return nil }

func goaktWire(tb testing.TB, parts []part) network {
	tb.Helper()
	sys := startGoakt(tb)
	pids := make([]*goakt.PID, len(parts))
	for i, p := range parts {
		n := &goaktNode{pids: pids}
		pids[i] = sys.spawn(strconv.Itoa(i), goaktReceiver(func(ctx *goakt.ReceiveContext) {
			m, ok := ctx.Message().(message)
			if !ok {
				return
			}
			n.ReceiveContext = ctx
			if p.handle != nil {
				p.handle(n, m)
			} else {
				ctx.Response(p.answer(n, m))
			}
		}))
	}
	return network{
		tell: func(to int, m message) error { return goakt.Tell(context.Background(), pids[to], m) },
		ask: func(to int, m message) (message, error) {
			return goaktAnswer(goakt.Ask(context.Background(), pids[to], m, deadline))
		},
	}
}

func goaktAnswer(got any, err error) (message, error) {
	a, ok := got.(message)
	if err == nil && !ok {
		err = fmt.Errorf("answered with a %T", got)
	}
	return a, err
}

// A goaktNode sends with the context of the message in hand.
type goaktNode struct {
	*goakt.ReceiveContext
	pids []*goakt.PID
}

func (n *goaktNode) send(to int, m message) error {
	n.Tell(n.pids[to], m)
	return nil
}

func (n *goaktNode) ask(to int, m message) (message, error) {
	return goaktAnswer(n.Ask(n.pids[to], m, deadline), nil)
}

func goaktSpawn(tb testing.TB, n int, c *census) population {
	tb.Helper()
	ctx := context.Background()
	sys, r := startGoakt(tb), newRoll()
	pids := make([]*goakt.PID, n)
	citizen := &goaktCitizen{c, r}
	return population{
		spawn: func() (err error) {
			for i := range pids {
				pids[i], err = sys.Spawn(ctx, "citizen-"+strconv.Itoa(i), citizen, goakt.WithLongLived())
				if err != nil {
					return err
				}
			}
			return nil
		},
		tell: func() error {
			for _, pid := range pids {
				if err := goakt.Tell(ctx, pid, message{}); err != nil {
					return err
				}
			}
			return nil
		},
		stopFirst: func(n int) error {
			for _, pid := range pids[:n] {
				if err := pid.Shutdown(ctx); err != nil {
					return err
				}
			}
			pids = pids[n:]
			return nil
		},
		stopAll: func() error { // a poison pill each: it does not wait
			for _, pid := range pids {
				if err := goakt.Tell(ctx, pid, new(goakt.PoisonPill)); err != nil {
					return err
				}
			}
			r.empty()
			return nil
		},
		alive: r.count,
	}
}

type goaktCitizen struct {
	census *census
	roll   *roll
}

func (c *goaktCitizen) PreStart(*goakt.Context) error { return nil }

func (c *goaktCitizen) Receive(ctx *goakt.ReceiveContext) {
	switch ctx.Message().(type) {
	case *goakt.PostStart:
		c.roll.enter()
		c.census.mark()
	case message:
		c.census.mark()
	}
}

func (c *goaktCitizen) PostStop(*goakt.Context) error {
	c.roll.leave()
	return nil
}

// goaktSkynet makes children. Names have to differ in the whole system.
func goaktSkynet(tb testing.TB) forest {
	tb.Helper()
	sys := startGoakt(tb)
	told := make(chan uint64, 1)
	var trees int
	return func(n int) (uint64, error) {
		trees++
		name := "tree-" + strconv.Itoa(trees)
		root := &goaktTree{grove: grove{0, n}, name: name, told: told}
		if _, err := sys.Spawn(context.Background(), name, root, goakt.WithLongLived()); err != nil {
			return 0, err
		}
		return <-told, nil
	}
}

type goaktTree struct {
	grove
	name  string
	told  chan<- uint64 // of the root
	above *goakt.PID
	left  int
	total uint64
}

func (t *goaktTree) PreStart(*goakt.Context) error { return nil }
func (t *goaktTree) PostStop(*goakt.Context) error { return nil }

func (t *goaktTree) Receive(ctx *goakt.ReceiveContext) {
	switch m := ctx.Message().(type) {
	case *goakt.PostStart:
		if t.n == 1 {
			t.end(ctx, t.first)
			return
		}
		below := t.branches()
		t.left = len(below)
		for i, g := range below {
			name := t.name + "-" + strconv.Itoa(i)
			ctx.Spawn(name, &goaktTree{grove: g, name: name, above: ctx.Self()}, goakt.WithLongLived())
		}
	case uint64:
		t.total += m
		if t.left--; t.left == 0 {
			t.end(ctx, t.total)
		}
	}
}

func (t *goaktTree) end(ctx *goakt.ReceiveContext, sum uint64) {
	if t.told != nil {
		t.told <- sum
	} else {
		ctx.Tell(t.above, sum)
	}
	ctx.Shutdown()
}
