package actor

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// entry is a message of another type.
type entry string

// query is a question of another type.
type query struct{ Reply[int] }

// notes is an adapter that has entries noted.
func (p *probe) notes(prefix string) func(entry) do {
	return func(e entry) do { return p.adds(prefix + string(e)) }
}

func TestL2AnAdapterIsAnAddressOfTheActor(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p := newParent(t)
		a := Adapt(p.self, log.notes(""))
		assert.Equal(t, a, Adapt(p.self, log.notes("")), "one for each type")
		assert.Equal(t, p.Path(), a.Path())
		assert.Equal(t, p.ID(), a.ID())
		_, ok := a.Process()
		assert.False(t, ok)
		for i := range 3 { // one sender, in order
			require.NoError(t, p.Send(ctx, log.adds(fmt.Sprint("plain ", i))))
			require.NoError(t, a.Send(ctx, entry(fmt.Sprint("adapted ", i))))
		}
		require.NoError(t, a.TrySend("tried"))
		synctest.Wait()
		assert.Equal(t, []string{"plain 0", "adapted 0", "plain 1", "adapted 1", "plain 2", "adapted 2", "tried"}, log.take())

		before := a
		require.NoError(t, p.Send(ctx, fails))
		require.NoError(t, a.Send(ctx, "waits"))
		<-p.h.ended
		require.NoError(t, a.Send(ctx, "between"))
		again(t, p.Process, p.h)
		synctest.Wait()
		assert.Equal(t, []string{"waits", "between"}, log.take())
		a = Adapt(p.self, log.notes("new "))
		assert.Equal(t, before, a)
		require.NoError(t, before.Send(ctx, "one"))
		synctest.Wait()
		assert.Equal(t, []string{"new one"}, log.take())

		watcher := newParent(t)
		require.NoError(t, watcher.self.Watch(a, func(d Down) do { return log.adds(d.String()) }))
		require.NoError(t, watcher.self.Watch(p.Ref, func(d Down) do { return log.adds(d.String()) }))
		require.ErrorIs(t, p.self.Watch(a, nil), ErrUnwatchable)
		end(p.Process, p.h)
		synctest.Wait()
		assert.Equal(t, []string{"/parent: shutdown"}, log.take(), "watching it is watching the actor")
		require.ErrorIs(t, a.Send(ctx, "late"), ErrStopped)
		i := p.Info()
		assert.EqualValues(t, 11, i.Handled)
		assert.EqualValues(t, 1, i.Rejected)
		assert.True(t, Adapt(p.self, log.notes("")).IsZero())
		end(watcher.Process, watcher.h)
	})
}

func TestL10AskingThroughAnAdapter(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p, other := newParent(t), newParent(t)
		a := Adapt(p.self, func(q query) do {
			return func(ctx context.Context) error {
				if by, ok := ctx.Deadline(); ok {
					assert.Equal(t, time.Minute, time.Until(by))
				}
				q.Send(7)
				return nil
			}
		})
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		ask := func(r Reply[int]) query { return query{r} }
		n, err := Ask(ctx, a, ask)
		require.NoError(t, err)
		assert.Equal(t, 7, n)
		AskAsync(ctx, other.self, a, ask, log.result)
		synctest.Wait()
		assert.Equal(t, []string{"7 <nil>"}, log.take())
		require.NoError(t, p.Send(ctx, func(ctx context.Context) error {
			_, err := Ask(ctx, a, ask)
			assert.ErrorIs(t, err, ErrDeadlock)
			return nil
		}))
		release := block(t, p.Process)
		answer := make(chan error, 1)
		go func() {
			_, err := Ask(ctx, a, ask)
			answer <- err
		}()
		synctest.Wait()
		p.Stop(time.Second)
		release()
		<-p.h.ended
		retire(p.Process)
		require.ErrorIs(t, <-answer, ErrStopped)
		_, err = Ask(ctx, a, ask)
		require.ErrorIs(t, err, ErrStopped)
		AskAsync(ctx, other.self, a, ask, log.result)
		synctest.Wait()
		assert.Equal(t, []string{"0 actor: stopped"}, log.take())
		end(other.Process, other.h)
	})
}

func TestG3TroubleInAnAdapterIsTheReceivers(t *testing.T) {
	for want, f := range map[Kind]func(entry) do{
		Panic:  func(entry) do { panic(errBoom) },
		Goexit: func(entry) do { runtime.Goexit(); return nil },
	} {
		bubble(t, func(t *testing.T, ctx context.Context) {
			var log probe
			p, sender := newParent(t), newParent(t)
			a := Adapt(p.self, f)
			require.NoError(t, sender.Send(ctx, func(ctx context.Context) error { return a.Send(ctx, "bad") }))
			require.NoError(t, sender.Send(ctx, log.adds("the sender lives")))
			exit := <-p.h.ended
			assert.Equal(t, want, exit.Kind)
			assert.Equal(t, "entry", exit.Message)
			synctest.Wait()
			assert.Equal(t, []string{"the sender lives"}, log.take())
			retire(p.Process)
			end(sender.Process, sender.h)
		})
	}
}

func TestG1MessageAdapterThatHangsIsAbandoned(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p, other := newParent(t), newParent(t)
		to := Adapt(other.self, log.notes(""))
		over := make(chan struct{})
		a := Adapt(p.self, func(entry) do {
			defer close(over)
			time.Sleep(time.Hour)
			return log.adds("of the dead")
		})
		require.NoError(t, p.Send(ctx, func(ctx context.Context) error { return a.Send(ctx, "bad") }))
		var late error
		require.NoError(t, other.Send(ctx, nothing))
		synctest.Wait()
		p.Stop(time.Second)
		assert.Equal(t, Abandoned, (<-p.h.ended).Kind)
		require.NoError(t, late)
		<-over
		// A handler that was abandoned is held back here too.
		q := newParent(t)
		require.NoError(t, q.Send(ctx, func(ctx context.Context) error {
			time.Sleep(time.Hour)
			late = to.Send(context.WithoutCancel(ctx), "of the dead")
			return nil
		}))
		synctest.Wait()
		q.Stop(0)
		<-q.h.ended
		pass(time.Hour)
		require.ErrorIs(t, late, ErrAbandoned)
		assert.Empty(t, log.take())
		retire(p.Process)
		retire(q.Process)
		end(other.Process, other.h)
	})
}

func TestL12WhatCameThroughAnAdapterIsADeadLetter(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var letters []DeadLetter[do]
		var self *Self[do]
		p := doer("p", withSelf(&self), withCapacity(1), func(s *Spec[do]) {
			s.DeadLetters = func(d DeadLetter[do]) { letters = append(letters, d) }
		})
		h := start(t, p)
		a := Adapt(self, func(entry) do { assert.Fail(t, "it is not asked any more"); return nothing })
		release := block(t, p)
		require.NoError(t, a.Send(ctx, "waits"))
		require.ErrorIs(t, a.TrySend("no room"), ErrMailboxFull)
		p.Stop(time.Second)
		release()
		<-h.ended
		retire(p)
		require.Len(t, letters, 1)
		assert.Equal(t, "entry", letters[0].Type)
		assert.Nil(t, letters[0].Msg)
		assert.Equal(t, ReasonStopped, letters[0].Reason)
		i := p.Info()
		assert.EqualValues(t, 3, i.Handled+i.DeadLettered+i.Rejected)
	})
}
