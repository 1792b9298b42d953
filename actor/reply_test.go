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
