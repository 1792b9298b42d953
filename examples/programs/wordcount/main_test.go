package main

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/actor/actortest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestWordcount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		require.NoError(t, run(t.Context(), &out, corpus))
		require.Equal(t, `hamlet: 10 words
picture: pool: given up after 2 attempts: panic: no text
lear: 7 words
as you like it: 13 words
3 the
2 all
2 and
`, out.String())
	})
}

func TestMapperTellsNothingOfWhatItCrashesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reducer := actortest.NewProbe[Reduce](t, "reducer")
		mapper := &Mapper{func(string) actor.Ref[Reduce] { return reducer.Ref }}

		words := actortest.NewAsk[int](t)
		require.NoError(t, mapper.Receive(t.Context(), Map{Document{"fish", "One fish. one!"}, words.Reply}))
		require.Equal(t, 3, words.Value())
		require.ElementsMatch(t, []Reduce{Add{"one", 2}, Add{"fish", 1}}, []Reduce{reducer.Next(), reducer.Next()})

		require.Panics(t, func() { _ = mapper.Receive(t.Context(), Map{Document: Document{"picture", "one \x00"}}) })
		reducer.ExpectNone(0)
	})
}
