package topic

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/understudy-go/understudy/actor"
)

// What an ending owns is nothing: it does not run, whoever asks.
func TestAnEndingDoesNotRun(t *testing.T) {
	var told told
	e := &ending{name: "numbers", end: func() { told.ends++ }}
	e.Start(t.Context(), &told)
	e.Stop(0)
	e.Retire(nil)
	assert.Equal(t, "numbers", e.Name())
	assert.Equal(t, []error{actor.ErrIgnore}, told.started)
	assert.Equal(t, 1, told.ends)
	assert.NotPanics(t, gone{}.topic)
}

type told struct {
	started []error
	ends    int
}

func (t *told) Started(err error) { t.started = append(t.started, err) }
func (t *told) Ended(actor.Exit)  { t.ends++ }

func TestMessageName(t *testing.T) {
	type price struct{}
	assert.Equal(t, "price", messageName(&price{}))
	assert.Equal(t, "[]int", messageName([]int{}))
	assert.Empty(t, messageName[error](nil))
	assert.ErrorIs(t, &adapterError{actor.ErrGoexit}, actor.ErrGoexit)
}
