package actortest

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
)

// do is a message that says itself what the actor does with it.
func do(f func(context.Context, *actor.Self[Msg]) error) Msg { return Do{f} }

// by is do of what cannot fail.
func by(f func(*actor.Self[Msg])) Msg {
	return do(func(_ context.Context, self *actor.Self[Msg]) error { f(self); return nil })
}

// A message is handled when Send returns, and what comes of it is a value.
func TestSoloSends(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a := NewSolo(t, counterSpec("a"))
		client := NewProbe[Msg](t, "client")
		require.NoError(t, a.Send(Inc{2}))
		get := NewAsk[int](t)
		require.NoError(t, a.Send(Get{get.Reply}))
		assert.Equal(t, 2, get.Value())
		require.NoError(t, a.Send(Tell{client.Ref, Inc{5}}))
		client.Expect(Inc{5})
		exit, ended := a.Exit()
		assert.False(t, ended)
		assert.Equal(t, actor.Exit{}, exit)

		require.ErrorIs(t, a.Send(Crash{errBoom}), errBoom)
		exit, ended = a.Exit()
		assert.True(t, ended)
		assert.Equal(t, actor.Failure, exit.Kind)
		assert.Equal(t, "Crash", exit.Message)
		assert.EqualValues(t, 1, exit.Incarnation)
	})
}

// A spec to which another package gives the name needs none here.
func TestSoloOfASpecWithoutName(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a := NewSolo(t, counterSpec(""))
		require.NoError(t, a.Send(Inc{2}))
		assert.Equal(t, "solo", a.Ref.Name())
	})
}

// Each way to end is an error.
func TestSoloErr(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a := NewSolo(t, counterSpec("a"))
		var panicked *actor.PanicError
		require.ErrorAs(t, a.Send(Crash{}), &panicked)
		assert.Equal(t, "crashed", panicked.Value)
		require.NoError(t, a.Restart())
		require.ErrorIs(t, a.Send(Leave{}), actor.ErrStop)
		require.NoError(t, a.Restart())
		require.ErrorIs(t, a.Stop(), actor.ErrShutdown)
		require.ErrorIs(t, a.Stop(), actor.ErrShutdown, "once more has no effect")
		require.NoError(t, a.Restart())
		require.NoError(t, a.Restart(), "one that runs is stopped before")
		exit, ended := a.Exit()
		assert.False(t, ended)
		assert.Zero(t, exit.Kind)
	})
}

// Its address outlives its end, since a restart may follow, and need not be named.
func TestSoloKeepsItsAddress(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a := NewSolo(t, counterSpec(""))
		assert.Equal(t, "solo", a.Ref.Name())
		watcher := NewSolo(t, counterSpec("watcher"))
		downs := 0
		require.NoError(t, watcher.Send(do(func(_ context.Context, self *actor.Self[Msg]) error {
			return self.Watch(a.Ref, func(actor.Down) Msg { downs++; return Inc{} })
		})))
		require.ErrorIs(t, a.Send(Leave{}), actor.ErrStop)
		Advance(t, time.Hour)
		assert.Zero(t, downs)

		p := NewProbe[Msg](t, "p")
		require.NoError(t, watcher.Send(do(func(_ context.Context, self *actor.Self[Msg]) error {
			return self.Watch(p, func(actor.Down) Msg { downs++; return Inc{} })
		})))
		p.End(nil)
		Advance(t, 0)
		assert.Equal(t, 1, downs)
	})
}

// A start that fails is an end like any other.
func TestSoloStartFails(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, r := range []struct {
			fail func() error
			err  error
			kind actor.Kind
		}{
			{func() error { return errBoom }, errBoom, actor.Failure},
			{func() error { panic(errBoom) }, errBoom, actor.Panic},
			{func() error { return actor.ErrIgnore }, actor.ErrIgnore, actor.Normal},
			{func() error { runtime.Goexit(); return nil }, actor.ErrGoexit, actor.Goexit},
		} {
			fail := r.fail
			a := NewSolo(t, actor.Spec[Msg]{Name: "a", New: func(context.Context, *actor.Self[Msg]) (actor.Actor[Msg], error) {
				if fail != nil {
					return nil, fail()
				}
				return new(Counter), nil
			}})
			require.ErrorIs(t, a.Err(), r.err)
			exit, ended := a.Exit()
			assert.True(t, ended)
			assert.Equal(t, r.kind, exit.Kind)
			fail = nil
			require.NoError(t, a.Restart())
		}
	})
}

// Time passes only when the test says so.
func TestSoloAdvances(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a := NewSolo(t, counterSpec("a"))
		require.NoError(t, a.Send(by(func(self *actor.Self[Msg]) { self.After(sleepy, Crash{errBoom}) })))
		a.ExpectEffects(Effect[Msg]{Kind: SetAfter, For: sleepy, Message: Crash{errBoom}})
		require.NoError(t, a.Advance(sleepy-1))
		require.ErrorIs(t, a.Advance(1), errBoom)
	})
}

// hooked notes the hooks that are called.
type hooked struct {
	actor.Func[Msg]
	log func(string)
}

func (h hooked) PreRestart(context.Context, actor.Exit) error { h.log("pre-restart"); return nil }
func (h hooked) Stopped(_ context.Context, exit actor.Exit) error {
	h.log("stopped: " + exit.Kind.String())
	return nil
}

func hookedSpec(log func(string)) actor.Spec[Msg] {
	return actor.Spec[Msg]{Name: "a", New: func(context.Context, *actor.Self[Msg]) (actor.Actor[Msg], error) {
		return hooked{func(_ context.Context, msg Msg) error {
			if crash, is := msg.(Crash); is {
				return crash.Err
			}
			return nil
		}, log}, nil
	}}
}

// The test's part is that of the supervisor of a permanent child.
func TestSoloHooks(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var log []string
		a := NewSolo(t, hookedSpec(func(s string) { log = append(log, s) }))
		_ = a.Send(Crash{errBoom})
		assert.Equal(t, []string{"pre-restart", "stopped: failure"}, log)
		log = nil
		_ = a.Restart()
		_ = a.Restart()
		assert.Equal(t, []string{"pre-restart", "stopped: shutdown"}, log)
		log = nil
		_ = a.Stop()
		assert.Equal(t, []string{"stopped: shutdown"}, log)
	})
}

// Everything that an actor asks of its Self is an effect, in order.
func TestSoloEffects(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a := NewSolo(t, counterSpec("a"))
		other := NewProbe[Msg](t, "other")
		child := actor.New(counterSpec("child"))
		ignored := func(actor.Event) Msg { return Inc{} }
		require.NoError(t, a.Send(do(func(_ context.Context, self *actor.Self[Msg]) error {
			timers := actor.NewTimers[string](self)
			timers.After("once", time.Minute, Inc{1})
			timers.Every("rate", time.Minute, Inc{2})
			timers.Repeat("delay", time.Minute, Inc{3})
			timers.Cancel("rate")
			timers.Cancel("rate") // there is none
			timers.Cancel("once")
			timers.Cancel("delay")
			self.OnIdle(time.Hour, Inc{4})
			self.Passivate(time.Hour)
			self.Continue(Inc{5})
			actor.Async(self, fetch, func(int, error) Msg { return Inc{6} })
			self.Unlink(other) // there is none
			return errors.Join(
				self.Start(child, ignored),
				self.Watch(other, func(actor.Down) Msg { return Inc{} }),
				self.Link(other),
			)
		})))
		a.ExpectEffects(
			Effect[Msg]{Kind: SetAfter, Of: "once", For: time.Minute, Message: Inc{1}},
			Effect[Msg]{Kind: SetEvery, Of: "rate", For: time.Minute, Message: Inc{2}},
			Effect[Msg]{Kind: SetRepeat, Of: "delay", For: time.Minute, Message: Inc{3}},
			Effect[Msg]{Kind: Cancelled, Of: "rate"},
			Effect[Msg]{Kind: Cancelled, Of: "once"},
			Effect[Msg]{Kind: Cancelled, Of: "delay"},
			Effect[Msg]{Kind: SetIdle, For: time.Hour, Message: Inc{4}},
			Effect[Msg]{Kind: SetPassivate, For: time.Hour},
			Effect[Msg]{Kind: Continued, Message: Inc{5}},
			Effect[Msg]{Kind: RanTask, Of: "actortest.fetch"},
			Effect[Msg]{Kind: Started, Of: "child"},
			Effect[Msg]{Kind: Watched, Of: "/other"},
			Effect[Msg]{Kind: Linked, Of: "/other"},
		)
		a.ExpectEffects() // each is told once

		send(t, child.Ref, by(func(self *actor.Self[Msg]) { self.Continue(Inc{}) }))
		require.NoError(t, a.Advance(0))
		a.ExpectEffects() // the child's are its own
		require.NoError(t, a.Send(by(func(self *actor.Self[Msg]) {
			self.Unwatch(other)
			self.Unlink(other)
			self.Stop(child, time.Second)
		})))
		a.ExpectEffects(
			Effect[Msg]{Kind: Unwatched, Of: "/other"},
			Effect[Msg]{Kind: Unlinked, Of: "/other"},
			Effect[Msg]{Kind: Stopped, Of: "child", For: time.Second},
		)
	})
}

func fetch(context.Context) (int, error) { return 1, nil }

// What has no effect is none.
func TestSoloEffectsOfTheDead(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a := NewSolo(t, counterSpec("a"))
		other := NewProbe[Msg](t, "other")
		var self *actor.Self[Msg]
		require.NoError(t, a.Send(by(func(s *actor.Self[Msg]) { self = s })))
		require.Error(t, a.Send(Leave{}))
		timers := actor.NewTimers[int](self)
		timers.After(1, time.Minute, Inc{1})
		timers.Cancel(1)
		self.After(0, Inc{})
		self.OnIdle(time.Hour, Inc{4})
		self.Passivate(time.Hour)
		self.Continue(Inc{5})
		actor.Async(self, fetch, func(int, error) Msg { return Inc{6} })
		require.Error(t, self.Start(actor.New(counterSpec("child")), nil))
		require.Error(t, self.Watch(other, nil))
		a.ExpectEffects()
	})
}

func TestSoloFailures(t *testing.T) {
	for _, r := range []struct {
		name string
		do   func(t testing.TB)
		want string
	}{
		{"a wrong spec", func(t testing.TB) { NewSolo(t, actor.Spec[Msg]{Name: "a"}) },
			`actortest: NewSolo: actor: invalid spec of "a": New: is nil`},
		{"a message to the dead", func(t testing.TB) {
			a := NewSolo(t, counterSpec("a"))
			_ = a.Send(Crash{errBoom})
			_ = a.Send(Inc{1})
		}, text("actortest: a does not run, and is sent actortest.Inc{By:1}", "	it ended: failure on Crash: boom")},
		{"a full mailbox", func(t testing.TB) {
			spec := counterSpec("a")
			spec.Mailbox.Capacity = 1
			a := NewSolo(t, spec)
			_ = a.Send(do(func(ctx context.Context, _ *actor.Self[Msg]) error { <-ctx.Done(); return nil }))
			_ = a.Send(Inc{1})
			_ = a.Send(Inc{2})
		}, "actortest: a was sent actortest.Inc{By:2}: actor: mailbox full"},
		{"other effects", func(t testing.TB) {
			a := NewSolo(t, counterSpec("a"))
			_ = a.Send(by(func(self *actor.Self[Msg]) {
				self.After(time.Second, Inc{1})
				self.OnIdle(time.Minute, Leave{})
			}))
			a.ExpectEffects(
				Effect[Msg]{Kind: SetAfter, For: time.Minute, Message: Inc{1}},
				Effect[Msg]{Kind: SetIdle, For: time.Minute, Message: Leave{}},
				Effect[Msg]{Kind: Started, Of: "child"},
			)
		}, text(
			"actortest: a has other effects than expected (-want +got)",
			"	- set after 1m0s actortest.Inc{By:1}",
			"	+ set after 1s actortest.Inc{By:1}",
			"	  set idle 1m0s actortest.Leave{}",
			"	- started child",
		)},
		{"effects that look the same", func(t testing.TB) {
			a := NewSolo(t, counterSpec("a"))
			_ = a.Send(by(func(self *actor.Self[Msg]) { self.Continue(Get{NewAsk[int](t).Reply}) }))
			a.ExpectEffects(Effect[Msg]{Kind: Continued, Message: Get{NewAsk[int](t).Reply}})
		}, text(
			"actortest: a has other effects than expected (-want +got)",
			"	got:  []actortest.Effect[github.com/understudy-go/understudy/actor/actortest.Msg]{continued actortest.Get{Reply:actor.Reply[int]}}",
			"	want: []actortest.Effect[github.com/understudy-go/understudy/actor/actortest.Msg]{continued actortest.Get{Reply:actor.Reply[int]}}",
			"	at [0].Message.Reply: got actor.Reply[int], want another actor.Reply[int]",
		)},
	} {
		t.Run(r.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) { assert.Equal(t, r.want, fails(t, r.do)) })
		})
	}
}

type boom struct{}

func (boom) Error() string { return "boom" }

func TestEffectKind(t *testing.T) {
	assert.Equal(t, "started", Started.String())
	assert.Equal(t, "ran task", RanTask.String())
	assert.Equal(t, "EffectKind(0)", EffectKind(0).String())
	assert.Equal(t, "EffectKind(200)", EffectKind(200).String())
}

func TestDiff(t *testing.T) {
	lines := strings.Fields
	assert.Equal(t, text("", "	- a", "	  b", "	+ x", "	  c", "	+ d"), diff(lines("b x c d"), lines("a b c")))
	assert.Equal(t, text("", "	+ a"), diff(lines("a"), nil))
	assert.Equal(t, text("", "	- a"), diff(nil, lines("a")))
	assert.Equal(t, text("", "	- b", "	+ a"), diff(lines("a"), lines("b")))
}
