package actor

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/internal/effect"
)

func three(context.Context) (int, error) { return 3, nil }

// What an actor asks of its Self is told to whoever listens, in order and once,
// and what has no effect is not.
func TestEffects(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var told []effect.Effect
		ctx = effect.To(ctx, func(e effect.Effect) { told = append(told, e) })
		take := func() []effect.Effect {
			synctest.Wait()
			defer func() { told = nil }()
			return told
		}
		var self *Self[do]
		p, other, child := doer("a", withSelf(&self)), doer("other"), doer("child")
		h := newHost()
		p.Start(ctx, h)
		require.NoError(t, <-h.started)
		assert.Empty(t, take())

		timers := NewTimers[string](self)
		every := func() error {
			timers.After("once", time.Minute, nil)
			timers.Every("rate", time.Minute, nil)
			timers.Repeat("delay", time.Minute, nil)
			timers.Every("rate", 0, nil) // it is called off
			timers.Cancel("once")
			timers.Cancel("once") // there is none
			self.After(time.Minute, nil)
			self.OnIdle(time.Hour, nil)
			self.Passivate(time.Hour)
			self.Continue(nothing)
			Async(self, three, func(int, error) do { return nothing })
			self.Unlink(other) // there is none
			return errors.Join(
				self.Start(child, func(Event) do { return nothing }),
				self.Watch(other, func(Down) do { return nothing }),
				self.Link(other),
			)
		}
		require.NoError(t, every())
		got := take()
		require.Len(t, got, 12)
		assert.Contains(t, got[8].Of, "actor.three")
		got[8].Of = "three"
		for i, e := range got {
			got[i].Message = e.Message != nil
		}
		assert.Equal(t, []effect.Effect{
			{By: "/a", Kind: effect.After, Of: "once", For: time.Minute, Message: true},
			{By: "/a", Kind: effect.Every, Of: "rate", For: time.Minute, Message: true},
			{By: "/a", Kind: effect.Repeat, Of: "delay", For: time.Minute, Message: true},
			{By: "/a", Kind: effect.Cancel, Of: "once", Message: false},
			{By: "/a", Kind: effect.After, For: time.Minute, Message: true},
			{By: "/a", Kind: effect.Idle, For: time.Hour, Message: true},
			{By: "/a", Kind: effect.Passive, For: time.Hour, Message: false},
			{By: "/a", Kind: effect.Continue, Message: true},
			{By: "/a", Kind: effect.Task, Of: "three", Message: false},
			{By: "/a", Kind: effect.Start, Of: "child", Message: false},
			{By: "/a", Kind: effect.Watch, Of: "other", Message: false},
			{By: "/a", Kind: effect.Link, Of: "other", Message: false},
		}, got)

		self.Unwatch(other)
		self.Unlink(other)
		self.Stop(child, time.Second)
		assert.Equal(t, []effect.Effect{
			{By: "/a", Kind: effect.Unwatch, Of: "other"},
			{By: "/a", Kind: effect.Unlink, Of: "other"},
			{By: "/a", Kind: effect.Stop, Of: "child", For: time.Second},
		}, take())

		end(p, h)
		require.Error(t, every())
		timers.Cancel("rate")
		self.Stop(child, time.Second)
		assert.Empty(t, take(), "the incarnation is over")
	})
}
