package mailbox_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/mailbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// policies are all there are, in the order of their declaration.
var policies = []mailbox.Overflow{
	mailbox.Block, mailbox.Reject, mailbox.DropNewest, mailbox.DropOldest,
}

// newBox returns a mailbox whose configuration is known to be valid.
func newBox[T any](t testing.TB, capacity int, o mailbox.Overflow) *mailbox.Mailbox[T] {
	t.Helper()
	box, err := mailbox.New[T](mailbox.Config{Capacity: capacity, Overflow: o})
	require.NoError(t, err)
	return box
}

// takeAll empties box and returns what was in it, oldest first.
func takeAll[T any](box *mailbox.Mailbox[T]) []T {
	var all []T
	for {
		v, ok := box.Take()
		if !ok {
			return all
		}
		all = append(all, v)
	}
}
