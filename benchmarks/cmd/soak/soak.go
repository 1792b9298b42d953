package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// A soaking is one run.
type soaking struct {
	system   *system.ActorSystem
	tree     *tree
	stuck    *stickers
	tail     *tail
	guests   guests
	commands counter
}

// soak lets a system run under load and reports. An error says that it could not
// be started; what went wrong later is in the report.
func soak(ctx context.Context, o options) (*report, error) {
	r := &report{options: o, before: runtime.NumGoroutine()}
	s := &soaking{stuck: newStickers()}
	s.stuck.probe = s.declare("probe", 1) // refuses what it has no room for
	s.tail = newTail(s.stuck)
	s.tree = s.grow(o)
	var err error
	s.system, err = system.Start(ctx, system.Config{
		Name: "soak",
		Root: s.tree.root,
		Spawned: supervision.Spec{
			Limit: supervision.AtMost(1_000_000, time.Hour),
			Defaults: supervision.Defaults{
				Restart: supervision.Transient, Shutdown: supervision.Graceful(given), Decider: rules[:1],
			},
		},
		ShutdownTimeout: time.Minute,
		Monitors:        monitoring.Monitors{Supervision: &s.tail.memory},
		Logger:          slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	r.began = time.Now()

	loaded, over := context.WithTimeout(ctx, o.length)
	defer over()
	var watchers sync.WaitGroup
	watchers.Go(func() { r.samples = watch(loaded, o.length) })
	watching, watched := context.WithCancel(context.Background())
	watchers.Go(func() {
		for pause(watching, 100*time.Millisecond) {
			s.tail.look()
		}
	})
	s.load(loaded, o)
	r.took = time.Since(r.began)

	ended := s.system.Err()
	r.down = s.system.Shutdown(context.WithoutCancel(ctx))
	r.ending = time.Since(r.began) - r.took
	watched()
	watchers.Wait()
	s.tail.look()
	r.stuckAtEnd = s.stuck.count()
	unnamed := s.stuck.unnamed()
	close(s.stuck.release)
	r.after = rest(r.before)
	s.verify(r)

	if ended != nil {
		r.fail(fmt.Errorf("the system has ended by itself: %w", ended))
	}
	for _, who := range unnamed {
		r.fail(fmt.Errorf("nobody has named %s#%d, which was abandoned", who.path, who.number))
	}
	return r, nil
}

// rest waits until no more goroutines are left than there were before, for a
// while, and returns how many are left.
func rest(before int) int {
	for range 500 {
		if runtime.NumGoroutine() <= before {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return runtime.NumGoroutine()
}

// verify adds up.
func (s *soaking) verify(r *report) {
	r.soaking = s
	for _, m := range s.tree.members {
		a, err := m.settle()
		r.byPolicy[m.overflow].add(a)
		r.total.add(a)
		r.fail(err)
	}
	s.guests.mu.Lock()
	defer s.guests.mu.Unlock()
	r.total.add(s.guests.total)
	for _, err := range s.guests.wrong {
		r.fail(err)
	}

	// The system's own count of dead letters has those of its supervisors too:
	// questions that came too late.
	letters := s.system.DeadLetters()
	r.letters = letters.Counts
	dead := r.total.dead
	for _, p := range append(s.tree.supervisors, local(s.system.Root()), local(s.system.Spawned())) {
		i := p.Info()
		dead += i.DeadLettered
		r.total.late += i.LateReplies
	}
	r.checkf(dead == letters.Total()-letters.Counts[actor.ReasonLateReply],
		"the actors have had %d dead letters, the system %v", dead, letters.Counts)
	r.checkf(r.total.late == letters.Counts[actor.ReasonLateReply],
		"the actors have given %d late replies, the system has %v", r.total.late, letters.Counts)

	s.stuck.mu.Lock()
	defer s.stuck.mu.Unlock()
	r.checkf(s.stuck.now == 0, "%d stuck handlers have not come back", s.stuck.now)
	r.checkf(len(s.stuck.open) == 0, "%d abandoned incarnations were not named, or not abandoned and named", len(s.stuck.open))
	sure := r.total.hooked + s.stuck.unmade
	r.checkf(r.total.started >= sure && r.total.started <= sure+s.stuck.late,
		"%d incarnations have started, but %d have ended, %d were abandoned before their stop hook and %d on the way",
		r.total.started, r.total.hooked, s.stuck.unmade, s.stuck.late)
	r.checkf(s.tail.missed == 0, "%d events came too fast to be looked at", s.tail.missed)
	r.checkf(r.after <= r.before, "%d goroutines are left of %d", r.after-r.before, r.after)
	r.fail(flat(r.samples))
	var down *supervision.ShutdownError
	if r.down != nil && !errors.As(r.down, &down) {
		r.fail(fmt.Errorf("the shutdown has failed: %w", r.down))
	}
}

// local returns the supervisor of an address.
func local(ref actor.Ref[supervision.Message]) *process {
	p, _ := ref.Process()
	return p
}
