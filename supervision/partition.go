package supervision

import (
	"errors"
	"fmt"
	"hash/fnv"
	"iter"
	"slices"

	"github.com/understudy-go/understudy/actor"
)

// Partitions are copies of an actor under one supervisor, among which the work
// is divided by a key: what has the same key goes to the same copy.
type Partitions[M any] struct {
	// Supervisor is what runs: put it into a spec, as the Process of a Child.
	Supervisor *actor.Process[Message]

	refs []actor.Ref[M]
}

// NewPartitioned declares a supervisor of n copies. child declares the copy of
// that number, from 0; their names must differ. A copy may be a dynamic
// supervisor, which then has the children of its keys. Package pool divides by
// key as well: there the key is found in the message, all workers have one
// address, and their number can change.
//
// spec has no Children of its own. What is wrong, an n of less than one too, is
// told by the start, as for [New].
func NewPartitioned[M any](spec Spec, n int, child func(n int) *actor.Process[M]) *Partitions[M] {
	p := &Partitions[M]{}
	var wrong error
	switch {
	case len(spec.Children) > 0:
		wrong = &SpecError{Supervisor: spec.Name, Field: "Children", Err: errors.New("are given: all children are copies")}
	case n < 1:
		wrong = &SpecError{Supervisor: spec.Name, Field: "n", Err: fmt.Errorf("%d copies are less than one", n)}
	}
	for i := 0; wrong == nil && i < n; i++ {
		c := child(i)
		spec.Children = append(spec.Children, Child{Process: c})
		if c != nil {
			p.refs = append(p.refs, c.Ref)
		}
	}
	p.Supervisor = declare(spec, false, wrong)
	return p
}

// For returns the copy that takes what has that key. It is the same for equal
// keys and numbers of copies, in other processes too: that of the number FNV-1a
// modulo n. It is the zero Ref if the declaration is wrong.
func (p *Partitions[M]) For(key string) actor.Ref[M] {
	if len(p.refs) == 0 {
		return actor.Ref[M]{}
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(key)) // never fails
	return p.refs[h.Sum64()%uint64(len(p.refs))]
}

// All goes through the copies, in order.
func (p *Partitions[M]) All() iter.Seq[actor.Ref[M]] { return slices.Values(p.refs) }
