package benchmarks

import (
	"fmt"
	"math"
	"testing"
	"time"

	hollywood "github.com/anthdm/hollywood/actor"
)

// hollywoodGo is github.com/anthdm/hollywood as it comes: inboxes begin with
// room for 1024 messages, and grow. Asks need a deadline.
var hollywoodGo = contender{
	name:     "hollywood",
	large:    true, // 28 KB each
	tell:     hollywoodTell,
	ask:      hollywoodAsk,
	pingPong: hollywoodPingPong,
	restart:  hollywoodRestart,
	spawn:    hollywoodSpawn,
	skynet:   hollywoodSkynet,
	wire:     hollywoodWire,
	notes: map[string]string{
		"Skynet100k": "actors do not end by themselves: the root ends all when it has the sum",
	},
}

// deadline is that of the asks of systems that need one.
const deadline = 5 * time.Second

// A hollywoodStage is an engine and the actors that are stopped with it.
type hollywoodStage struct {
	*hollywood.Engine
	pids []*hollywood.PID
}

func startHollywood(tb testing.TB) *hollywoodStage {
	tb.Helper()
	e, err := hollywood.NewEngine(hollywood.NewEngineConfig())
	if err != nil {
		tb.Fatal(err)
	}
	s := &hollywoodStage{Engine: e}
	tb.Cleanup(func() {
		for _, pid := range s.pids {
			<-e.Poison(pid).Done()
		}
	})
	return s
}

func (s *hollywoodStage) spawn(room int, receive func(*hollywood.Context)) *hollywood.PID {
	pid := s.SpawnFunc(receive, "actor", hollywood.WithInboxSize(room))
	s.pids = append(s.pids, pid)
	return pid
}

func hollywoodTell(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	engine := startHollywood(tb)
	counter := engine.spawn(capacity, func(ctx *hollywood.Context) {
		if m, ok := ctx.Message().(message); ok {
			t.handle(m)
		}
	})
	return func(worker, n int) error {
		for seq := range n {
			engine.Send(counter, message{uint64(worker), uint64(seq)})
		}
		return nil
	}
}

func hollywoodAsk(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	engine := startHollywood(tb)
	oracle := engine.spawn(capacity, func(ctx *hollywood.Context) {
		if m, ok := ctx.Message().(message); ok {
			t.handle(m)
			ctx.Respond(m.answer())
		}
	})
	return func(worker, n int) error {
		for seq := range n {
			m := message{uint64(worker), uint64(seq)}
			got, err := engine.Request(oracle, m, deadline).Result()
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

func hollywoodPingPong(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	engine := startHollywood(tb)
	var ping, pong *hollywood.PID
	ping = engine.spawn(capacity, func(ctx *hollywood.Context) {
		if m, ok := ctx.Message().(message); ok && !t.handle(m) {
			ctx.Send(pong, message{m.from, m.seq + 1})
		}
	})
	pong = engine.spawn(capacity, func(ctx *hollywood.Context) {
		if m, ok := ctx.Message().(message); ok {
			ctx.Send(ping, m)
		}
	})
	return func(worker, _ int) error {
		engine.Send(pong, message{from: uint64(worker)})
		return nil
	}
}

func hollywoodRestart(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	engine := startHollywood(tb)
	handled := make(chan struct{}, 1)
	victim := engine.Spawn(func() hollywood.Receiver { return hollywoodVictim{newFragile(t, handled)} }, "victim",
		hollywood.WithMaxRestarts(math.MaxInt32), hollywood.WithRestartDelay(0))
	engine.pids = append(engine.pids, victim)
	return func(worker, n int) error {
		for seq := range n {
			engine.Send(victim, crash)
			engine.Send(victim, message{uint64(worker), uint64(seq)})
			<-handled
		}
		return nil
	}
}

type hollywoodVictim struct{ *fragile }

func (v hollywoodVictim) Receive(ctx *hollywood.Context) {
	if m, ok := ctx.Message().(message); ok {
		v.handle(m)
	}
}

func hollywoodWire(tb testing.TB, parts []part) network {
	tb.Helper()
	engine := startHollywood(tb)
	pids := make([]*hollywood.PID, len(parts))
	for i, p := range parts {
		n := &hollywoodNode{pids: pids}
		pids[i] = engine.spawn(room(len(parts)), func(ctx *hollywood.Context) {
			m, ok := ctx.Message().(message)
			if !ok {
				return
			}
			n.sender = ctx
			if p.handle != nil {
				p.handle(n, m)
			} else {
				ctx.Respond(p.answer(n, m))
			}
		})
	}
	outside := &hollywoodNode{pids, engine}
	return network{outside.send, outside.ask}
}

type hollywoodNode struct {
	pids   []*hollywood.PID
	sender interface {
		Send(to *hollywood.PID, m any)
		Request(to *hollywood.PID, m any, timeout time.Duration) *hollywood.Response
	}
}

func (n *hollywoodNode) send(to int, m message) error {
	n.sender.Send(n.pids[to], m)
	return nil
}

func (n *hollywoodNode) ask(to int, m message) (message, error) {
	got, err := n.sender.Request(n.pids[to], m, deadline).Result()
	if err != nil {
		return message{}, err
	}
	a, ok := got.(message)
	if !ok {
		return a, fmt.Errorf("answered with a %T", got)
	}
	return a, nil
}

func hollywoodSpawn(tb testing.TB, n int, c *census) population {
	tb.Helper()
	engine, r := startHollywood(tb), newRoll()
	pids := make([]*hollywood.PID, n)
	receive := func(ctx *hollywood.Context) {
		switch ctx.Message().(type) {
		case hollywood.Started:
			r.enter()
			c.mark()
		case message:
			c.mark()
		case hollywood.Stopped:
			r.leave()
		}
	}
	return population{
		spawn: func() error {
			for i := range pids {
				pids[i] = engine.SpawnFunc(receive, "citizen")
			}
			return nil
		},
		tell: func() error {
			for _, pid := range pids {
				engine.Send(pid, message{})
			}
			return nil
		},
		stopFirst: func(n int) error {
			for _, pid := range pids[:n] {
				<-engine.Poison(pid).Done()
			}
			pids = pids[n:]
			return nil
		},
		stopAll: func() error {
			for _, pid := range pids {
				engine.Poison(pid)
			}
			r.empty()
			return nil
		},
		alive: r.count,
	}
}

// hollywoodSkynet makes children with small inboxes. An actor that ends while its parent ends may
// be waited for without end, so the root ends all.
func hollywoodSkynet(tb testing.TB) forest {
	tb.Helper()
	engine := startHollywood(tb)
	told := make(chan uint64, 1)
	return func(n int) (uint64, error) {
		root := engine.Spawn(func() hollywood.Receiver {
			return &hollywoodTree{grove: grove{0, n}, told: told}
		}, "root", hollywood.WithInboxSize(fork))
		sum := <-told
		<-engine.Poison(root).Done()
		return sum, nil
	}
}

type hollywoodTree struct {
	grove
	told  chan<- uint64 // of the root
	left  int
	total uint64
}

func (t *hollywoodTree) Receive(ctx *hollywood.Context) {
	switch m := ctx.Message().(type) {
	case hollywood.Started:
		if t.n == 1 {
			t.tell(ctx, t.first)
			return
		}
		below := t.branches()
		t.left = len(below)
		for _, g := range below {
			ctx.SpawnChild(func() hollywood.Receiver { return &hollywoodTree{grove: g} }, "branch", hollywood.WithInboxSize(fork))
		}
	case uint64:
		t.total += m
		if t.left--; t.left == 0 {
			t.tell(ctx, t.total)
		}
	}
}

func (t *hollywoodTree) tell(ctx *hollywood.Context, sum uint64) {
	if t.told != nil {
		t.told <- sum
	} else {
		ctx.Send(ctx.Parent(), sum)
	}
}
