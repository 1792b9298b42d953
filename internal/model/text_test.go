package model_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/internal/model"
)

// chance makes draws of a source of random numbers.
type chance struct{ *rand.Rand }

func (c chance) Number(n int) int { return c.IntN(n) }
func (c chance) Part(f func())    { f() }

// A schedule in writing is the schedule.
func TestTextAndBack(t *testing.T) {
	for seed := range uint64(200) {
		s := model.Generate(chance{rand.New(rand.NewPCG(seed, 1))}, model.Shape{Nodes: 30, Depth: 4, Kids: 12, Ops: 40, Uneven: seed%2 == 0})
		got, err := model.Parse(s.String())
		require.NoError(t, err)
		require.Equal(t, s.String(), got.String())
	}
}

// What cannot be read is told, all of it.
func TestTextTellsWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "there is no tree",
		"end root/a failure":           "before the tree",
		"root":                         "the root is no supervisor",
		"root one_for_one\n\t\ta":      "indented too far",
		"root one_for_one\n\ta colour": `"colour"`,
		"root one_for_one\nend root/z": `no "root/z"`,
		"root one_for_one\nburn":       `"burn"`,
		"root one_for_one\nhalt soon":  "soon",
	} {
		_, err := model.Parse(text)
		assert.ErrorContains(t, err, want, text)
	}
}
