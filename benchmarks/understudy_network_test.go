package benchmarks

import (
	"context"
	"strconv"
	"testing"

	"github.com/understudy-go/understudy/actor"
)

func (kind understudyMailbox) wire(tb testing.TB, parts []part) network {
	tb.Helper()
	net := &understudyNetwork{
		told:  make([]actor.Ref[message], len(parts)),
		asked: make([]actor.Ref[understudyQuestion], len(parts)),
	}
	actors := make([]actor.Child, len(parts))
	for i, p := range parts {
		name := strconv.Itoa(i)
		if p.handle != nil {
			a := declareRoom(kind, name, room(len(parts)), func() actor.Actor[message] {
				return &understudyTold{understudyNode{net, nil}, p.handle}
			})
			net.told[i], actors[i] = a.Ref, a
		} else {
			a := declareRoom(kind, name, room(len(parts)), func() actor.Actor[understudyQuestion] {
				return &understudyAsked{understudyNode{net, nil}, p.answer}
			})
			net.asked[i], actors[i] = a.Ref, a
		}
	}
	startUnderstudy(tb, actors...)
	outside := &understudyNode{net, context.Background()}
	return network{outside.send, outside.ask}
}

type understudyNetwork struct {
	told  []actor.Ref[message]
	asked []actor.Ref[understudyQuestion]
}

// An understudyNode sends with the context of the message in hand.
type understudyNode struct {
	*understudyNetwork
	ctx context.Context
}

func (n *understudyNode) send(to int, m message) error { return n.told[to].Send(n.ctx, m) }

func (n *understudyNode) ask(to int, m message) (message, error) {
	return actor.Ask(n.ctx, n.asked[to], func(r actor.Reply[message]) understudyQuestion {
		return understudyQuestion{m, r}
	})
}

type understudyTold struct {
	understudyNode
	handle func(node, message)
}

func (a *understudyTold) Receive(ctx context.Context, m message) error {
	a.ctx = ctx
	a.handle(&a.understudyNode, m)
	return nil
}

type understudyAsked struct {
	understudyNode
	answer func(node, message) message
}

func (a *understudyAsked) Receive(ctx context.Context, q understudyQuestion) error {
	a.ctx = ctx
	q.reply.Send(a.answer(&a.understudyNode, q.message))
	return nil
}
