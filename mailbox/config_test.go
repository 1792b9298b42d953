package mailbox_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/understudy-go/understudy/mailbox"
)

func TestValidate(t *testing.T) {
	for _, test := range []struct {
		name   string
		config mailbox.Config
		says   []string // nothing means the config is valid
	}{
		{name: "zero value"},
		{name: "smallest", config: mailbox.Config{Capacity: 1}},
		{name: "largest", config: mailbox.Config{Capacity: mailbox.MaxCapacity, Overflow: mailbox.DropOldest}},
		{
			name:   "negative capacity",
			config: mailbox.Config{Capacity: -1},
			says:   []string{"Capacity: -1 is negative"},
		},
		{
			name:   "capacity beyond the bound",
			config: mailbox.Config{Capacity: mailbox.MaxCapacity + 1},
			says:   []string{"Capacity: 16777217 is more than 16777216"},
		},
		{
			name:   "unknown policy",
			config: mailbox.Config{Overflow: mailbox.DropOldest + 1},
			says:   []string{"Overflow: Overflow(4) is not a policy"},
		},
		{
			name:   "every bad field is named",
			config: mailbox.Config{Capacity: -7, Overflow: 200},
			says:   []string{"Capacity: -7", "Overflow: Overflow(200)"},
		},
		{
			name:   "unknown kind",
			config: mailbox.Config{Kind: 2},
			says:   []string{"Kind: Kind(2) is not a kind"},
		},
		{
			name:   "a bound and none",
			config: mailbox.Config{Kind: mailbox.NoBound, Capacity: 1, Overflow: mailbox.Reject},
			says:   []string{"Capacity: there is none", "Overflow: nothing overflows"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := test.config.Validate()
			box, newErr := mailbox.New[int](test.config)
			assert.Equal(t, err, newErr, "New and Validate agree")
			_, queueErr := mailbox.NewQueue[int](test.config)
			assert.Equal(t, err, queueErr, "so do NewQueue and Validate")
			if test.says == nil {
				assert.NoError(t, err)
				assert.NotNil(t, box)
				return
			}
			assert.ErrorIs(t, err, mailbox.ErrInvalidConfig)
			assert.Nil(t, box)
			for _, part := range test.says {
				assert.ErrorContains(t, err, part)
			}
		})
	}
}

func TestStrings(t *testing.T) {
	for o, want := range map[mailbox.Overflow]string{
		mailbox.Block:          "block",
		mailbox.Reject:         "reject",
		mailbox.DropNewest:     "drop newest",
		mailbox.DropOldest:     "drop oldest",
		mailbox.DropOldest + 1: "Overflow(4)",
	} {
		assert.Equal(t, want, o.String())
	}
	for o, want := range map[mailbox.Outcome]string{
		mailbox.Accepted:          "accepted",
		mailbox.Full:              "full",
		mailbox.Rejected:          "rejected",
		mailbox.DroppedNewest:     "dropped newest",
		mailbox.DroppedOldest:     "dropped oldest",
		mailbox.DroppedOldest + 1: "Outcome(5)",
	} {
		assert.Equal(t, want, o.String())
	}
}

func TestStored(t *testing.T) {
	assert.True(t, mailbox.Accepted.Stored())
	assert.False(t, mailbox.Full.Stored())
	assert.False(t, mailbox.Rejected.Stored())
	assert.False(t, mailbox.DroppedNewest.Stored())
	assert.True(t, mailbox.DroppedOldest.Stored())
}

func TestKinds(t *testing.T) {
	assert.Equal(t, "bounded", mailbox.Bounded.String())
	assert.Equal(t, "no bound", mailbox.NoBound.String())

	queue, err := mailbox.NewQueue[int](mailbox.Config{})
	assert.NoError(t, err)
	assert.IsType(t, new(mailbox.Mailbox[int]), queue)
	queue, err = mailbox.NewQueue[int](mailbox.Config{Kind: mailbox.NoBound})
	assert.NoError(t, err)
	assert.IsType(t, new(mailbox.Unbounded[int]), queue)

	_, err = mailbox.New[int](mailbox.Config{Kind: mailbox.NoBound})
	assert.ErrorIs(t, err, mailbox.ErrInvalidConfig)
	assert.ErrorContains(t, err, "Kind: New makes bounded ones")
}
