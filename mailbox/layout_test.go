package mailbox

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
)

// The distance is what keeps producers and consumer off each other's cache
// line; the size is what an idle mailbox costs.
func TestLayout(t *testing.T) {
	if unsafe.Sizeof(uintptr(0)) != 8 {
		t.Skip("the figures are those of 64-bit machines")
	}
	var m Mailbox[int]
	assert.LessOrEqual(t, unsafe.Offsetof(m.buffer), uintptr(8), "read by producers: within the first 16 bytes")
	assert.GreaterOrEqual(t, unsafe.Offsetof(m.dequeued), uintptr(64), "written by the consumer")
	assert.LessOrEqual(t, unsafe.Sizeof(m), uintptr(80))
}
