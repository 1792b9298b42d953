package actor

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestHealth(t *testing.T) {
	assert.True(t, Healthy.IsHealthy())
	assert.False(t, Degraded("slow").IsHealthy())
	assert.False(t, Degraded("slow").IsFailed())
	assert.True(t, Failed("gone").IsFailed())
	assert.Equal(t, "gone", Failed("gone").Reason())
	assert.Contains(t, map[Health]bool{Degraded("slow"): true}, Degraded("slow"), "values can be compared")
	for want, h := range map[string]Health{
		"healthy": Healthy, "degraded: slow": Degraded("slow"), "failed: gone": Failed("gone"),
	} {
		assert.Equal(t, want, h.String())
	}
}
