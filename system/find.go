package system

import (
	"context"
	"errors"
	"strings"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// ErrTop: the supervisors at the top of a system have no parent, and are stopped
// by Shutdown only.
var ErrTop = errors.New("system: it is at the top of the tree")

// At returns what is known of the child at a path, such as "/shop/orders", with
// those below it. The supervisors at the top have paths too: "/shop", and
// "/shop.spawned".
//
// Supervisors are asked on the way down, and only those that run; the last slash
// of a path may be left out or not. The errors are *[supervision.ChildError]
// with [supervision.ErrNotFound], or with [supervision.ErrRestarting] when a
// supervisor on the way waits for its restart; ctx's cause; or that the system
// has ended.
func (s *ActorSystem) At(ctx context.Context, path string) (Node, error) {
	chain, err := s.find(ctx, path)
	if err != nil {
		return Node{}, err
	}
	return whole(ctx, chain[len(chain)-1])
}

// Parent is At for the supervisor of the child at a path. That of a supervisor
// at the top is [ErrTop].
func (s *ActorSystem) Parent(ctx context.Context, path string) (Node, error) {
	chain, err := s.find(ctx, path)
	switch {
	case err != nil:
		return Node{}, err
	case len(chain) == 1:
		return Node{}, &supervision.ChildError{Op: "look up the parent of", Path: "/", ID: chain[0].ID, Err: ErrTop}
	}
	return whole(ctx, chain[len(chain)-2])
}

// Supervisor returns the address of the supervisor at a path, for
// [supervision.StartChild] and its like. A child that is no supervisor is
// [supervision.ErrNotFound].
func (s *ActorSystem) Supervisor(ctx context.Context, path string) (actor.Ref[supervision.Message], error) {
	chain, err := s.find(ctx, path)
	if err != nil {
		return actor.Ref[supervision.Message]{}, err
	}
	last := chain[len(chain)-1]
	p, ok := last.Process.(*actor.Process[supervision.Message])
	if !ok {
		err := &supervision.ChildError{Op: "look up", Path: path, ID: last.ID, Err: supervision.ErrNotFound, Process: last.Process}
		return actor.Ref[supervision.Message]{}, err
	}
	return p.Ref, nil
}

// Remove stops the child at a path, with all below it, and has its supervisor
// forget it. It returns when that is done. The errors are those of At, of
// [supervision.TerminateChild] and of [supervision.DeleteChild], and [ErrTop].
func (s *ActorSystem) Remove(ctx context.Context, path string) error {
	chain, err := s.find(ctx, path)
	if err != nil {
		return err
	}
	last := chain[len(chain)-1]
	if len(chain) == 1 {
		return &supervision.ChildError{Op: "remove", Path: "/", ID: last.ID, Err: ErrTop, Process: last.Process}
	}
	parent, _ := chain[len(chain)-2].Process.(*actor.Process[supervision.Message])
	if err := supervision.TerminateChild(ctx, parent.Ref, last.ID); err != nil {
		return err
	}
	err = supervision.DeleteChild(ctx, parent.Ref, last.ID)
	if errors.Is(err, supervision.ErrNotFound) {
		return nil // it was forgotten with its end
	}
	return err
}

// find returns what is known of the child at a path, and of the supervisors
// above it, from the top down.
func (s *ActorSystem) find(ctx context.Context, path string) ([]supervision.ChildInfo, error) {
	names := strings.Split(strings.TrimSuffix(strings.TrimPrefix(path, "/"), "/"), "/")
	chain := make([]supervision.ChildInfo, 0, len(names))
	for _, t := range []*top{s.root, s.spawned} {
		if t.process.Name() == names[0] {
			chain = append(chain, t.info())
		}
	}
	if len(chain) == 0 {
		return nil, &supervision.ChildError{Op: "look up", Path: "/", ID: names[0], Err: supervision.ErrNotFound}
	}
	for _, name := range names[1:] {
		info, err := step(ctx, chain[len(chain)-1], name)
		if err != nil {
			return nil, err
		}
		chain = append(chain, info)
	}
	return chain, nil
}

// step returns what a supervisor knows of the child of that name, which is part
// of the child's path; its id need not be.
func step(ctx context.Context, sup supervision.ChildInfo, name string) (supervision.ChildInfo, error) {
	no := func(path string, why error) (supervision.ChildInfo, error) {
		return supervision.ChildInfo{}, &supervision.ChildError{Op: "look up", Path: path, ID: name, Err: why}
	}
	p, ok := sup.Process.(*actor.Process[supervision.Message])
	switch {
	case !ok:
		return no(sup.Name, supervision.ErrNotFound)
	case sup.State == supervision.StateRestarting:
		return no(p.Path(), supervision.ErrRestarting)
	case !answers(sup.State):
		return no(p.Path(), supervision.ErrNotFound)
	}
	children, err := supervision.Children(ctx, p.Ref)
	if err != nil {
		return supervision.ChildInfo{}, err
	}
	for info := range children {
		if info.Name == name {
			return info, nil
		}
	}
	return no(p.Path(), supervision.ErrNotFound)
}

// whole returns the node of a child, with those below it.
func whole(ctx context.Context, info supervision.ChildInfo) (n Node, err error) {
	n.ChildInfo = info
	if p, ok := info.Process.(*actor.Process[supervision.Message]); ok && answers(info.State) {
		n.Children, err = below(ctx, p)
	}
	return n, err
}

// info is what is known of a supervisor that has no other above it.
func (t *top) info() supervision.ChildInfo {
	return supervision.ChildInfo{
		ID:         t.process.Name(),
		Name:       t.process.Name(),
		Type:       t.process.Type(),
		Process:    t.process,
		State:      supervision.StateRunning,
		Supervisor: true,
	}
}
