package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// guests are what became of the members that came and went.
type guests struct {
	came, refused counter

	mu    sync.Mutex // protects what follows
	total account    // of those that have gone
	wrong []error    // those that do not add up
}

// receiveGuests starts members at run time, uses them, and ends them.
func (s *soaking) receiveGuests(ctx context.Context, r *rand.Rand, who int) {
	for n := 0; ctx.Err() == nil; n++ {
		m := s.declare(fmt.Sprintf("guest-%d-%d", who, n), n)
		room := s.tree.rooms[r.IntN(len(s.tree.rooms))].Ref
		if r.IntN(4) == 0 {
			room = s.system.Spawned()
		}
		// Without a deadline, for the start would go on after it.
		err := supervision.StartChild(context.WithoutCancel(ctx), room, supervision.Child{Process: m.Process})
		if err != nil {
			s.guests.refused.Add(1)
			m.Retire(err) // it is not going to be started
		} else {
			s.guests.came.Add(1)
			s.entertain(ctx, r, m)
			err := supervision.TerminateRef(context.WithoutCancel(ctx), room, m.Ref)
			if err != nil && !errors.Is(err, actor.ErrStopped) && !errors.Is(err, supervision.ErrNotFound) {
				s.guests.fail(fmt.Errorf("%s cannot be ended: %w", m, err))
			}
		}
		<-m.Done()
		s.guests.gone(m)
		if !pause(ctx, longest) {
			return
		}
	}
}

// entertain sends to a guest.
func (s *soaking) entertain(ctx context.Context, r *rand.Rand, m *member) {
	limited, cancel := context.WithTimeout(ctx, patient)
	defer cancel()
	for range r.IntN(batch) {
		switch do := choose(r); do {
		case question:
			_ = m.ask(limited, do) // counted there
		default:
			_ = m.send(limited, job{do: do, to: s.anyone(r)})
		}
	}
}

// gone adds up a guest that has gone.
func (g *guests) gone(m *member) {
	a, err := m.settle()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.total.add(a)
	if err != nil {
		g.wrong = append(g.wrong, err)
	}
}

func (g *guests) fail(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.wrong = append(g.wrong, err)
}
