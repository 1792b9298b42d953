package supervision

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/understudy-go/understudy/actor"
)

func TestAnyAfter(t *testing.T) {
	for _, c := range []struct {
		types            []Restart
		normal, abnormal bool
	}{
		{nil, false, false},
		{[]Restart{Temporary}, false, false},
		{[]Restart{Temporary, Transient}, false, true},
		{[]Restart{Temporary, Transient, Permanent}, true, true},
		{[]Restart{Transient, Transient}, false, true},
		{[]Restart{0}, true, true},
	} {
		for _, k := range []actor.Kind{actor.Normal, actor.Shutdown} {
			assert.Equal(t, c.normal, AnyAfter(k, c.types...), "%v after %v", c.types, k)
		}
		for _, k := range []actor.Kind{actor.Failure, actor.Panic, actor.Goexit, actor.Abandoned} {
			assert.Equal(t, c.abnormal, AnyAfter(k, c.types...), "%v after %v", c.types, k)
		}
	}
}
