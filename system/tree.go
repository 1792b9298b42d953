package system

import (
	"context"
	"fmt"
	"strings"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// A Node is one child in a snapshot of the tree, with those below it.
type Node struct {
	supervision.ChildInfo
	Children []Node // of a supervisor that runs
}

// Tree asks every supervisor for its children, top down, and returns two
// nodes: the root, and the supervisor of what was spawned. Each list is a
// consistent cut of its supervisor; the tree as a whole is not, since nothing
// is stopped for it. A supervisor that ends meanwhile has no children in it.
// The error is ctx's cause, or that the system has ended.
func (s *ActorSystem) Tree(ctx context.Context) ([]Node, error) {
	var nodes []Node
	for _, t := range []*top{s.root, s.spawned} {
		n := Node{ChildInfo: t.info()}
		var err error
		if n.Children, err = below(ctx, t.process); err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}

// below returns the children of a supervisor.
func below(ctx context.Context, sup *actor.Process[supervision.Message]) ([]Node, error) {
	children, err := supervision.Children(ctx, sup.Ref)
	if err != nil {
		return nil, err
	}
	var nodes []Node
	for info := range children {
		n := Node{ChildInfo: info}
		if p, ok := info.Process.(*actor.Process[supervision.Message]); ok && answers(info.State) {
			n.Children, err = below(ctx, p)
			if err != nil && ctx.Err() != nil {
				return nil, err
			}
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}

// answers reports whether a supervisor in that state can be asked at all: one
// without a process would answer only after its restart.
func answers(s supervision.State) bool {
	return s == supervision.StateRunning || s == supervision.StateStarting || s == supervision.StateStopping
}

// String draws the node and those below it, a line each.
func (n Node) String() string {
	var b strings.Builder
	n.draw(&b, "", "", "")
	return b.String()
}

func (n Node) draw(b *strings.Builder, indent, branch, below string) {
	fmt.Fprintf(b, "%s%s%s (%v", indent, branch, n.ID, n.State)
	if n.Restarts > 0 {
		fmt.Fprintf(b, ", %d restarts", n.Restarts)
	}
	b.WriteString(")\n")
	for i, c := range n.Children {
		if i == len(n.Children)-1 {
			c.draw(b, indent+below, "└ ", "  ")
		} else {
			c.draw(b, indent+below, "├ ", "│ ")
		}
	}
}
