package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// odds are how often, in 100,000 messages, one is not ordinary work.
var odds = []struct {
	n  int
	do deed
}{
	{6000, forward}, {6000, question}, {500, slow},
	{60, fail}, {60, panics}, {30, goexit}, {30, finish}, {60, hiccup}, {2, corrupt},
	{20, stick}, {4, stickForEver},
}

// choose chooses what a message has its actor do.
func choose(r *rand.Rand) deed {
	n := r.IntN(100_000)
	for _, o := range odds {
		if n -= o.n; n < 0 {
			return o.do
		}
	}
	return work
}

// load puts the system under load until ctx is done, and returns when nobody
// sends any more.
func (s *soaking) load(ctx context.Context, o options) {
	var all sync.WaitGroup
	random := func(n int) *rand.Rand { return rand.New(rand.NewPCG(o.seed, uint64(n))) }
	for n := range o.senders {
		all.Go(func() { s.send(ctx, random(n)) })
		all.Go(func() { s.receiveGuests(ctx, random(-1-n), n) })
	}
	all.Go(func() { s.administer(ctx, random(1<<20)) })
	all.Go(func() { s.bear(ctx, random(1<<21)) })
	all.Wait()
}

const (
	batch    = 32                    // messages between two breaks
	patient  = 10 * time.Millisecond // how long a batch may wait for room
	longest  = 500 * time.Microsecond
	flooding = 24 // messages at once, more than any mailbox holds
)

// send sends to everybody.
func (s *soaking) send(ctx context.Context, r *rand.Rand) {
	for ctx.Err() == nil {
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), patient)
		for range batch {
			s.sendOne(limited, r)
		}
		cancel()
		pause(ctx, time.Duration(r.Int64N(int64(longest))))
	}
}

func (s *soaking) sendOne(ctx context.Context, r *rand.Rand) {
	m := s.anyone(r)
	switch do := choose(r); {
	case do == question:
		_ = m.ask(ctx, do) // counted there
	case r.IntN(400) == 0: // a flood
		for range flooding {
			_ = m.trySend(job{do: slow})
		}
	case r.IntN(10) == 0:
		_ = m.trySend(job{do: do, to: s.anyone(r)})
	default:
		_ = m.send(ctx, job{do: do, to: s.anyone(r)})
	}
}

// anyone returns a member.
func (s *soaking) anyone(r *rand.Rand) *member {
	return s.tree.members[r.IntN(len(s.tree.members)-1)+1] // not the probe
}

// bear bears a grudge against a team now and then: it makes so many of its
// members fail that its supervisor gives up, and again, until those above give
// up too.
func (s *soaking) bear(ctx context.Context, r *rand.Rand) {
	for pause(ctx, time.Duration(200+r.IntN(800))*time.Millisecond) {
		t := s.tree.teams[r.IntN(len(s.tree.teams))]
		for range 10 << r.IntN(6) {
			m := t.members[r.IntN(len(t.members))]
			limited, cancel := context.WithTimeout(ctx, patient)
			_ = m.send(limited, job{do: fail})
			cancel()
			if !pause(ctx, time.Duration(r.IntN(2000))*time.Microsecond) {
				return
			}
		}
	}
}

// administer changes and asks supervisors by hand. What goes wrong there is no
// matter: most of it has to.
func (s *soaking) administer(ctx context.Context, r *rand.Rand) {
	for pause(ctx, time.Duration(r.IntN(20))*time.Millisecond) {
		s.commands.Add(1)
		limited, cancel := context.WithTimeout(ctx, time.Second)
		s.command(limited, r)
		cancel()
	}
}

func (s *soaking) command(ctx context.Context, r *rand.Rand) {
	t := s.tree.teams[r.IntN(len(s.tree.teams))]
	m := t.members[r.IntN(len(t.members))]
	sup := s.tree.supervisors[r.IntN(len(s.tree.supervisors))]
	switch r.IntN(8) {
	case 0:
		_, _ = supervision.Count(ctx, sup.Ref)
	case 1:
		_, _ = supervision.Lookup(ctx, t.Ref, m.Name())
	case 2:
		_, _ = s.system.Tree(ctx)
	case 3:
		_ = supervision.TerminateChild(ctx, t.Ref, m.Name())
		_ = supervision.DeleteChild(ctx, t.Ref, m.Name())
		_ = supervision.StartChild(ctx, t.Ref, supervision.Child{Process: m.Process})
	case 4:
		_ = supervision.TerminateChild(ctx, t.Ref, m.Name())
		_ = supervision.RestartChild(ctx, t.Ref, m.Name())
	default:
		revive(ctx, t)
	}
}

// revive brings back who has ended for good: without it fewer and fewer would
// be there.
func revive(ctx context.Context, t *team) {
	children, err := supervision.Children(ctx, t.Ref)
	if err != nil {
		return
	}
	known := make(map[actor.Child]bool)
	for c := range children {
		known[c.Process] = true
		if c.State.Terminal() {
			_ = supervision.RestartChild(ctx, t.Ref, c.ID)
		}
	}
	for _, m := range t.members {
		if !known[m.Process] {
			_ = supervision.StartChild(ctx, t.Ref, supervision.Child{Process: m.Process, Restart: supervision.Temporary})
		}
	}
}

// pause waits, and reports whether there is more to be done.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// counter counts what happens on many goroutines.
type counter = atomic.Uint64
