package supervision

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// A child of a batch takes every policy that it leaves out from the batch, and
// none that it has itself.
func TestInheriting(t *testing.T) {
	d := Defaults{
		Restart: Transient, Shutdown: Infinity, StartTimeout: time.Second, StartRetries: 2,
		Backoff: &Backoff{Base: 1}, Health: &HealthCheck{Threshold: 2}, Decider: []Rule{When(errBoom).Stop()},
	}
	got := Child{ID: "a"}.inheriting(d)
	assert.Equal(t, Child{
		ID: "a", Restart: d.Restart, Shutdown: d.Shutdown, StartTimeout: d.StartTimeout, StartRetries: d.StartRetries,
		Backoff: d.Backoff, Health: d.Health, Decider: got.Decider,
	}, got)
	assert.Len(t, got.Decider, 1)

	own := Child{
		ID: "b", Restart: Temporary, Shutdown: Immediate, StartTimeout: time.Minute, StartRetries: 3,
		Backoff: &Backoff{Base: 2}, Health: &HealthCheck{Threshold: 3}, Decider: []Rule{},
	}
	assert.Equal(t, own, own.inheriting(d))
}
