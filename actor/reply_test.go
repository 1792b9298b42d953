package actor

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A Reply that belongs to no ask gives its first answer to a function.
func TestNewReply(t *testing.T) {
	type answer struct {
		n   int
		err error
	}
	var got []answer
	take := func(n int, err error) { got = append(got, answer{n, err}) }

	r := NewReply(take)
	r.Send(1)
	r.Send(2)
	r.Fail(errBoom)
	assert.Equal(t, []answer{{1, nil}}, got)

	NewReply(take).Fail(errBoom)
	NewReply(take).Fail(nil)
	assert.Equal(t, []answer{{1, nil}, {0, errBoom}, {0, ErrNoReply}}, got)
}

// Answer takes what a function returns; a value beside an error counts for nothing.
func TestReplyAnswer(t *testing.T) {
	var n int
	var err error
	take := func(value int, cause error) { n, err = value, cause }
	NewReply(take).Answer(3, nil)
	assert.Equal(t, 3, n)
	assert.NoError(t, err)
	NewReply(take).Answer(4, errBoom)
	assert.Zero(t, n)
	assert.Equal(t, errBoom, err)

	assert.NotPanics(t, func() { Reply[int]{}.Answer(5, nil) }, "the zero Reply is nobody's")
}
