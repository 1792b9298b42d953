package mailbox_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzModel runs the model of model_test.go along a path the fuzzer chooses:
// a capacity, a policy, and one operation a byte. A high bit asks for the
// statistics afterwards; looking at every step would hide what a look mends.
func FuzzModel(f *testing.F) {
	for policy := range policies {
		f.Add(byte(1), byte(policy), []byte{0, 0, 3, 3, 3})
		f.Add(byte(2), byte(policy), []byte{0, 1, 2, 0, 1, 2, 3, 0x80, 0, 4, 4, 4})
		f.Add(byte(8), byte(policy), []byte("an idle mailbox holds no buffer"))
	}
	f.Fuzz(func(t *testing.T, capacity, policy byte, path []byte) {
		m := newModel(t, 1+int(capacity)%64, policies[int(policy)%len(policies)])
		operations := []func(require.TestingT){m.offer, m.put, m.send, m.take, m.receive}
		for _, b := range path {
			operations[int(b&0x7f)%len(operations)](t)
			if b&0x80 != 0 {
				m.check(t)
			}
		}
		m.check(t)
		for _, want := range m.queue {
			v, ok := m.box.Take()
			require.True(t, ok)
			require.Equal(t, want, v)
		}
	})
}
