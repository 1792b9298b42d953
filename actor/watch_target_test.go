package actor

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/monitoring"
)

func TestL11WhatCannotBeWatched(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newSentry(t, "s")
		var none *Process[do]
		for name, a := range map[string]Address{
			"oneself":                  s.Ref,
			"a process, oneself":       s.Process,
			"silent":                   NewRef[do](silentTarget{}),
			"not comparable":           NewRef[do](fickleTarget{}),
			"nil":                      nil,
			"a nil pointer in Address": none,
		} {
			assert.ErrorIs(t, s.self.Watch(a, s.notice), ErrUnwatchable, name)
			assert.ErrorIs(t, s.self.Link(a), ErrUnwatchable, name)
			assert.ErrorIs(t, s.self.Link(a), ErrFatal, name)
			s.self.Unwatch(a)
			s.self.Unlink(a)
			if name != "oneself" && name != "a process, oneself" {
				_, err := Await(ctx, a)
				assert.ErrorIs(t, err, ErrUnwatchable, name)
			}
		}
		requireBonds(t, s.Process, 0, 0)
		err, askErr := call(ctx, s.Process, func(ctx context.Context) error {
			_, err := Await(ctx, s)
			return err
		})
		require.NoError(t, askErr)
		require.ErrorIs(t, err, ErrDeadlock)
		end(s.Process, s.h)
	})
}

// silentTarget lives elsewhere, and does not tell of its end.
type silentTarget struct{}

func (silentTarget) Deliver(context.Context, do, bool) error        { return nil }
func (silentTarget) DeliverAsk(context.Context, do, Question) error { return nil }
func (silentTarget) Path() string                                   { return "far/away" }
func (silentTarget) ID() monitoring.ID                              { return monitoring.ID{} }

// fickleTarget tells of its end, but cannot be compared.
type fickleTarget struct {
	silentTarget
	_ []int
}

func (fickleTarget) Watch(func(Down)) func() { panic("watched") }

// farTarget lives elsewhere, and tells of its end.
type farTarget struct {
	silentTarget
	notify  func(Down)
	stopped int
}

func (f *farTarget) Watch(notify func(Down)) func() {
	f.notify = notify
	return func() { f.stopped++ }
}

func TestL11ATargetElsewhereMayTellOfItsEnd(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s, far := newSentry(t, "s"), &farTarget{}
		r := NewRef[do](far)
		s.watch(t, r)
		s.self.Unwatch(r)
		assert.Equal(t, 1, far.stopped)
		far.notify(Down{Path: "far/away"})
		s.watch(t, r)
		far.notify(Down{Path: "far/away", Kind: Failure, Err: errBoom})
		far.notify(Down{Path: "far/away", Kind: Failure, Err: errBoom})
		synctest.Wait()
		assert.Equal(t, []string{"down far/away: failure: boom"}, s.log.take())
		timed, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, err := Await(timed, r)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 2, far.stopped)
		end(s.Process, s.h)
	})
}

// hastyTarget lives elsewhere, and has the watcher change its mind.
type hastyTarget struct {
	farTarget
	meanwhile func()
}

func (h *hastyTarget) Watch(notify func(Down)) func() {
	stop := h.farTarget.Watch(notify)
	h.meanwhile()
	return stop
}

// The end may come while somebody is about to watch.
func TestL11EndWhileWatching(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		s, far := newSentry(t, "s"), &hastyTarget{}
		far.meanwhile = func() { end(s.Process, s.h) }
		require.NoError(t, s.self.Watch(NewRef[do](far), s.notice))
		assert.Equal(t, 1, far.stopped)
		far.notify(Down{})
		synctest.Wait()
		assert.Empty(t, s.log.take())
	})
}

func TestL11UnwatchWhileWatching(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		s, far := newSentry(t, "s"), &hastyTarget{}
		r := NewRef[do](far)
		far.meanwhile = func() { s.self.Unwatch(r) }
		s.watch(t, r)
		assert.Equal(t, 1, far.stopped)
		far.notify(Down{})
		synctest.Wait()
		assert.Empty(t, s.log.take())
		far.meanwhile = func() {}
		s.watch(t, r)
		end(s.Process, s.h)
		assert.Equal(t, 2, far.stopped)
		far.notify(Down{}) // it is too late for that
		synctest.Wait()
		assert.Empty(t, s.log.take())
	})
}
