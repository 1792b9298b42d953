package benchmarks

import (
	"fmt"
	"log/slog"
	"testing"

	protoactor "github.com/asynkron/protoactor-go/actor"
)

// protoactorGo is github.com/asynkron/protoactor-go: bounded mailboxes and the
// default dispatcher, as in its own benchmark, and a logger that drops what it
// gets. Asks have no deadline, which saves a timer.
var protoactorGo = contender{
	name:     "protoactor",
	tell:     protoTell,
	ask:      protoAsk,
	pingPong: protoPingPong,
	restart:  protoRestart,
	spawn:    protoSpawn,
	skynet:   protoSkynet,
	wire:     protoWire,
}

// A protoStage is a system and the actors that are stopped with it.
type protoStage struct {
	*protoactor.ActorSystem
	pids []*protoactor.PID
}

func startProto(tb testing.TB) *protoStage {
	tb.Helper()
	s := &protoStage{ActorSystem: protoactor.NewActorSystem(protoactor.WithLoggerFactory(
		func(*protoactor.ActorSystem) *slog.Logger { return slog.New(slog.DiscardHandler) }))}
	tb.Cleanup(func() {
		for _, pid := range s.pids {
			if err := s.Root.StopFuture(pid).Wait(); err != nil {
				tb.Error(err)
			}
		}
		s.Shutdown()
	})
	return s
}

// spawn makes an actor with a mailbox for so many messages.
func (s *protoStage) spawn(room int, receive func(protoactor.Context)) *protoactor.PID {
	pid := s.Root.Spawn(protoactor.PropsFromFunc(receive, protoactor.WithMailbox(protoactor.Bounded(room))))
	s.pids = append(s.pids, pid)
	return pid
}

func protoTell(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	sys := startProto(tb)
	counter := sys.spawn(capacity, func(ctx protoactor.Context) {
		if m, ok := ctx.Message().(message); ok {
			t.handle(m)
		}
	})
	return func(worker, n int) error {
		for seq := range n {
			sys.Root.Send(counter, message{uint64(worker), uint64(seq)})
		}
		return nil
	}
}

func protoAsk(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	sys := startProto(tb)
	oracle := sys.spawn(capacity, func(ctx protoactor.Context) {
		if m, ok := ctx.Message().(message); ok {
			t.handle(m)
			ctx.Respond(m.answer())
		}
	})
	return func(worker, n int) error {
		for seq := range n {
			m := message{uint64(worker), uint64(seq)}
			got, err := sys.Root.RequestFuture(oracle, m, -1).Result()
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

func protoPingPong(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	sys := startProto(tb)
	var ping, pong *protoactor.PID
	ping = sys.spawn(capacity, func(ctx protoactor.Context) {
		if m, ok := ctx.Message().(message); ok && !t.handle(m) {
			ctx.Send(pong, message{m.from, m.seq + 1})
		}
	})
	pong = sys.spawn(capacity, func(ctx protoactor.Context) {
		if m, ok := ctx.Message().(message); ok {
			ctx.Send(ping, m)
		}
	})
	return func(worker, _ int) error {
		sys.Root.Send(pong, message{from: uint64(worker)})
		return nil
	}
}

func protoRestart(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	sys := startProto(tb)
	handled := make(chan struct{}, 1)
	root := sys.Root.Copy().WithGuardian(protoactor.NewRestartingStrategy())
	victim := root.Spawn(protoactor.PropsFromProducer(func() protoactor.Actor {
		return protoVictim{newFragile(t, handled)}
	}, protoactor.WithMailbox(protoactor.Bounded(capacity))))
	sys.pids = append(sys.pids, victim)
	return func(worker, n int) error {
		for seq := range n {
			sys.Root.Send(victim, crash)
			sys.Root.Send(victim, message{uint64(worker), uint64(seq)})
			<-handled
		}
		return nil
	}
}

type protoVictim struct{ *fragile }

func (v protoVictim) Receive(ctx protoactor.Context) {
	if m, ok := ctx.Message().(message); ok {
		v.handle(m)
	}
}

func protoWire(tb testing.TB, parts []part) network {
	tb.Helper()
	sys := startProto(tb)
	pids := make([]*protoactor.PID, len(parts))
	for i, p := range parts {
		n := &protoNode{pids: pids}
		pids[i] = sys.spawn(room(len(parts)), func(ctx protoactor.Context) {
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
	outside := &protoNode{pids, sys.Root}
	return network{outside.send, outside.ask}
}

type protoNode struct {
	pids   []*protoactor.PID
	sender protoactor.SenderContext
}

func (n *protoNode) send(to int, m message) error {
	n.sender.Send(n.pids[to], m)
	return nil
}

func (n *protoNode) ask(to int, m message) (message, error) {
	got, err := n.sender.RequestFuture(n.pids[to], m, -1).Result()
	if err != nil {
		return message{}, err
	}
	a, ok := got.(message)
	if !ok {
		return a, fmt.Errorf("answered with a %T", got)
	}
	return a, nil
}

func protoSpawn(tb testing.TB, n int, c *census) population {
	tb.Helper()
	sys, r := startProto(tb), newRoll()
	pids := make([]*protoactor.PID, n)
	props := protoactor.PropsFromFunc(func(ctx protoactor.Context) {
		switch ctx.Message().(type) {
		case *protoactor.Started:
			r.enter()
			c.mark()
		case message:
			c.mark()
		case *protoactor.Stopped:
			r.leave()
		}
	})
	return population{
		spawn: func() error {
			for i := range pids {
				pids[i] = sys.Root.Spawn(props)
			}
			return nil
		},
		tell: func() error {
			for _, pid := range pids {
				sys.Root.Send(pid, message{})
			}
			return nil
		},
		stopFirst: func(n int) error {
			for _, pid := range pids[:n] {
				if err := sys.Root.StopFuture(pid).Wait(); err != nil {
					return err
				}
			}
			pids = pids[n:]
			return nil
		},
		stopAll: func() error {
			for _, pid := range pids {
				sys.Root.Stop(pid)
			}
			r.empty()
			return nil
		},
		alive: r.count,
	}
}

// protoSkynet makes children, with the default mailbox.
func protoSkynet(tb testing.TB) forest {
	tb.Helper()
	sys := startProto(tb)
	told := make(chan uint64, 1)
	return func(n int) (uint64, error) {
		sys.Root.Spawn(protoactor.PropsFromProducer(func() protoactor.Actor {
			return &protoTree{grove: grove{0, n}, told: told}
		}))
		return <-told, nil
	}
}

type protoTree struct {
	grove
	told  chan<- uint64 // of the root
	left  int
	total uint64
}

func (t *protoTree) Receive(ctx protoactor.Context) {
	switch m := ctx.Message().(type) {
	case *protoactor.Started:
		if t.n == 1 {
			t.end(ctx, t.first)
			return
		}
		below := t.branches()
		t.left = len(below)
		for _, g := range below {
			ctx.Spawn(protoactor.PropsFromProducer(func() protoactor.Actor { return &protoTree{grove: g} }))
		}
	case uint64:
		t.total += m
		if t.left--; t.left == 0 {
			t.end(ctx, t.total)
		}
	}
}

func (t *protoTree) end(ctx protoactor.Context, sum uint64) {
	if t.told != nil {
		t.told <- sum
	} else {
		ctx.Send(ctx.Parent(), sum)
	}
	ctx.Stop(ctx.Self())
}
