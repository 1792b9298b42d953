package benchmarks

import "testing"

func chanWire(tb testing.TB, parts []part) network {
	tb.Helper()
	net := &chanNetwork{
		told:  make([]chan<- message, len(parts)),
		asked: make([]chan<- chanQuestion, len(parts)),
	}
	for i, p := range parts {
		n := newChanNode(net)
		if p.handle != nil {
			net.told[i] = serve(tb, room(len(parts)), func(m message) { p.handle(n, m) })
		} else {
			net.asked[i] = serve(tb, room(len(parts)), func(q chanQuestion) { q.reply <- p.answer(n, q.message) })
		}
	}
	outside := newChanNode(net)
	return network{outside.send, outside.ask}
}

type chanNetwork struct {
	told  []chan<- message
	asked []chan<- chanQuestion
}

// A chanNode keeps the channel for answers to what it asks.
type chanNode struct {
	*chanNetwork
	reply chan message
}

func newChanNode(net *chanNetwork) *chanNode { return &chanNode{net, make(chan message, 1)} }

func (n *chanNode) send(to int, m message) error {
	n.told[to] <- m
	return nil
}

func (n *chanNode) ask(to int, m message) (message, error) {
	n.asked[to] <- chanQuestion{m, n.reply}
	return <-n.reply, nil
}

// chanSkynet is a goroutine for each actor, and a channel for what those below
// tell it.
func chanSkynet(testing.TB) forest {
	return func(n int) (uint64, error) {
		told := make(chan uint64, 1)
		go chanGrow(grove{0, n}, told)
		return <-told, nil
	}
}

func chanGrow(g grove, above chan<- uint64) {
	if g.n == 1 {
		above <- g.first
		return
	}
	below := g.branches()
	told := make(chan uint64)
	for _, b := range below {
		go chanGrow(b, told)
	}
	var sum uint64
	for range below {
		sum += <-told
	}
	above <- sum
}
