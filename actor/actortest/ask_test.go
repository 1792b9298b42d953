package actortest

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A Receive that answers is tested as a plain method.
func TestAsk(t *testing.T) {
	c := &Counter{n: 3}
	get := NewAsk[int](t)
	assert.False(t, get.Answered())
	require.NoError(t, c.Receive(context.Background(), Get{get.Reply}))
	assert.True(t, get.Answered())
	assert.Equal(t, 3, get.Value())
	assert.Equal(t, 3, get.Value(), "it may be looked at again")

	get.Reply.Fail(errBoom) // too late
	assert.Equal(t, 3, get.Value())

	get = NewAsk[int](t)
	get.Reply.Fail(errBoom)
	assert.ErrorIs(t, get.Err(), errBoom)
}

// An answer that comes later is waited for, as long as Within says.
func TestAskWaits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		get := NewAsk[int](t)
		get.Within = time.Minute
		time.AfterFunc(time.Minute, func() { get.Reply.Send(4) })
		assert.Equal(t, 4, get.Value())
	})
}

func TestAskFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		assert.Equal(t, "actortest: the question was not answered within 3s",
			fails(t, func(t testing.TB) { NewAsk[int](t).Value() }))
		assert.Equal(t, "actortest: the question was not answered within 1m0s",
			fails(t, func(t testing.TB) {
				a := NewAsk[int](t)
				a.Within = time.Minute
				_ = a.Err()
			}))
		assert.Equal(t, text(
			"actortest: the question was answered with an error",
			"	got:  *errors.errorString(\"boom\")",
			"	want: a value",
		), fails(t, func(t testing.TB) {
			a := NewAsk[int](t)
			a.Reply.Fail(errBoom)
			a.Value()
		}))
		assert.Equal(t, text(
			"actortest: the question was answered with a value",
			"	got:  int(5)",
			"	want: an error",
		), fails(t, func(t testing.TB) {
			a := NewAsk[int](t)
			a.Reply.Send(5)
			_ = a.Err()
		}))
	})
}
