package supervision

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/understudy-go/understudy/actor"
)

func TestRestartAfter(t *testing.T) {
	kinds := []actor.Kind{actor.Normal, actor.Shutdown, actor.Failure, actor.Panic, actor.Goexit, actor.Abandoned}
	for r, want := range map[Restart][]bool{
		0:         {true, true, true, true, true, true},
		Permanent: {true, true, true, true, true, true},
		Transient: {false, false, true, true, true, true},
		Temporary: {false, false, false, false, false, false},
	} {
		for i, k := range kinds {
			assert.Equal(t, want[i], r.After(k), "%v after %v", r, k)
		}
	}
}

func TestNames(t *testing.T) {
	for want, v := range map[string]interface{ String() string }{
		"one_for_one": OneForOne, "one_for_all": OneForAll, "rest_for_one": RestForOne, "Strategy(9)": Strategy(9),
		"inherit": Restart(0), "permanent": Permanent, "transient": Transient, "temporary": Temporary, "Restart(9)": Restart(9),
		"immediate": Immediate, "infinity": Infinity, "graceful(1s)": Graceful(time.Second), "invalid": Graceful(0),
		"never": Never, "any_significant": AnySignificant, "all_significant": AllSignificant, "AutoShutdown(9)": AutoShutdown(9),
		"starting": StateStarting, "failed": StateFailed, "State(6)": StateFailed + 1,
	} {
		assert.Equal(t, want, v.String())
	}
	assert.Equal(t, "inherit", Shutdown(0).String())
}

func TestShutdownWithin(t *testing.T) {
	assert.Equal(t, actor.Forever, Infinity.within())
	assert.Zero(t, Immediate.within())
	assert.Equal(t, time.Second, Graceful(time.Second).within())
	assert.EqualValues(t, 1, Graceful(1).within())
	assert.Equal(t, Infinity, Graceful(actor.Forever))
}

func TestState(t *testing.T) {
	for s := StateStarting; s <= StateFailed; s++ {
		assert.False(t, s.Terminal() && s.Transitional(), s)
		assert.Equal(t, s == StateRunning, !s.Terminal() && !s.Transitional(), s)
	}
}
