package beam

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A process dies where a message is missing or out of order, and then there is
// no line.
func TestEachCasePrintsItsFigure(t *testing.T) {
	m, err := Compile(t.Context(), t.TempDir())
	if errors.Is(err, ErrMissing) {
		t.Skip(err)
	}
	require.NoError(t, err)
	assert.Contains(t, m.Version(t.Context()), "Erlang/OTP")

	text, err := m.Run(t.Context(), "100x", Cases...)
	require.NoError(t, err, text)
	lines := strings.Split(strings.TrimSpace(text), "\n")
	require.Len(t, lines, len(Cases), text)
	for i, name := range Cases {
		fields := strings.Fields(lines[i])
		assert.Equal(t, []string{"Benchmark" + name + "/system=beam", "100"}, fields[:2])
		assert.Equal(t, "ns/op", fields[3])
	}
}

func TestUnknownCaseFails(t *testing.T) {
	m, err := Compile(t.Context(), t.TempDir())
	if errors.Is(err, ErrMissing) {
		t.Skip(err)
	}
	require.NoError(t, err)
	_, err = m.Run(t.Context(), "100x", "Nothing")
	assert.Error(t, err)
}
