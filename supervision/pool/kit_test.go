package pool

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

var errBoom = errors.New("boom")

// A note is the message of these tests: who gets it notes that, and does what is
// to be done, if anything.
type note struct {
	id  int
	key string
	do  func(ctx context.Context, by string) error
}

// A book has who handled what, in order.
type book struct {
	mu      sync.Mutex
	entries []entry
	letters []actor.DeadLetter[note]
}

type entry struct {
	by string
	id int
}

func (b *book) handled() []entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.entries
}

func (b *book) dead() []actor.DeadLetter[note] {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.letters
}

// by counts what each worker has handled.
func (b *book) by() map[string]int {
	n := make(map[string]int)
	for _, e := range b.handled() {
		n[e.by]++
	}
	return n
}

// ids are those of what was handled, in order.
func (b *book) ids() (ids []int) {
	for _, e := range b.handled() {
		ids = append(ids, e.id)
	}
	return ids
}

// A clerk is a worker.
type clerk struct {
	book *book
	name string
}

func (c *clerk) Receive(ctx context.Context, n note) error {
	c.book.mu.Lock()
	c.book.entries = append(c.book.entries, entry{c.name, n.id})
	c.book.mu.Unlock()
	if n.do != nil {
		return n.do(ctx, c.name)
	}
	return nil
}

// worker declares clerks.
func (b *book) worker() actor.Spec[note] {
	return actor.Spec[note]{
		New: func(_ context.Context, self *actor.Self[note]) (actor.Actor[note], error) {
			return &clerk{b, self.Name()}, nil
		},
		DeadLetters: func(l actor.DeadLetter[note]) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.letters = append(b.letters, l)
		},
	}
}

// spec is a pool of n clerks that may fail as often as they like.
func (b *book) spec(n int, route Route) Spec[note] {
	s := Spec[note]{
		Name: "pool", Size: n, Route: route, Worker: b.worker(),
		Supervisor: supervision.Spec{Limit: supervision.AtMost(1_000_000, time.Second)},
	}
	if route == ByKey {
		s.Key = func(n note) string { return n.key }
	}
	return s
}

// start runs a pool in a system of its own, until the test ends.
func start(t *testing.T, s Spec[note]) (*Pool[note], *system.ActorSystem) {
	t.Helper()
	p := New(s)
	return p, run(t, p)
}

// run is start for a pool that there is.
func run(t *testing.T, p *Pool[note]) *system.ActorSystem {
	t.Helper()
	sys, err := system.Start(t.Context(), system.Config{
		Name:   "sys",
		Root:   supervision.Spec{Children: []supervision.Child{{Process: p.Supervisor, Restart: supervision.Transient}}},
		Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = sys.Shutdown(context.WithoutCancel(t.Context())) })
	return sys
}

// fail is what makes a clerk fail.
func fail(context.Context, string) error { return errBoom }

// hold makes clerks wait until it is let go of.
type hold chan struct{}

func (h hold) do(ctx context.Context, _ string) error {
	select {
	case <-h:
	case <-ctx.Done():
	}
	return nil
}

// sendAll sends notes with ids from 1 to n.
func sendAll(t *testing.T, p *Pool[note], n int) {
	t.Helper()
	for i := range n {
		require.NoError(t, p.Send(t.Context(), note{id: i + 1}))
	}
}
