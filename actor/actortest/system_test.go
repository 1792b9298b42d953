package actortest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// systemOf declares a system with an actor registered by its name.
func systemOf(specs ...actor.Spec[Msg]) system.Config {
	var cfg system.Config
	for _, spec := range specs {
		spec.Registered = spec.Name
		cfg.Root.Children = append(cfg.Root.Children, supervision.Child{Process: actor.New(spec)})
	}
	return cfg
}

func lookup(t testing.TB, s *System, name string) actor.Ref[Msg] {
	t.Helper()
	ref, err := system.Lookup[Msg](s.ActorSystem, name)
	require.NoError(t, err)
	return ref
}

// A system runs as long as the test does, and is stopped in order.
func TestSystem(t *testing.T) {
	var sys *System
	var theirs monitoring.Memory[monitoring.MailboxEvent]
	assert.Empty(t, failures(t, func(t testing.TB) {
		cfg := systemOf(counterSpec("a"))
		cfg.Monitors.Mailbox = &theirs
		cfg.Monitors.Supervision = new(monitoring.Memory[Event])
		sys = NewSystem(t, cfg)
		sys.ExpectDeadLetters(0)
		assert.Equal(t, "test", sys.Name())
		get, err := actor.Ask(t.Context(), lookup(t, sys, "a"), func(r actor.Reply[int]) Msg { return Get{r} })
		assert.NoError(t, err)
		assert.Zero(t, get)
		assert.NoError(t, sys.Err())
	}))
	<-sys.Done()
	assert.NoError(t, sys.Err())
	assert.NotEmpty(t, sys.Events.All())
}

// Whoever has looked at the error of the end has dealt with it.
func TestSystemErrorIsSeen(t *testing.T) {
	bubble(t, func(t *testing.T) {
		giveUp := func(t testing.TB) *System {
			cfg := systemOf(counterSpec("a"))
			cfg.Root.Limit = supervision.AtMost(1, time.Minute)
			s := NewSystem(t, cfg)
			send(t, lookup(t, s, "a"), Crash{errBoom}, Crash{errBoom})
			<-s.Done()
			return s
		}
		assert.Empty(t, failures(t, func(t testing.TB) { assert.ErrorIs(t, giveUp(t).Err(), errBoom) }))
		assert.Empty(t, failures(t, func(t testing.TB) { assert.ErrorIs(t, giveUp(t).Shutdown(context.Background()), errBoom) }))
		assert.Contains(t, fails(t, func(t testing.TB) { giveUp(t) }),
			"actortest: the system test has not ended in order: test: supervision: restart limit exceeded: /test: more than 1 per 1m0s: a: boom")
	})
}

func TestSystemFailures(t *testing.T) {
	for _, r := range []struct {
		name string
		do   func(t testing.TB)
		want string
	}{
		{"a start that fails", func(t testing.TB) {
			NewSystem(t, systemOf(Inject(counterSpec("a"), Faults[Msg]{Starts: []int{1}, Err: errBoom})))
		}, "actortest: the system test has not started: supervision: start failed: /test/a: boom"},
		{"a stuck handler", func(t testing.TB) {
			cfg := systemOf(counterSpec("a"))
			cfg.Root.Defaults.Shutdown = supervision.Graceful(time.Second)
			s := NewSystem(t, cfg)
			send(t, lookup(t, s, "a"), do(func(context.Context, *actor.Self[Msg]) error { time.Sleep(time.Minute); return nil }))
			Advance(t, 0)
		}, "actortest: the system test has not ended in order: " +
			"test: supervision: shutdown; supervision: /test: stop a: actor: abandoned /test/a#1: still receiving Do after 1s"},
		{"dead letters", func(t testing.TB) {
			s := NewSystem(t, systemOf(counterSpec("a")))
			s.ExpectDeadLetters(1)
			send(t, lookup(t, s, "a"),
				do(func(ctx context.Context, _ *actor.Self[Msg]) error { <-ctx.Done(); return nil }), Inc{1}, Leave{})
			Advance(t, 0)
		}, text(
			"actortest: the system test has other dead letters than expected",
			"	got:  2",
			"	want: 1",
			"	dead letters:",
			"		Inc to /test/a: stopped",
			"		Leave to /test/a: stopped",
		)},
		{"a lost message", func(t testing.TB) {
			s := NewSystem(t, systemOf(counterSpec("a")))
			for range 2 {
				s.traffic.memory.Record(monitoring.MailboxEvent{Kind: monitoring.Enqueued, Path: "/test/a"})
			}
			s.traffic.memory.Record(monitoring.MailboxEvent{Kind: monitoring.DeadLetter, Path: "/test/a", Reason: "late_reply"})
		}, "actortest: /test/a accepted messages that were neither handled nor dead letters: 2"},
	} {
		t.Run(r.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				assert.Equal(t, r.want, fails(t, r.do))
				Advance(t, time.Minute) // what was stuck goes on
			})
		})
	}
}

// Every way that a message can go is accounted for.
func TestSystemAccounts(t *testing.T) {
	bubble(t, func(t *testing.T) {
		assert.Empty(t, failures(t, func(t testing.TB) {
			dropping := counterSpec("dropping")
			dropping.Mailbox = mailbox.Config{Capacity: 2, Overflow: mailbox.DropOldest}
			refusing := counterSpec("refusing")
			refusing.Mailbox = mailbox.Config{Capacity: 2, Overflow: mailbox.DropNewest}
			s := NewSystem(t, systemOf(counterSpec("a"), dropping, refusing))
			slow := do(func(context.Context, *actor.Self[Msg]) error { time.Sleep(2 * time.Second); return nil })
			for _, name := range []string{"a", "dropping", "refusing"} {
				ref := lookup(t, s, name)
				_ = ref.TrySend(Crash{errBoom})
				_ = ref.TrySend(slow)
				Advance(t, 0)
				for range 10 {
					_ = ref.TrySend(Inc{1})
				}
			}
			late := NewAsk[int](t)
			send(t, lookup(t, s, "a"), Get{late.Reply})
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			_, err := actor.Ask(ctx, lookup(t, s, "a"), func(r actor.Reply[int]) Msg { return Get{r} })
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		}))
	})
}

// A message whose sender is late to tell of its end is waited for.
func TestSystemWaitsForWhatIsOnItsWay(t *testing.T) {
	bubble(t, func(t *testing.T) {
		assert.Empty(t, failures(t, func(t testing.TB) {
			s := NewSystem(t, systemOf(counterSpec("a")))
			s.traffic.memory.Record(monitoring.MailboxEvent{Kind: monitoring.Enqueued, Path: "/test/a"})
			time.AfterFunc(time.Second, func() {
				s.traffic.memory.Record(monitoring.MailboxEvent{Kind: monitoring.Dequeued, Path: "/test/a"})
			})
		}))
	})
}

// With more traffic than is kept nothing is said.
func TestSystemWithMuchTraffic(t *testing.T) {
	c := newTraffic()
	for range kept + 1 {
		c.memory.Record(monitoring.MailboxEvent{Kind: monitoring.Enqueued, Path: "/test/a"})
	}
	assert.Empty(t, c.lost())
}
