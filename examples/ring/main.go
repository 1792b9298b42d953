// Ring lets a hundred thousand actors, each of which knows the next one and
// nobody else, agree on a leader (by the algorithm of Chang and Roberts): all
// send their number round, who sees a smaller one than its own drops it, and
// whose number comes back is the leader. An actor that waits holds no goroutine,
// so there may be as many as memory has room for.
//
//	go run ./examples/ring -n 100000
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

type Msg interface{ node() }

// Candidate is a number on its way round.
type Candidate struct{ Number int }

// Elected is the leader's, on its way round.
type Elected struct{ Number int }

// Leader asks a node who leads. It waits until the node knows.
type Leader struct{ Reply actor.Reply[Report] }

// Report is what a node knows in the end.
type Report struct {
	Leader int
	Sent   int // candidates that it has passed on, itself among them
}

func (Candidate) node() {}
func (Elected) node()   {}
func (Leader) node()    {}

// A Node is one of the ring.
type Node struct {
	number int
	next   actor.Ref[Msg]
	awake  bool
	report Report
	asked  []actor.Reply[Report] // as long as nobody is elected
}

func (n *Node) Receive(ctx context.Context, msg Msg) error {
	if !n.awake { // the first message, whichever it is
		n.awake = true
		if err := n.pass(ctx, n.number); err != nil {
			return err
		}
	}
	switch msg := msg.(type) {
	case Candidate:
		switch {
		case msg.Number > n.number:
			return n.pass(ctx, msg.Number)
		case msg.Number == n.number: // nobody on the way round had a greater one
			return n.next.Send(ctx, Elected{n.number})
		}
	case Elected:
		n.report.Leader = msg.Number
		for _, reply := range n.asked {
			reply.Send(n.report)
		}
		n.asked = nil
		if msg.Number != n.number {
			return n.next.Send(ctx, msg)
		}
	case Leader:
		if n.report.Leader == 0 {
			n.asked = append(n.asked, msg.Reply)
			return nil
		}
		msg.Reply.Send(n.report)
	}
	return nil
}

func (n *Node) pass(ctx context.Context, number int) error {
	n.report.Sent++
	return n.next.Send(ctx, Candidate{number})
}

// ring declares as many nodes as there are numbers, each with the next one's
// address. No more candidates are under way than there are nodes, so mailboxes
// of two cannot all be full: somebody always has room.
func ring(numbers []int) []*actor.Process[Msg] {
	nodes := make([]*actor.Process[Msg], len(numbers))
	for i, number := range numbers {
		nodes[i] = actor.New(actor.Spec[Msg]{
			Name:    fmt.Sprint("node-", i),
			Type:    "Node",
			Mailbox: mailbox.Config{Capacity: 2},
			New: actor.Make(func() *Node {
				return &Node{number: number, next: nodes[(i+1)%len(nodes)].Ref}
			}),
		})
	}
	return nodes
}

// run elects a leader among n nodes, whose numbers are shuffled in a way that
// the seed tells.
func run(ctx context.Context, out io.Writer, n int, seed uint64) error {
	if n < 1 {
		return errors.New("a ring has one node at least")
	}
	numbers := rand.New(rand.NewPCG(seed, 0)).Perm(n)
	for i := range numbers {
		numbers[i]++ // from 1
	}
	nodes := ring(numbers)
	root := supervision.Spec{Children: make([]supervision.Child, n)}
	for i, node := range nodes {
		root.Children[i].Process = node
	}
	sys, err := system.Start(ctx, system.Config{Name: "ring", Root: root})
	if err != nil {
		return err
	}
	defer sys.Shutdown(ctx)

	leader, sent := 0, 0
	for i, node := range nodes { // the first question wakes one, and that one wakes the next
		r, err := actor.Ask(ctx, node.Ref, func(r actor.Reply[Report]) Msg { return Leader{r} })
		if err != nil {
			return err
		}
		if i > 0 && r.Leader != leader {
			return fmt.Errorf("%s follows %d, the one before it %d", node.Name(), r.Leader, leader)
		}
		leader, sent = r.Leader, sent+r.Sent
	}
	fmt.Fprintf(out, "%d nodes agree on %d\n", n, leader)
	fmt.Fprintf(out, "%d messages, of which %d told the others\n", sent+n, n)
	return sys.Shutdown(ctx)
}

func main() {
	n := flag.Int("n", 100_000, "how many `nodes`")
	seed := flag.Uint64("seed", 1, "the `seed` of their order")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *n, *seed); err != nil {
		log.Fatal(err)
	}
}
