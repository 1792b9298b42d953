package benchmarks

import (
	"testing"

	"github.com/Arceliar/phony"
)

// phonyGo is github.com/Arceliar/phony. A message is a function; inboxes are
// unbounded, and slow down only those senders that are actors. It restarts and
// stops nothing: an actor is memory until it is garbage.
var phonyGo = contender{
	name:     "phony",
	tell:     phonyTell,
	ask:      phonyAsk,
	pingPong: phonyPingPong,
	spawn:    phonySpawn,
	skynet:   phonySkynet,
	wire:     phonyWire,
	notes: map[string]string{
		"Spawn100k": "no lifecycle: to make an actor is to allocate it",
		"Spawn1M":   "no lifecycle: to make an actor is to allocate it",
	},
}

func phonyTell(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	var counter phony.Inbox
	return func(worker, n int) error {
		for seq := range n {
			m := message{uint64(worker), uint64(seq)}
			counter.Act(nil, func() { t.handle(m) })
		}
		return nil
	}
}

func phonyAsk(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	var oracle phony.Inbox
	return func(worker, n int) error {
		for seq := range n {
			m := message{uint64(worker), uint64(seq)}
			var got message
			phony.Block(&oracle, func() {
				t.handle(m)
				got = m.answer()
			})
			if got != m.answer() {
				return errAnswer
			}
		}
		return nil
	}
}

func phonyPingPong(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	p := &phonyPlayers{tally: t}
	return func(worker, _ int) error {
		m := message{from: uint64(worker)}
		p.pong.Act(nil, func() { p.back(m) })
		return nil
	}
}

type phonyPlayers struct {
	ping, pong phony.Inbox
	tally      *tally
}

// back is what pong does.
func (p *phonyPlayers) back(m message) { p.ping.Act(&p.pong, func() { p.serve(m) }) }

// serve is what ping does.
func (p *phonyPlayers) serve(m message) {
	if !p.tally.handle(m) {
		p.pong.Act(&p.ping, func() { p.back(message{m.from, m.seq + 1}) })
	}
}

func phonyWire(tb testing.TB, parts []part) network {
	tb.Helper()
	nodes := make([]phonyNode, len(parts))
	for i, p := range parts {
		nodes[i].nodes, nodes[i].part = nodes, p
		nodes[i].self = &nodes[i].Inbox
	}
	outside := &phonyNode{nodes: nodes}
	return network{outside.send, outside.ask}
}

type phonyNode struct {
	phony.Inbox
	part  part
	self  phony.Actor // nil outside
	nodes []phonyNode
}

func (n *phonyNode) send(to int, m message) error {
	other := &n.nodes[to]
	other.Act(n.self, func() { other.part.handle(other, m) })
	return nil
}

// ask blocks the actor, which it should not; but it cannot wait otherwise
// within a message.
func (n *phonyNode) ask(to int, m message) (got message, _ error) {
	other := &n.nodes[to]
	phony.Block(other, func() { got = other.part.answer(other, m) })
	return got, nil
}

func phonySpawn(_ testing.TB, n int, c *census) population {
	actors := make([]*phony.Inbox, n)
	return population{
		spawn: func() error {
			for i := range actors {
				actors[i] = new(phony.Inbox)
				c.mark()
			}
			return nil
		},
		tell: func() error {
			for _, a := range actors {
				a.Act(nil, c.mark)
			}
			return nil
		},
		alive: func() int { return len(actors) },
	}
}

func phonySkynet(testing.TB) forest {
	return func(n int) (uint64, error) {
		told := make(chan uint64, 1)
		root := &phonyTree{grove: grove{0, n}, told: told}
		root.Act(nil, root.grow)
		return <-told, nil
	}
}

type phonyTree struct {
	phony.Inbox
	grove
	told  chan<- uint64 // of the root
	above *phonyTree
	left  int
	total uint64
}

func (t *phonyTree) grow() {
	if t.n == 1 {
		t.tell(t.first)
		return
	}
	below := t.branches()
	t.left = len(below)
	for _, g := range below {
		child := &phonyTree{grove: g, above: t}
		child.Act(t, child.grow)
	}
}

func (t *phonyTree) add(sum uint64) {
	t.total += sum
	if t.left--; t.left == 0 {
		t.tell(t.total)
	}
}

func (t *phonyTree) tell(sum uint64) {
	if t.told != nil {
		t.told <- sum
		return
	}
	t.above.Act(t, func() { t.above.add(sum) })
}
