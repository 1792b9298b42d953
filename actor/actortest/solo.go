package actortest

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/internal/effect"
)

// A Solo is one actor alone: without a supervisor and without a system, step by
// step, in the virtual time of a testing/synctest bubble. The actor is a real
// one, with a real Self, timers and children; the test takes its parent's place.
// When a step returns, everything that follows from it has happened and the
// actor is at rest.
//
//	synctest.Test(t, func(t *testing.T) {
//		session := actortest.NewSolo(t, spec)
//		err := session.Send(Open{})
//		session.ExpectEffects(actortest.Effect[Msg]{Kind: actortest.SetAfter, For: time.Minute, Message: Expire{}})
//		err = session.Advance(time.Minute)
//	})
//
// What the actor sends to others is seen by giving it the addresses of probes,
// and what it makes of their ends by [Probe.End]. When the actor itself has ended
// its address stays open until the test ends, since Restart may follow: who
// watches it is not told.
//
// An actor whose New needs no Self needs no Solo either: call its Receive, and
// see Ask.
type Solo[M any] struct {
	// Ref is the actor's address.
	Ref actor.Ref[M]

	t       testing.TB
	process *actor.Process[M]
	host    *host

	mu         sync.Mutex
	effects    []Effect[M] // protected by mu: those that nobody has asked for yet
	restarting bool        // protected by mu: the end that is to come leads to a restart
}

// NewSolo starts an actor, which ends with the test. If New fails, Err tells. A
// wrong spec fails the test, and so does a test outside of a bubble. An empty
// Name is "solo" here, for where the spec goes one may be filled in, as a pool
// and supervision.Template do.
func NewSolo[M any](t testing.TB, spec actor.Spec[M]) *Solo[M] {
	t.Helper()
	if !settle() {
		t.Fatalf("actortest: NewSolo needs the virtual time of a testing/synctest bubble: call it in synctest.Test")
	}
	spec.Name = cmp.Or(spec.Name, "solo")
	s := &Solo[M]{t: t, process: actor.New(spec)}
	if err := s.process.Validate(); err != nil {
		t.Fatalf("actortest: NewSolo: %v", err)
	}
	s.Ref = s.process.Ref
	s.host = newHost(s.foresee)
	s.start()
	t.Cleanup(func() { s.host.end(s.process) })
	return s
}

func (s *Solo[M]) start() {
	ctx := effect.To(context.Background(), func(e effect.Effect) {
		if e.By != s.Ref.Path() { // a child's
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.effects = append(s.effects, effectOf[M](e))
	})
	_ = s.host.start(ctx, s.process) // Err tells
	settle()
}

// foresee says what a supervisor of a permanent child would.
func (s *Solo[M]) foresee(exit actor.Exit) actor.Prospect {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.restarting || exit.Kind.Abnormal() {
		return actor.Restarts
	}
	return actor.Ends
}

// Send has a message handled, and returns Err. When it returns, the message has
// been handled, unless the actor waits for something in between; then it goes on
// when that comes. Nothing can be sent to an actor that does not run.
func (s *Solo[M]) Send(msg M) error {
	s.t.Helper()
	if !s.host.running() {
		s.t.Fatalf("actortest: %s does not run, and is sent %s\n\tit ended: %v", s.Ref.Name(), show(msg), s.host.exit())
	}
	if err := s.Ref.TrySend(msg); err != nil {
		s.t.Fatalf("actortest: %s was sent %s: %v", s.Ref.Name(), show(msg), err)
	}
	settle()
	return s.Err()
}

// Advance lets time pass, so that timers come due, and returns Err.
func (s *Solo[M]) Advance(d time.Duration) error {
	s.t.Helper()
	Advance(s.t, d)
	return s.Err()
}

// Restart starts another incarnation, as a supervisor does, and returns Err. One
// that runs is stopped before. Messages that wait are kept.
func (s *Solo[M]) Restart() error {
	s.setRestarting(true)
	s.host.stop(s.process)
	s.setRestarting(false)
	s.start()
	return s.Err()
}

func (s *Solo[M]) setRestarting(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.restarting = on
}

// Stop asks the actor to stop, as a supervisor does, waits until it has, and
// returns Err.
func (s *Solo[M]) Stop() error {
	s.host.stop(s.process)
	settle()
	return s.Err()
}

// Err returns nil while the actor runs, and then what it ended with: the error
// that New or Receive returned, the *actor.PanicError of a panic,
// actor.ErrShutdown if it was asked to stop.
func (s *Solo[M]) Err() error {
	if s.host.running() {
		return nil
	}
	exit := s.host.exit()
	if exit.Kind == actor.Normal {
		return cmp.Or(exit.Err, actor.ErrStop)
	}
	return cmp.Or(exit.Err, actor.ErrShutdown)
}

// Exit returns how the last incarnation ended, and false while it runs.
func (s *Solo[M]) Exit() (exit actor.Exit, ended bool) {
	return s.host.exit(), !s.host.running()
}

// Effects returns what the actor has asked of its Self since the start, or the
// last call.
func (s *Solo[M]) Effects() []Effect[M] {
	s.mu.Lock()
	defer s.mu.Unlock()
	effects := s.effects
	s.effects = nil
	return effects
}

// ExpectEffects fails the test if Effects are others than these.
func (s *Solo[M]) ExpectEffects(want ...Effect[M]) {
	s.t.Helper()
	got := s.Effects()
	if len(got) == 0 && len(want) == 0 || equal(got, want) {
		return
	}
	difference := diff(texts(got), texts(want))
	if slices.Equal(texts(got), texts(want)) { // it is within what the texts do not show
		difference = compare(got, want)
	}
	s.t.Fatalf("actortest: %s has other effects than expected (-want +got)%s", s.Ref.Name(), difference)
}

func texts[M any](effects []Effect[M]) []string {
	var lines []string
	for _, e := range effects {
		lines = append(lines, e.String())
	}
	return lines
}

// diff returns the lines of two lists: what both have, what only one has.
func diff(got, want []string) string {
	var b strings.Builder
	line := func(mark, text string) { b.WriteString("\n\t" + mark + " " + text) }
	for len(got) > 0 || len(want) > 0 {
		g, w := common(got, want)
		for _, text := range want[:w] {
			line("-", text)
		}
		for _, text := range got[:g] {
			line("+", text)
		}
		if got, want = got[g:], want[w:]; len(got) > 0 && len(want) > 0 {
			line(" ", got[0])
			got, want = got[1:], want[1:]
		}
	}
	return b.String()
}

// common finds the next line that two lists have in common, with as little as
// possible before it. Without one it is behind the end of both.
func common(got, want []string) (g, w int) {
	g, w = len(got), len(want)
	for i, text := range got {
		if j := slices.Index(want, text); j >= 0 && i+j < g+w {
			g, w = i, j
		}
	}
	return g, w
}
