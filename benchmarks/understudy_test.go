package benchmarks

import (
	"context"
	"log/slog"
	"testing"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// understudy is the framework as it comes, but for mailboxes of the common
// capacity and a logger that drops the records of failures.
var understudy = contender{
	name:     "understudy",
	tell:     bounded.tell,
	ask:      bounded.ask,
	pingPong: bounded.pingPong,
	restart:  understudyRestart,
	spawn:    understudySpawn,
	skynet:   understudySkynet,
	wire:     bounded.wire,
}

// understudyNoBound is the same with mailboxes that have no bound, as most of the
// others have.
var understudyNoBound = contender{
	name:     "understudy-nobound",
	tell:     unbounded.tell,
	ask:      unbounded.ask,
	pingPong: unbounded.pingPong,
	wire:     unbounded.wire,
}

// understudyPriority is the same with mailboxes that are ordered by a priority, here
// the same for all messages.
var understudyPriority = contender{
	name: "understudy-priority",
	tell: prioritized.tell,
	ask:  prioritized.ask,
}

// An understudyMailbox is the kind of mailbox that the actors have.
type understudyMailbox uint8

const (
	bounded understudyMailbox = iota
	unbounded
	prioritized
)

// startUnderstudy runs actors under the root of a system.
func startUnderstudy(tb testing.TB, actors ...actor.Child) *system.ActorSystem {
	tb.Helper()
	root := supervision.Spec{Limit: supervision.Unlimited()}
	for _, a := range actors {
		root.Children = append(root.Children, supervision.Child{Process: a})
	}
	ctx := context.Background()
	sys, err := system.Start(ctx, system.Config{
		Name:            "bench",
		Root:            root,
		Spawned:         supervision.Spec{Defaults: supervision.Defaults{Restart: supervision.Temporary}},
		ShutdownTimeout: actor.Forever,
		Logger:          slog.New(slog.DiscardHandler),
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := sys.Shutdown(ctx); err != nil {
			tb.Error(err)
		}
	})
	return sys
}

// declare declares an actor with a mailbox of the common capacity, if it has one.
func declare[M any](kind understudyMailbox, name string, construct func() actor.Actor[M]) *actor.Process[M] {
	return declareRoom(kind, name, capacity, construct)
}

func declareRoom[M any](kind understudyMailbox, name string, room int, construct func() actor.Actor[M]) *actor.Process[M] {
	spec := actor.Spec[M]{Name: name, New: actor.Make(construct)}
	switch kind {
	case bounded:
		spec.Mailbox.Capacity = room
	case prioritized:
		spec.Priority = func(M) int { return 0 }
		fallthrough
	case unbounded:
		spec.Mailbox.Kind = mailbox.NoBound
	}
	return actor.New(spec)
}

func (kind understudyMailbox) tell(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	return tellUnderstudy(tb, declare(kind, "counter", func() actor.Actor[message] { return &understudyCounter{t} }))
}

func tellUnderstudy(tb testing.TB, counter *actor.Process[message]) func(worker, n int) error {
	tb.Helper()
	startUnderstudy(tb, counter)
	return func(worker, n int) error {
		ctx := context.Background()
		for seq := range n {
			if err := counter.Send(ctx, message{uint64(worker), uint64(seq)}); err != nil {
				return err
			}
		}
		return nil
	}
}

type understudyCounter struct{ tally *tally }

func (c *understudyCounter) Receive(_ context.Context, m message) error {
	c.tally.handle(m)
	return nil
}

func (kind understudyMailbox) ask(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	oracle := declare(kind, "oracle", func() actor.Actor[understudyQuestion] { return &understudyOracle{t} })
	startUnderstudy(tb, oracle)
	return func(worker, n int) error {
		ctx := context.Background()
		for seq := range n {
			m := message{uint64(worker), uint64(seq)}
			got, err := actor.Ask(ctx, oracle.Ref, func(r actor.Reply[message]) understudyQuestion {
				return understudyQuestion{m, r}
			})
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

type understudyQuestion struct {
	message
	reply actor.Reply[message]
}

type understudyOracle struct{ tally *tally }

func (o *understudyOracle) Receive(_ context.Context, q understudyQuestion) error {
	o.tally.handle(q.message)
	q.reply.Send(q.answer())
	return nil
}

func (kind understudyMailbox) pingPong(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	var ping, pong *actor.Process[message]
	ping = declare(kind, "ping", func() actor.Actor[message] { return &understudyPing{pong.Ref, t} })
	pong = declare(kind, "pong", func() actor.Actor[message] { return &understudyPong{ping.Ref, t} })
	startUnderstudy(tb, ping, pong)
	return func(worker, _ int) error {
		return pong.Send(context.Background(), message{from: uint64(worker)})
	}
}

type understudyPing struct {
	pong  actor.Ref[message]
	tally *tally
}

func (p *understudyPing) Receive(ctx context.Context, m message) error {
	if p.tally.handle(m) {
		return nil
	}
	if err := p.pong.Send(ctx, message{m.from, m.seq + 1}); err != nil {
		p.tally.fail(err)
	}
	return nil
}

type understudyPong struct {
	ping  actor.Ref[message]
	tally *tally
}

func (p *understudyPong) Receive(ctx context.Context, m message) error {
	if err := p.ping.Send(ctx, m); err != nil {
		p.tally.fail(err)
	}
	return nil
}

func understudyRestart(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	handled := make(chan struct{}, 1)
	victim := declare(bounded, "victim", func() actor.Actor[message] {
		return understudyVictim{newFragile(t, handled)}
	})
	startUnderstudy(tb, victim)
	return func(worker, n int) error {
		ctx := context.Background()
		for seq := range n {
			if err := victim.Send(ctx, crash); err != nil {
				return err
			}
			if err := victim.Send(ctx, message{uint64(worker), uint64(seq)}); err != nil {
				return err
			}
			<-handled
		}
		return nil
	}
}

type understudyVictim struct{ *fragile }

func (v understudyVictim) Receive(_ context.Context, m message) error {
	v.handle(m)
	return nil
}
