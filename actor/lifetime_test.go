package actor

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// meddler is a context in which something happens the first time that somebody
// derives a context from it.
type meddler struct {
	context.Context //nolint:containedctx // it is one
	meddle          func()
}

// Done implements context.Context.
func (m *meddler) Done() <-chan struct{} {
	if f := m.meddle; f != nil {
		m.meddle = nil
		f()
	}
	return nil
}

type lifetimeKey struct{}

// Of what it was started with an incarnation's context has the values: neither the
// cancellation nor the deadline, which are the starter's.
func TestContextOfAnIncarnation(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		starter, cancel := context.WithTimeout(context.WithValue(ctx, lifetimeKey{}, "kept"), time.Hour)
		p := doer("p")
		h := newHost()
		p.Start(starter, h)
		require.NoError(t, <-h.started)
		cancel()
		own, err := call(ctx, p, func(ctx context.Context) context.Context { return ctx })
		require.NoError(t, err)
		_, limited := own.Deadline()
		assert.False(t, limited)
		assert.NoError(t, own.Err())
		assert.Equal(t, "kept", own.Value(lifetimeKey{}))
		derived, stop := context.WithCancel(own)
		defer stop()
		assert.NoError(t, derived.Err())
		assert.NoError(t, context.Cause(own))
		select {
		case <-own.Done():
			assert.Fail(t, "it is done")
		default:
		}

		end(p, h)
		<-own.Done()
		<-derived.Done()
		assert.Equal(t, context.Canceled, own.Err())
		assert.Equal(t, ErrShutdown, context.Cause(own))
		assert.Equal(t, ErrShutdown, context.Cause(derived))
		assert.Equal(t, "kept", own.Value(lifetimeKey{}))
		_, limited = own.Deadline()
		assert.False(t, limited)
	})
}

// Custom contexts may have a deadline without ever being done.
func TestContextOfAnIncarnationHasNoDeadline(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		starter, cancel := context.WithTimeout(ctx, time.Hour)
		defer cancel()
		inc := newIncarnation(&meddler{Context: starter}, &doer("p").core, newHost())
		_, limited := inc.Deadline()
		assert.False(t, limited)
	})
}

// A lifetime that nobody has asked about until its end is over like any other.
func TestLifetimeThatEndsUnseen(t *testing.T) {
	l := &lifetime{base: context.WithValue(context.Background(), lifetimeKey{}, "kept")}
	assert.NoError(t, l.Err())
	assert.Equal(t, "kept", l.Value(lifetimeKey{}))
	l.cancel()
	l.cancel()
	<-l.Done()
	assert.Equal(t, context.Canceled, l.Err())
	assert.Equal(t, "kept", l.Value(lifetimeKey{}))
	assert.Nil(t, l.Value(key("another")))
	own := &incarnation{life: lifetime{base: context.Background()}}
	own.life.cancel()
	assert.Equal(t, ErrShutdown, context.Cause(own))
}

type key string

// The context that can be cancelled is made once, however many ask for it, and when.
func TestLifetimeHasOneContext(t *testing.T) {
	l := &lifetime{base: context.Background()}
	first := l.Done()
	assert.Equal(t, first, l.Done())
	assert.Zero(t, testing.AllocsPerRun(100, func() { l.Done() }))
	l.cancel()
	<-first
	assert.Equal(t, first, l.Done())
	assert.Zero(t, testing.AllocsPerRun(100, func() { l.Done() }))

	m := &meddler{Context: context.Background()}
	l = &lifetime{base: m}
	m.meddle = func() { first = l.Done() }
	assert.Equal(t, first, l.Done(), "somebody was faster")
	l.cancel()
	<-first
	assert.Equal(t, context.Canceled, l.Err())

	l = &lifetime{base: m}
	m.meddle = l.cancel
	<-l.Done() // it has ended while its context was being made
	assert.Equal(t, context.Canceled, l.Err())
}
